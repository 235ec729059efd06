import { Refused } from '../../domain/errors.ts';
import { findPerson } from '../../db/queries/people.ts';
import type { Deps } from './deps.ts';
import { startSession, type NewSession } from './start-session.ts';

/** Signs in as a person of the demonstration without any proof. Throws FORBIDDEN outside demo mode, NOT_FOUND for nobody. */
export async function signInDemo(deps: Deps, handle: string, previous?: string): Promise<NewSession> {
  if (!deps.demo) throw new Refused('FORBIDDEN', 'Signing in by a press is for the demonstration only.');
  const person = await findPerson(deps.database.db, handle);
  if (!person?.isActive || person.type !== 'user') throw new Refused('NOT_FOUND', 'There is no such person here.');
  return startSession(deps, person, previous);
}
