// How people close a review otherwise than by deciding: taken back by who asked, or set aside in an emergency.
import { Refused } from '../../domain/errors.ts';
import { reasonProblem } from '../../domain/reason.ts';
import type { ReviewKind, ReviewOutcome, ReviewState } from '../../domain/review.ts';
import { beginFollowUp } from '../../db/queries/follow-ups.ts';
import { enqueue } from '../../db/queries/outbox.ts';
import { appendEntries } from '../../db/queries/journal.ts';
import { closeReview, findReview } from '../../db/queries/reviews.ts';
import { processWorkflowId, REVIEW_CLOSED } from '../../workflows/contract.ts';
import type { ReviewStanding } from '../schemas/review-thread.ts';
import { actorOf, type Caller } from './caller.ts';
import { changeReview, entryOf, standingOf, type HeldReview, type ReviewChange } from './change-review.ts';
import type { Deps } from './deps.ts';

/** Whether somebody asked for it, and not the policy for what happened. */
export const isOnRequest = (kind: ReviewKind): boolean => kind !== 'after_the_fact' && kind !== 'condition';

export interface Withdraw extends ReviewChange {
  reason: string;
}

/** Takes back what was asked: the review ends without an answer, and its process with it. Repeating it changes nothing. */
export function withdrawReview(deps: Deps, caller: Caller, { reason, ...change }: Withdraw): Promise<ReviewStanding> {
  return changeReview(deps, caller, change, {
    verb: 'withdraw',
    repeat: ({ tx, review }) =>
      review.state === 'CANCELED' && review.closedBy === caller.person.handle ? standingOf(tx, review) : undefined,
    change: async (held) => {
      if (!isOnRequest(held.review.kind))
        throw new Refused('FORBIDDEN', 'Nobody asked for this review, so nobody takes it back.');
      await close(held, { state: 'CANCELED', outcome: 'CANCELED', reason });
      return standingNow(held);
    },
  });
}

export interface Override extends ReviewChange {
  outcome: Extract<ReviewOutcome, 'APPROVED' | 'REJECTED' | 'CHANGES_REQUESTED'>;
  reason: string;
}

/**
 * Breaks the glass: closes the review with an outcome that nobody decided, for people whom the policy names. A review after the fact follows.
 * Repeating it changes nothing. Throws FORBIDDEN where the policy knows no such thing, REASON_REQUIRED or REASON_BOILERPLATE.
 */
export function overrideReview(
  deps: Deps,
  caller: Caller,
  { outcome, reason, ...change }: Override,
): Promise<ReviewStanding> {
  return changeReview(deps, caller, change, {
    verb: 'override',
    repeat: ({ tx, review }) =>
      review.state === 'COMPLETED' && review.closedBy === caller.person.handle && review.closedReason === reason && review.outcome === outcome // prettier-ignore
        ? standingOf(tx, review)
        : undefined,
    change: async (held) => {
      const { review, tx, at } = held;
      const { reason: rule, rules } = review.terms;
      if (review.kind === 'after_the_fact')
        throw new Refused('FORBIDDEN', 'The review after the fact is the one that nobody sets aside.');
      const problem = reasonProblem({ ...rule, required: 'always' }, outcome, reason, []);
      if (problem)
        throw new Refused(problem, `Say what the emergency is, in at least ${rule.minimumLength} letters or digits.`, {
          errors: [{ pointer: '/reason', message: 'says too little' }],
        });
      const overridden = entryOf(held, 'policy.overridden', reason, {
        by: caller.person.handle,
        outcome,
        state: 'COMPLETED',
        from: review.state,
        evidenceDigest: review.evidenceDigest,
        revision: review.revision + 1,
        approvals: review.approvals,
        required: review.quorumRequired,
        policy: review.terms.policy,
        ...(rules.breakGlass && { postReview: rules.breakGlass.postReview }),
      });
      const followUp = await beginFollowUp(tx, review, { what: 'post_review', reviewId: review.id }, { now: at });
      await appendEntries(tx, [overridden, followUp], at);
      await close(held, { state: 'COMPLETED', outcome, reason, isOverride: true });
      return standingNow(held);
    },
  });
}

async function close(
  held: HeldReview,
  {
    state,
    outcome,
    reason,
    isOverride,
  }: { state: ReviewState; outcome: ReviewOutcome; reason: string; isOverride?: true },
): Promise<void> {
  const { tx, review, caller, at } = held;
  await closeReview(tx, { id: review.id, state, outcome, by: caller.person.handle, reason, at });
  await enqueue(tx, [
    {
      workflowId: processWorkflowId(review.processId),
      message: {
        do: 'tell',
        what: REVIEW_CLOSED,
        payload: { reviewId: review.id, state, outcome, ...(isOverride && { isOverride }) },
      },
    },
  ]);
  const { evidenceDigest } = review;
  const entry = entryOf(held, 'review.closed', reason, {
    state,
    outcome,
    evidenceDigest,
    ...(isOverride && { isOverride }),
  });
  await appendEntries(tx, [{ ...entry, actor: actorOf(caller) }], at);
}

async function standingNow({ tx, review }: HeldReview): Promise<ReviewStanding> {
  const row = await findReview(tx, review.id);
  if (!row) throw new Error(`${review.id} is gone`);
  return standingOf(tx, row);
}
