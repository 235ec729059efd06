import { isDecider } from '../../domain/actor.ts';
import { Refused } from '../../domain/errors.ts';
import type { NewEntry } from '../../domain/journal.ts';
import { isClosed, stateAfter, type ReviewState, type ReviewVerb } from '../../domain/review.ts';
import { closedRefusal } from '../../domain/decision.ts';
import { involvementOf } from '../../domain/separation-of-duties.ts';
import { eq } from 'drizzle-orm';
import type { DbOrTx } from '../../db/client.ts';
import { appendEntries } from '../../db/queries/journal.ts';
import { lockReview, type ReviewRow } from '../../db/queries/reviews.ts';
import { reviewCandidates, reviews } from '../../db/schema/index.ts';
import { actorOf, type Caller } from './caller.ts';
import type { Deps } from './deps.ts';
import { findVisibleReview } from './visible-review.ts';

export interface AssignmentReceipt {
  id: string;
  state: ReviewState;
  revision: number;
  assignee: string | null;
}

export interface ChangeAssignment {
  reviewId: string;
  /** From If-Match; any revision when absent. */
  revision?: number;
}

/** Takes the review for oneself, so that nobody else decides meanwhile. Claiming one's own again changes nothing. */
export async function claimReview(deps: Deps, caller: Caller, change: ChangeAssignment): Promise<AssignmentReceipt> {
  return changeAssignment(deps, caller, change, 'claim');
}

/** Gives a claimed review back to all its candidates. */
export async function releaseReview(deps: Deps, caller: Caller, change: ChangeAssignment): Promise<AssignmentReceipt> {
  return changeAssignment(deps, caller, change, 'release');
}

async function changeAssignment(
  deps: Deps,
  caller: Caller,
  change: ChangeAssignment,
  verb: ReviewVerb & ('claim' | 'release'),
): Promise<AssignmentReceipt> {
  await findVisibleReview(deps, caller, change.reviewId);
  return deps.database.withTransaction(async (tx) => {
    const review = await lockReview(tx, change.reviewId);
    if (!review) throw new Refused('NOT_FOUND', 'There is no such review.');
    await refuseUnlessCandidate(tx, review, caller);
    if (change.revision !== undefined && change.revision !== review.revision)
      throw new Refused('EVIDENCE_CHANGED', `The review is at revision ${review.revision}. Read it again.`, {
        extra: { revision: review.revision },
      });
    if (isClosed(review.state)) throw closedRefusal(review);
    const { handle } = caller.person;
    if (review.assignee !== null && review.assignee !== handle)
      throw new Refused('ALREADY_CLAIMED', `${review.assignee} has claimed this review.`, {
        extra: { assignee: review.assignee },
      });
    const isDone = verb === 'claim' ? review.assignee === handle : review.assignee === null;
    if (isDone) return receiptOf(review);
    const state = stateAfter(review.state, verb);
    if (state === undefined)
      throw new Refused(
        'WRONG_STATE',
        `The review is ${review.state}; it cannot be ${verb === 'claim' ? 'claimed' : 'released'} now.`,
      );
    const assigned = { state, assignee: verb === 'claim' ? handle : null, revision: review.revision + 1 };
    await tx.update(reviews).set(assigned).where(eq(reviews.id, review.id));
    await appendEntries(tx, [entryOf(review, caller, verb)], deps.now());
    return receiptOf({ ...review, ...assigned });
  });
}

async function refuseUnlessCandidate(tx: DbOrTx, review: ReviewRow, caller: Caller): Promise<void> {
  const involvement = involvementOf(caller.person, review.terms);
  if (involvement)
    throw new Refused('SELF_REVIEW', `You are the ${involvement} of this version; somebody independent has to decide.`);
  const candidates = await tx
    .select({ handle: reviewCandidates.handle })
    .from(reviewCandidates)
    .where(eq(reviewCandidates.reviewId, review.id));
  if (!isDecider(caller.person) || !candidates.some((candidate) => candidate.handle === caller.person.handle))
    throw new Refused('NOT_ELIGIBLE', 'This review asks other people. Its candidates are named on it.');
}

const receiptOf = ({ id, state, revision, assignee }: AssignmentReceipt): AssignmentReceipt => ({
  id,
  state,
  revision,
  assignee,
});

function entryOf(review: ReviewRow, caller: Caller, verb: 'claim' | 'release'): NewEntry {
  return {
    stream: review.modelVersionId,
    type: verb === 'claim' ? 'review.claimed' : 'review.released',
    actor: actorOf(caller),
    reason: verb === 'claim' ? 'Took the review.' : 'Gave the review back.',
    data: { reviewId: review.id, processId: review.processId, signOff: review.signOff, channel: caller.channel },
  };
}
