import { appendEntries } from '../db/queries/journal.ts';
import { closeReview, findReview } from '../db/queries/reviews.ts';
import type { ReviewClosed } from '../workflows/contract.ts';
import type { ActivityDeps } from './deps.ts';

/** Closes a review whose deadline passed; answers how it stands closed, which is a person's answer when they were first. */
export async function expireReview(deps: ActivityDeps, { reviewId }: { reviewId: string }): Promise<ReviewClosed> {
  return deps.database.withTransaction(async (tx) => {
    const at = deps.now();
    const reason = 'Nobody decided before the deadline, and silence never approves.';
    const expired = await closeReview(tx, {
      id: reviewId,
      state: 'EXPIRED',
      outcome: 'EXPIRED',
      by: 'deadline',
      reason,
      at,
    });
    const review = expired ?? (await findReview(tx, reviewId));
    if (!review) throw new Error(`Review ${reviewId} is not there`);
    if (expired)
      await appendEntries(
        tx,
        [
          {
            stream: expired.modelVersionId,
            type: 'review.closed',
            actor: { type: 'system', id: 'deadline' },
            reason,
            data: {
              reviewId,
              processId: expired.processId,
              signOff: expired.signOff,
              state: 'EXPIRED',
              outcome: 'EXPIRED',
              dueAt: expired.dueAt.toISOString(),
              evidenceDigest: expired.evidenceDigest,
            },
          },
        ],
        at,
      );
    return { reviewId, state: review.state, outcome: review.outcome };
  });
}
