import type { Context } from 'hono';
import { deleteCookie, getCookie, setCookie } from 'hono/cookie';
import type { NewSession } from '../services/start-session.ts';

const NAME = 'countersign';
/** `__Host-`: this host only, HTTPS only (browsers take loopback for HTTPS), the whole site. */
const options = { prefix: 'host', path: '/', secure: true, httpOnly: true, sameSite: 'Lax' } as const;

export const readSessionCookie = (c: Context): string | undefined => getCookie(c, NAME, 'host');

export function setSessionCookie(c: Context, session: NewSession): void {
  setCookie(c, NAME, session.secret, { ...options, expires: session.expiresAt });
}

export function clearSessionCookie(c: Context): void {
  deleteCookie(c, NAME, options);
}
