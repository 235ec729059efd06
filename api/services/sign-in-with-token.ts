import { Refused } from '../../domain/errors.ts';
import { findPersonOfToken } from '../../db/queries/people.ts';
import { secretHash } from '../auth/access-token.ts';
import type { Deps } from './deps.ts';
import { startSession, type NewSession } from './start-session.ts';

/** Signs a person in by their access token. Throws UNAUTHENTICATED; software has no business in a browser and gets the same. */
export async function signInWithToken(deps: Deps, token: string, previous?: string): Promise<NewSession> {
  const person = await findPersonOfToken(deps.database.pool, secretHash(token));
  if (person?.type !== 'user') throw new Refused('UNAUTHENTICATED', 'This is no access token of a person here.');
  return startSession(deps, person, previous);
}
