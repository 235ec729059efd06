import { Refused } from '../../domain/errors.ts';
import { findPersonOfToken } from '../../db/queries/people.ts';
import { stepUpSession } from '../../db/queries/sessions.ts';
import { secretHash } from '../auth/access-token.ts';
import type { Caller } from './caller.ts';
import type { Deps } from './deps.ts';

/** How somebody proves again who they are: their token, or in demo mode a press on their own name. */
export type Proof = { token: string } | { handle: string };

/**
 * The person before a signed-in browser proves again who they are; for five minutes their decisions are signed.
 * Throws UNAUTHENTICATED for a proof that is nobody's or somebody else's, FORBIDDEN for a press outside of demo mode.
 */
export async function stepUp(deps: Deps, caller: Caller, sessionSecret: string, proof: Proof): Promise<Caller> {
  const { pool } = deps.database;
  if ('handle' in proof && !deps.demo)
    throw new Refused('FORBIDDEN', 'A press on a name proves something in the demonstration only.');
  const handle = 'handle' in proof ? proof.handle : (await findPersonOfToken(pool, secretHash(proof.token)))?.handle;
  if (handle !== caller.person.handle)
    throw new Refused('UNAUTHENTICATED', `This does not prove that you are ${caller.person.name}.`);
  const at = deps.now();
  await stepUpSession(pool, secretHash(sessionSecret), at);
  return { ...caller, steppedUpAt: at };
}
