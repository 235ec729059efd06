import { endSession } from '../../db/queries/sessions.ts';
import { secretHash } from '../auth/access-token.ts';
import type { Deps } from './deps.ts';

/** Ends the session of this cookie on our side too, so that a copy of it is worth nothing. */
export async function signOut(deps: Deps, secret: string): Promise<void> {
  await endSession(deps.database.pool, secretHash(secret), deps.now());
}
