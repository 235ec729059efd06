import { whyNotAhead } from '../../domain/ahead.ts';
import { Refused } from '../../domain/errors.ts';
import { goOn } from '../../db/queries/go-on.ts';
import type { ReviewStanding } from '../schemas/review-thread.ts';
import type { Caller } from './caller.ts';
import { changeReview, journal, standingOf, writeReview, type ReviewChange } from './change-review.ts';
import type { Deps } from './deps.ts';

export interface Suspend extends ReviewChange {
  reason: string;
  /** RFC 3339, at most a year ahead: when it goes on by itself. */
  until?: string;
}

/** Lets a review rest. Its clock runs on, so that nobody escapes a deadline this way. The same again changes nothing. */
export function suspendReview(
  deps: Deps,
  caller: Caller,
  { reason, until, ...change }: Suspend,
): Promise<ReviewStanding> {
  const { handle } = caller.person;
  return changeReview(deps, caller, change, {
    verb: 'suspend',
    repeat: ({ tx, review: { suspension }, review }) =>
      suspension?.by === handle && suspension.reason === reason && review.closedAt === null
        ? standingOf(tx, review)
        : undefined,
    isForHolder: true,
    change: async (held) => {
      const message = until === undefined ? undefined : whyNotAhead(until, held.at);
      if (message !== undefined)
        throw new Refused('INVALID', 'It cannot rest until then.', { errors: [{ pointer: '/until', message }] });
      const instant = until === undefined ? null : new Date(until).toISOString();
      const row = await writeReview(held, {
        state: held.next,
        suspension: {
          by: handle,
          at: held.at.toISOString(),
          reason,
          until: instant,
          questionId: null,
          remainingMs: null,
        },
      });
      await journal(held, 'review.suspended', reason, { until: instant });
      return standingOf(held.tx, row);
    },
  });
}

/** Lets a review go on, whether it rested or waited for an answer. One that does not rest stays as it is. */
export function resumeReview(deps: Deps, caller: Caller, change: ReviewChange): Promise<ReviewStanding> {
  return changeReview(deps, caller, change, {
    verb: 'resume',
    repeat: ({ tx, review }) =>
      review.suspension === null && review.closedAt === null ? standingOf(tx, review) : undefined,
    change: async (held) => {
      const row = await goOn(held.tx, held.review, 'resume', held.at);
      const isUnanswered = held.review.suspension?.questionId !== null;
      await journal(held, 'review.resumed', isUnanswered ? 'Goes on without the answer.' : 'Goes on.', {
        dueAt: row.dueAt.toISOString(),
      });
      return standingOf(held.tx, row);
    },
  });
}
