import type { NewEntry } from '../domain/journal.ts';
import { escalateReview } from '../db/queries/escalate-review.ts';
import { appendEntries } from '../db/queries/journal.ts';
import {
  closeReview,
  closingOf,
  extendDeadline,
  lockReview,
  type CloseReview,
  type ReviewRow,
} from '../db/queries/reviews.ts';
import { isClosed } from '../domain/review.ts';
import { deadlineAfter } from '../domain/deadline.ts';
import type { DbOrTx } from '../db/client.ts';
import type { ReviewOverdue } from '../workflows/contract.ts';
import type { ActivityDeps } from './deps.ts';

/**
 * Closes a review whose deadline passed, as its policy says; answers how it stands closed, which is a person's answer when they were first.
 * One whose clock stands still, or whose deadline moved, stays open.
 */
export async function expireReview(deps: ActivityDeps, { reviewId }: { reviewId: string }): Promise<ReviewOverdue> {
  const overdue = await deps.database.withTransaction(async (tx) => {
    const review = await lockReview(tx, reviewId);
    if (!review) throw new Error(`Review ${reviewId} is not there`);
    if (isClosed(review.state)) return closingOf(review);
    if ((review.suspension?.remainingMs ?? null) !== null) return { reviewId, stillOpen: { dueAt: null } };
    const at = deps.now();
    // A worker's clock may be a little ahead of ours.
    if (review.dueAt.getTime() - at.getTime() > 1_000)
      return { reviewId, stillOpen: { dueAt: review.dueAt.toISOString() } };
    if (mayEscalate(review)) return { reviewId, stillOpen: { dueAt: await giveMoreTime(tx, review, at) } };
    const { state, outcome } = await closeOverdue(tx, review, at);
    return { reviewId, state, outcome };
  });
  deps.wakeRelay();
  return overdue;
}

/** Once: others are asked, and everybody gets the time again. */
const mayEscalate = ({ kind, terms, extendedAt }: ReviewRow): boolean =>
  kind === 'sign_off' && terms.signOff.onTimeout === 'escalate' && extendedAt === null;

async function giveMoreTime(tx: DbOrTx, review: ReviewRow, at: Date): Promise<string> {
  const { signOff, rules } = review.terms;
  const dueAt = deadlineAfter(at, signOff.dueIn, rules.calendar);
  await escalateReview(tx, review, {
    to: { roles: signOff.conflict.roles, people: signOff.fallback },
    actor: { type: 'system', id: 'deadline' },
    reason: 'Nobody decided before the deadline: others are asked too, and the time begins anew.',
    at,
  });
  await extendDeadline(tx, review.id, dueAt, at);
  return dueAt.toISOString();
}

async function closeOverdue(tx: DbOrTx, review: ReviewRow, at: Date): Promise<Pick<CloseReview, 'state' | 'outcome'>> {
  // Never above tier low, whatever stands in the policy.
  const isApproved =
    review.terms.signOff.onTimeout === 'approve' && review.riskTier === 'low' && review.kind === 'sign_off';
  const ending = isApproved
    ? ({ state: 'COMPLETED', outcome: 'APPROVED', reason: 'Nobody objected before the deadline, and the policy of tier low takes that as consent.' } as const)
    : ({ state: 'EXPIRED', outcome: 'EXPIRED', reason: 'Nobody decided before the deadline, and silence never approves.' } as const); // prettier-ignore
  await closeReview(tx, { id: review.id, by: 'deadline', at, ...ending });
  await appendEntries(tx, [closedEntry(review, ending)], at);
  return ending;
}

const closedEntry = (
  review: ReviewRow,
  { state, outcome, reason }: Pick<CloseReview, 'state' | 'outcome' | 'reason'>,
): NewEntry => ({
  stream: review.modelVersionId,
  type: 'review.closed',
  actor: { type: 'system', id: 'deadline' },
  reason,
  data: {
    reviewId: review.id,
    processId: review.processId,
    signOff: review.signOff,
    state,
    outcome,
    dueAt: review.dueAt.toISOString(),
    evidenceDigest: review.evidenceDigest,
  },
});
