import { Refused } from '../../domain/errors.ts';
import { findReview, type ReviewRow } from '../../db/queries/reviews.ts';
import { getVersionById } from '../../db/queries/versions.ts';
import type { Caller } from './caller.ts';
import type { Deps } from './deps.ts';
import { isVisible, readScopeOf } from './read-scope.ts';

/** Whether the caller may see this review. */
export async function seesReview(deps: Deps, caller: Caller, { modelVersionId }: ReviewRow): Promise<boolean> {
  return readScopeOf(caller) === null || isVisible(caller, await getVersionById(deps.database.db, modelVersionId));
}

/** The review, when the caller may see it. Throws NOT_FOUND otherwise. */
export async function findVisibleReview(deps: Deps, caller: Caller, reviewId: string): Promise<ReviewRow> {
  const review = await findReview(deps.database.db, reviewId);
  if (review && (await seesReview(deps, caller, review))) return review;
  throw new Refused('NOT_FOUND', 'There is no such review.');
}
