import type { ReviewStanding } from '../schemas/review-thread.ts';
import type { Caller } from './caller.ts';
import { changeReview, journal, standingOf, writeReview, type ReviewChange } from './change-review.ts';
import type { Deps } from './deps.ts';

/** Begins to work on a review, which is then one's own. Beginning again changes nothing. */
export function startReview(deps: Deps, caller: Caller, change: ReviewChange): Promise<ReviewStanding> {
  const { handle } = caller.person;
  return changeReview(deps, caller, change, {
    verb: 'start',
    repeat: ({ tx, review }) =>
      review.state === 'IN_PROGRESS' && review.assignee === handle ? standingOf(tx, review) : undefined,
    isForHolder: true,
    change: async (held) => {
      const row = await writeReview(held, {
        state: held.next,
        assignee: handle,
        startedAt: held.review.startedAt ?? held.at,
      });
      await journal(held, 'review.started', 'Began to work on the review.');
      return standingOf(held.tx, row);
    },
  });
}
