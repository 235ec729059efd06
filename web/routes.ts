// What every page's handler needs: the caller, or the way to the sign-in page.
import type { Context, MiddlewareHandler } from 'hono';
import { Refused } from '../domain/errors.ts';
import type { Caller } from '../api/services/caller.ts';
import type { WebEnv } from './context.ts';

const nowhere = 'http://nowhere.invalid';

/** A path on this very site, or the inbox: never another site, whatever the address bar said. */
export function safeNext(next: string | undefined): string {
  if (!next?.startsWith('/') || !URL.canParse(next, nowhere)) return '/reviews';
  // Read as a browser reads it: tabs and backslashes can make another host of what looks like a path.
  const { origin, pathname, search, hash } = new URL(next, nowhere);
  return origin === nowhere && !pathname.startsWith('//') ? `${pathname}${search}${hash}` : '/reviews';
}

/** Sends whoever is not signed in to the sign-in page, and back here afterwards. */
export const requireCaller: MiddlewareHandler<WebEnv> = async (context, next) => {
  if (context.get('caller')) return next();
  const url = new URL(context.req.url);
  const review = /^\/reviews\/[^/]+/.exec(url.pathname)?.[0];
  const back = context.req.method === 'GET' ? `${url.pathname}${url.search}` : (review ?? '/reviews');
  return context.redirect(`/sign-in?next=${encodeURIComponent(back)}`, 303);
};

export function callerOf(context: Context<WebEnv>): Caller {
  const caller = context.get('caller');
  if (!caller) throw new Refused('UNAUTHENTICATED', 'Sign in first.');
  return caller;
}

/** A query parameter that says something. */
export function queryOf(context: Context, name: string): string | undefined {
  const value = context.req.query(name)?.trim();
  return value === undefined || value === '' ? undefined : value;
}

/** The address with these parameters; those that are undefined are left out. */
export function hrefWith(path: string, parameters: Record<string, string | undefined>): string {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(parameters)) if (value !== undefined) query.set(name, value);
  const text = query.toString();
  return text === '' ? path : `${path}?${text}`;
}
