import type { Context, MiddlewareHandler } from 'hono';
import { Refused } from '../domain/errors.ts';
import type { AppEnv } from './app-deps.ts';

const safeMethods = new Set(['GET', 'HEAD', 'OPTIONS']);

/**
 * Refuses what another site makes a browser send: every unsafe request that does not carry a bearer token must say that it comes from our own pages.
 * Webhooks are signed and stand outside.
 */
export const requireOwnOrigin: MiddlewareHandler<AppEnv> = async (c, next) => {
  const isExempt =
    safeMethods.has(c.req.method) || c.req.header('authorization') !== undefined || c.req.path.startsWith('/v1/hooks/');
  if (!isExempt && !isFromOwnPage(c)) throw new Refused('FORBIDDEN', 'This request does not come from a page of ours.');
  await next();
};

function isFromOwnPage(c: Context<AppEnv>): boolean {
  const site = c.req.header('sec-fetch-site');
  const origin = c.req.header('origin');
  if (site !== undefined && site !== 'same-origin' && site !== 'none') return false;
  if (origin !== undefined) return origin === c.get('publicUrl') || hostOf(origin) === c.req.header('host');
  return site !== undefined;
}

function hostOf(origin: string): string | undefined {
  return URL.canParse(origin) ? new URL(origin).host : undefined;
}
