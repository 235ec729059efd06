import type { ReviewState } from '../../domain/review.ts';
import { reviewCandidates } from '../../db/schema/index.ts';
import type { ReviewRow } from '../../db/queries/reviews.ts';
import { and, eq } from 'drizzle-orm';
import type { Caller } from './caller.ts';
import {
  changeReview,
  journal,
  voicesHeard,
  writeReview,
  type HeldReview,
  type ReviewChange,
} from './change-review.ts';
import type { Deps } from './deps.ts';

export interface AssignmentReceipt {
  id: string;
  state: ReviewState;
  revision: number;
  assignee: string | null;
}

/** Takes the review for oneself, so that nobody else decides meanwhile. Claiming one's own again changes nothing. */
export function claimReview(deps: Deps, caller: Caller, change: ReviewChange): Promise<AssignmentReceipt> {
  const { handle } = caller.person;
  return changeReview(deps, caller, change, {
    verb: 'claim',
    repeat: ({ review }) => (review.assignee === handle && review.closedAt === null ? receiptOf(review) : undefined),
    isForHolder: true,
    change: async (held) => {
      const row = await writeReview(held, {
        state: held.next,
        assignee: handle,
        startedAt: held.review.startedAt ?? held.at,
      });
      await journal(held, 'review.claimed', 'Took the review.');
      return receiptOf(row);
    },
  });
}

/** Gives a claimed review back: a delegated one to whoever delegated it, any other to all its candidates. */
export function releaseReview(deps: Deps, caller: Caller, change: ReviewChange): Promise<AssignmentReceipt> {
  return changeReview(deps, caller, change, {
    verb: 'release',
    alsoBy: ['candidate'],
    repeat: ({ review }) => (review.assignee === null && review.closedAt === null ? receiptOf(review) : undefined),
    isForHolder: true,
    change: async (held) => {
      const returned = await handBack(held);
      const row = await writeReview(held, { state: returned.to === null ? 'READY' : 'RESERVED', assignee: returned.to, delegatedBy: returned.from }); // prettier-ignore
      const reason =
        returned.to === null ? 'Gave the review back.' : `Gave the review back to ${returned.to}, who delegated it.`;
      await journal(held, 'review.released', reason, returned.to === null ? {} : { to: returned.to });
      return receiptOf(row);
    },
  });
}

/** Takes a delegate out again; answers who holds the review now, and who gets it back from them in turn. */
async function handBack({
  tx,
  review,
  candidates,
  as,
}: HeldReview): Promise<{ to: string | null; from: string | null }> {
  const holder = candidates.find(({ handle }) => handle === review.assignee);
  const isDelegate = holder?.via === 'delegate';
  const to = review.delegatedBy ?? (isDelegate ? holder.onBehalfOf : null);
  if (isDelegate)
    await tx
      .delete(reviewCandidates)
      .where(and(eq(reviewCandidates.reviewId, review.id), eq(reviewCandidates.handle, holder.handle)));
  const next = candidates.find(({ handle }) => handle === to);
  const isAdministrators = as.has('administrator') && !as.has('assignee');
  if (!next || isAdministrators || (await voicesHeard(tx, review.id)).has(next.onBehalfOf ?? next.handle))
    return { to: null, from: null };
  return { to: next.handle, from: next.via === 'delegate' ? next.onBehalfOf : null };
}

const receiptOf = ({ id, state, revision, assignee }: ReviewRow): AssignmentReceipt => ({
  id,
  state,
  revision,
  assignee,
});
