import { and, eq, or } from 'drizzle-orm';
import { Refused } from '../../domain/errors.ts';
import { addCandidates } from '../../db/queries/eligibility.ts';
import { reviewCandidates } from '../../db/schema/index.ts';
import type { ReviewStanding } from '../schemas/review-thread.ts';
import type { Caller } from './caller.ts';
import { changeReview, journal, standingOf, writeReview, type HeldReview } from './change-review.ts';
import type { HandOn } from './delegate-review.ts';
import type { Deps } from './deps.ts';
import { refuseReceiver, refuseUnlessDelegable, roleOfReceiver } from './hand-on.ts';

/** Gives one's place among those who are asked to somebody else, for good: they decide in their own name. */
export function forwardReview(deps: Deps, caller: Caller, { to, reason, ...change }: HandOn): Promise<ReviewStanding> {
  return changeReview(deps, caller, change, {
    verb: 'forward',
    isForHolder: true,
    change: async (held) => {
      refuseUnlessDelegable(held);
      const { tx, review, candidates } = held;
      const from = held.as.has('candidate') ? caller.person.handle : review.assignee;
      const place = candidates.find(({ handle }) => handle === from);
      if (place?.onBehalfOf)
        throw new Refused(
          'NOT_ELIGIBLE',
          `You stand in for ${place.onBehalfOf} here, who alone can give the place away.`,
        );
      if (candidates.some(({ handle }) => handle === to)) throw refuseReceiver('INVALID', to, 'is asked already');
      const role = await roleOfReceiver(held, to);
      if (place) await giveUpPlace(held, place.handle);
      const row = await writeReview(held, { state: held.next, assignee: null, delegatedBy: null });
      await addCandidates(tx, row, [{ handle: to, role, via: 'forward', onBehalfOf: null }]);
      await journal(held, 'review.forwarded', reason, { to, from: place?.handle ?? null });
      return standingOf(tx, row);
    },
  });
}

/** Takes a person, and whoever stands in for them, off those who are asked. */
async function giveUpPlace({ tx, review }: HeldReview, handle: string): Promise<void> {
  await tx
    .delete(reviewCandidates)
    .where(
      and(
        eq(reviewCandidates.reviewId, review.id),
        or(eq(reviewCandidates.handle, handle), eq(reviewCandidates.onBehalfOf, handle)),
      ),
    );
}
