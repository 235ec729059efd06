import { countWaiting, findOpenQuestions, type OpenQuestion } from '../../db/queries/open-questions.ts';
import type { Caller } from './caller.ts';
import type { Deps } from './deps.ts';

export type { OpenQuestion };

/** How many open reviews wait for the caller's own decision, or answer. */
export async function countReviews(deps: Deps, caller: Caller): Promise<number> {
  return countWaiting(deps.database.pool, caller.person.handle);
}

/** What others ask of the caller before they decide. */
export async function openQuestions(deps: Deps, caller: Caller): Promise<OpenQuestion[]> {
  return findOpenQuestions(deps.database.pool, caller.person.handle);
}
