import type { Context, MiddlewareHandler } from 'hono';
import { Refused } from '../domain/errors.ts';
import type { AppEnv } from './app-deps.ts';
import { isOwnHost } from './own-host.ts';

const safeMethods = new Set(['GET', 'HEAD', 'OPTIONS']);

/**
 * Refuses what another site makes a browser send. Every browser says where an unsafe request comes from, in Sec-Fetch-Site or else in Origin;
 * what carries neither comes from no browser, and so from nobody's open session.
 * Bearer tokens are never sent by a browser on its own, and webhooks are signed: both stand outside.
 */
export const requireOwnOrigin: MiddlewareHandler<AppEnv> = async (c, next) => {
  const isExempt =
    safeMethods.has(c.req.method) || c.req.header('authorization') !== undefined || c.req.path.startsWith('/v1/hooks/');
  if (!isExempt && !isFromOwnPage(c)) throw new Refused('FORBIDDEN', 'This request does not come from a page of ours.');
  await next();
};

/** For what is read, and journaled in the reader's name: a link, a picture or a script elsewhere does not make anybody read it. */
export const requireOwnPage: MiddlewareHandler<AppEnv> = async (c, next) => {
  if (c.req.header('authorization') === undefined && !isFromOwnPage(c))
    throw new Refused('FORBIDDEN', 'This comes from a page of ours only, or with an access token.');
  await next();
};

function isFromOwnPage(c: Context<AppEnv>): boolean {
  const site = c.req.header('sec-fetch-site');
  if (site !== undefined) return site === 'same-origin' || site === 'none';
  const origin = c.req.header('origin');
  if (origin === undefined || origin === c.get('publicUrl')) return true;
  // An origin that is hidden, `null`, has no host. Nor is the Host header alone believed: any name can be given our address.
  const host = hostOf(origin);
  return host !== undefined && host === c.req.header('host') && isOwnHost(host, c.get('publicUrl'));
}

function hostOf(origin: string): string | undefined {
  return URL.canParse(origin) ? new URL(origin).host : undefined;
}
