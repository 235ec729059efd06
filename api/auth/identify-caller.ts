import type { Context } from 'hono';
import { findPersonOfToken } from '../../db/queries/people.ts';
import { findPersonOfSession, touchSession } from '../../db/queries/sessions.ts';
import type { Caller } from '../services/caller.ts';
import type { Deps } from '../services/deps.ts';
import { secretHash } from './access-token.ts';
import { readSessionCookie } from './session-cookie.ts';

const IDLE_MS = 12 * 3_600_000;
const TOUCH_EVERY_MS = 60_000;

/** Who asks, by bearer token or else by session; undefined when neither says. An Authorization header that fails is not mended by a cookie. */
export async function identifyCaller(deps: Pick<Deps, 'database' | 'now'>, c: Context): Promise<Caller | undefined> {
  const authorization = c.req.header('authorization');
  if (authorization !== undefined) return callerOfToken(deps, authorization);
  const secret = readSessionCookie(c);
  return secret === undefined ? undefined : callerOfSession(deps, secret);
}

async function callerOfToken({ database }: Pick<Deps, 'database'>, authorization: string): Promise<Caller | undefined> {
  const token = /^Bearer (cst_[\w-]{43})$/i.exec(authorization)?.[1];
  const person = token === undefined ? undefined : await findPersonOfToken(database.pool, secretHash(token));
  return person && { person, channel: 'api' };
}

async function callerOfSession(
  { database, now }: Pick<Deps, 'database' | 'now'>,
  secret: string,
): Promise<Caller | undefined> {
  const at = now();
  const hash = secretHash(secret);
  const found = await findPersonOfSession(database.pool, hash, at, new Date(at.getTime() - IDLE_MS));
  if (!found) return undefined;
  const { lastSeenAt, steppedUpAt, ...person } = found;
  if (at.getTime() - lastSeenAt.getTime() > TOUCH_EVERY_MS) await touchSession(database.pool, hash, at);
  return { person, channel: 'web', steppedUpAt };
}
