import { and, eq } from 'drizzle-orm';
import { durationMs } from '../../domain/duration.ts';
import { Refused } from '../../domain/errors.ts';
import { markReminded } from '../../db/queries/reviews.ts';
import { reviewCandidates } from '../../db/schema/index.ts';
import type { Caller } from './caller.ts';
import { changeReview, journal, type HeldReview, type ReviewChange } from './change-review.ts';
import type { Deps } from './deps.ts';

export interface Reminder {
  /** Handles. */
  reminded: string[];
  /** RFC 3339. */
  at: string;
}

/** Reminds those who are asked and have not decided; of a claimed review, its holder. Throws REMINDER_THROTTLED when the last reminder is too young. */
export function remindReviewers(deps: Deps, caller: Caller, change: ReviewChange): Promise<Reminder> {
  return changeReview(deps, caller, change, {
    verb: 'remind',
    change: async (held) => {
      const { tx, review, at } = held;
      refuseTooSoon(held);
      const waiting = await tx
        .select({ handle: reviewCandidates.handle })
        .from(reviewCandidates)
        .where(and(eq(reviewCandidates.reviewId, review.id), eq(reviewCandidates.isWaiting, true)))
        .orderBy(reviewCandidates.handle);
      const reminded = review.assignee === null ? waiting.map(({ handle }) => handle) : [review.assignee];
      await markReminded(tx, review.id, at);
      await journal(held, 'review.reminded', `Reminded ${reminded.join(', ') || 'nobody'}.`, {
        to: reminded,
        dueAt: review.dueAt.toISOString(),
      });
      return { reminded, at: at.toISOString() };
    },
  });
}

function refuseTooSoon({ review, at }: HeldReview): void {
  if (review.remindedAt === null) return;
  const againAt = review.remindedAt.getTime() + durationMs(review.terms.rules.reminding.atMostEvery);
  if (at.getTime() >= againAt) return;
  throw new Refused(
    'REMINDER_THROTTLED',
    `They were reminded at ${review.remindedAt.toISOString()}. Again from ${new Date(againAt).toISOString()} on.`,
    { extra: { retryAfter: Math.max(1, Math.ceil((againAt - at.getTime()) / 1000)) } },
  );
}
