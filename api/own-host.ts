import type { MiddlewareHandler } from 'hono';
import { Refused } from '../domain/errors.ts';
import type { AppEnv } from './app-deps.ts';

const loopback = new Set(['localhost', '127.0.0.1', '[::1]']);

/** Whether a host, with or without a port, is that of the public URL or this very machine. */
export function isOwnHost(host: string, publicUrl: string): boolean {
  const hostname = hostnameOf(`http://${host}`);
  return hostname !== undefined && (loopback.has(hostname) || hostname === hostnameOf(publicUrl));
}

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
      'This demo answers under localhost and under the host of COUNTERSIGN_PUBLIC_URL, and under no other name.',
    );
  await next();
};
