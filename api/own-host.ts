import { isIP } from 'node:net';
import type { MiddlewareHandler } from 'hono';
import { Refused } from '../domain/errors.ts';
import type { AppEnv } from './app-deps.ts';

/** Whether a host, with or without a port, is that of the public URL, this very machine, or an address: only a name can be given to another's address. */
export function isOwnHost(host: string, publicUrl: string): boolean {
  const hostname = hostnameOf(`http://${host}`);
  if (hostname === undefined) return false;
  return hostname === 'localhost' || isAddress(hostname) || hostname === hostnameOf(publicUrl);
}

const isAddress = (hostname: string): boolean => isIP(hostname.replace(/^\[(.*)\]$/, '$1')) !== 0;

const hostnameOf = (url: string): string | undefined => (URL.canParse(url) ? new URL(url).hostname : undefined);

/**
 * For a demo, whose pages need no secret: any site could give its own name our address, and read them in a visitor's browser as if they were its own.
 * What shows a token, or is signed, is known by that under any name. What names no host comes from no browser.
 */
export const requireOwnHost: MiddlewareHandler<AppEnv> = async (c, next) => {
  const host = c.req.header('host');
  const { path } = c.req;
  const isKnownOtherwise =
    path.startsWith('/v1/hooks/') ||
    path === '/slack/events' ||
    /^\/demo\/slack\/(api|upload)\//.test(path) ||
    path === '/metrics' ||
    (path.startsWith('/v1/') && c.req.header('authorization') !== undefined);
  if (host !== undefined && !isKnownOtherwise && !isOwnHost(host, c.get('publicUrl')))
    throw new Refused(
      'FORBIDDEN',
      'This demo answers under localhost, an address and the host of COUNTERSIGN_PUBLIC_URL, and under no other name.',
    );
  await next();
};
