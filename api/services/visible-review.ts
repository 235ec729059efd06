import { Refused } from '../../domain/errors.ts';
import { findReview, type ReviewRow } from '../../db/queries/reviews.ts';
import { getVersionById } from '../../db/queries/versions.ts';
import type { Caller } from './caller.ts';
import type { Deps } from './deps.ts';

/** The review, when the caller may see it. People see every review; software sees those of versions that it submitted. Throws NOT_FOUND otherwise. */
export async function findVisibleReview(deps: Deps, caller: Caller, reviewId: string): Promise<ReviewRow> {
  const review = await findReview(deps.database.db, reviewId);
  if (review && caller.person.type === 'user') return review;
  if (review && (await getVersionById(deps.database.db, review.modelVersionId)).submittedBy === caller.person.handle)
    return review;
  throw new Refused('NOT_FOUND', 'There is no such review.');
}
