import { randomBytes } from 'node:crypto';
import type { Person } from '../../domain/actor.ts';
import { endSession, insertSession } from '../../db/queries/sessions.ts';
import { secretHash } from '../auth/access-token.ts';
import type { Deps } from './deps.ts';

const SESSION_LENGTH_MS = 24 * 3_600_000;

export interface NewSession {
  person: Person;
  /** The cookie's value; kept nowhere else. */
  secret: string;
  expiresAt: Date;
}

/** A new session under a new secret, so that one planted before signing in is worth nothing; `previous` ends. */
export async function startSession(deps: Deps, person: Person, previous?: string): Promise<NewSession> {
  const secret = randomBytes(32).toString('base64url');
  const at = deps.now();
  const expiresAt = new Date(at.getTime() + SESSION_LENGTH_MS);
  if (previous !== undefined) await endSession(deps.database.pool, secretHash(previous), at);
  await insertSession(deps.database.pool, { sessionHash: secretHash(secret), handle: person.handle, at, expiresAt });
  return { person, secret, expiresAt };
}
