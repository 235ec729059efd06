import { countWaiting } from '../../db/queries/read-reviews.ts';
import type { Caller } from './caller.ts';
import type { Deps } from './deps.ts';

/** How many open reviews wait for the caller's own decision. */
export async function countReviews(deps: Deps, caller: Caller): Promise<number> {
  return countWaiting(deps.database.pool, caller.person.handle);
}
