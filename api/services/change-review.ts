// What every verb of a review stands on: the locked row, what the caller is to it, and the refusals that all share.
import { and, eq, sql } from 'drizzle-orm';
import { closedRefusal } from '../../domain/decision.ts';
import { Refused } from '../../domain/errors.ts';
import type { EntryType, NewEntry } from '../../domain/journal.ts';
import { isClosed, stateAfter, type ReviewRole, type ReviewState, type ReviewVerb } from '../../domain/review.ts';
import { mayEver, reviewRolesOf, roleRefusal, voiceOf, type Asked } from '../../domain/review-roles.ts';
import { isLostRace, type DbOrTx } from '../../db/client.ts';
import { appendEntries } from '../../db/queries/journal.ts';
import { lockReview, type ReviewRow } from '../../db/queries/reviews.ts';
import { decisions, reviewCandidates, reviewComments, reviews } from '../../db/schema/index.ts';
import type { ReviewStanding } from '../schemas/review-thread.ts';
import { actorOf, type Caller } from './caller.ts';
import type { Deps } from './deps.ts';
import { findVisibleReview } from './visible-review.ts';

export interface ReviewChange {
  reviewId: string;
  /** From If-Match; any revision when absent. */
  revision?: number;
}

/** A review in the hands of one transaction. */
export interface HeldReview {
  tx: DbOrTx;
  review: ReviewRow;
  caller: Caller;
  as: ReadonlySet<ReviewRole>;
  candidates: Asked[];
  /** The state after the verb, while the assignee stays. */
  next: ReviewState;
  at: Date;
}

interface Rules<T> {
  verb: ReviewVerb;
  /** Roles beside the table's that come as far as being told who has it. */
  alsoBy?: readonly ReviewRole[];
  /** What a repeat answers, having changed nothing; undefined where this is no repeat. */
  repeat?: (held: Omit<HeldReview, 'next'>) => Promise<T | undefined> | T | undefined;
  /** Whether it is for whoever holds the review, once somebody does; administrators are free. */
  isForHolder?: boolean;
  change: (held: HeldReview) => Promise<T>;
}

/** Runs a verb on a review in one transaction. Throws Refused, having changed nothing: who may not, what changed meanwhile, what is over. */
export async function changeReview<T>(
  deps: Deps,
  caller: Caller,
  { reviewId, revision }: ReviewChange,
  rules: Rules<T>,
): Promise<T> {
  await findVisibleReview(deps, caller, reviewId);
  const result = await withRetries(() =>
    deps.database.withTransaction(async (tx) => {
      const review = await lockReview(tx, reviewId);
      if (!review) throw new Refused('NOT_FOUND', 'There is no such review.');
      const candidates = await askedOn(tx, reviewId);
      const informants = await informantsOf(tx, review);
      const as = reviewRolesOf(caller.person, { ...review, candidates, informants });
      const { verb, alsoBy = [] } = rules;
      if (!mayEver(verb, as) && !alsoBy.some((role) => as.has(role)))
        throw roleRefusal(verb, caller.person, review.terms);
      if (revision !== undefined && revision !== review.revision)
        throw new Refused('EVIDENCE_CHANGED', `The review is at revision ${review.revision}. Read it again.`, {
          extra: { revision: review.revision },
        });
      const held = { tx, review, caller, as, candidates, at: deps.now() };
      const repeated = await rules.repeat?.(held);
      if (repeated !== undefined) return repeated;
      if (isClosed(review.state)) throw closedRefusal(review);
      if (rules.isForHolder) await refuseUnlessFree(held);
      const next = stateAfter(review.state, verb, review.assignee);
      if (next === undefined)
        throw new Refused('WRONG_STATE', `The review is ${review.state}; this cannot be done now.`);
      return rules.change({ ...held, next });
    }),
  );
  deps.wakeRelay();
  return result;
}

const MAXIMUM_ATTEMPTS = 5;

/** Whoever lost a race in the database, by a key or a deadlock, reads again. */
async function withRetries<T>(attempt: () => Promise<T>): Promise<T> {
  for (let lost = 1; ; lost++)
    try {
      return await attempt();
    } catch (error) {
      if (lost >= MAXIMUM_ATTEMPTS || !isLostRace(error)) throw error;
    }
}

async function refuseUnlessFree({ tx, review, caller, as, candidates }: Omit<HeldReview, 'next'>): Promise<void> {
  const { handle } = caller.person;
  if (review.assignee !== null && review.assignee !== handle && !as.has('administrator'))
    throw new Refused('ALREADY_CLAIMED', `${review.assignee} has claimed this review.`, {
      extra: { assignee: review.assignee },
    });
  if (as.has('candidate') && (await voicesHeard(tx, review.id)).has(voiceOf(handle, candidates)))
    throw new Refused('ALREADY_DECIDED', 'Your decision on this review stands.');
}

export const askedOn = (tx: DbOrTx, reviewId: string): Promise<Asked[]> =>
  tx
    .select({ handle: reviewCandidates.handle, via: reviewCandidates.via, onBehalfOf: reviewCandidates.onBehalfOf })
    .from(reviewCandidates)
    .where(eq(reviewCandidates.reviewId, reviewId))
    .orderBy(reviewCandidates.handle);

export async function informantsOf(tx: DbOrTx, { suspension }: Pick<ReviewRow, 'suspension'>): Promise<string[]> {
  if (!suspension?.questionId) return [];
  const [question] = await tx
    .select({ mentions: reviewComments.mentions })
    .from(reviewComments)
    .where(eq(reviewComments.id, suspension.questionId));
  return question?.mentions ?? [];
}

/** People for whom a decision stands, given by themselves or by whoever stood in for them. */
export async function voicesHeard(tx: DbOrTx, reviewId: string): Promise<Set<string>> {
  const given = await tx
    .select({ handle: decisions.handle, onBehalfOf: decisions.onBehalfOf })
    .from(decisions)
    .where(eq(decisions.reviewId, reviewId));
  return new Set(given.flatMap(({ handle, onBehalfOf }) => (onBehalfOf === null ? [handle] : [handle, onBehalfOf])));
}

/** Writes the row and counts its revision; answers how it stands. */
export async function writeReview(
  { tx, review }: Pick<HeldReview, 'tx' | 'review'>,
  set: Partial<typeof reviews.$inferInsert>,
): Promise<ReviewRow> {
  const [row] = await tx
    .update(reviews)
    .set({ ...set, revision: sql`${reviews.revision} + 1` })
    .where(and(eq(reviews.id, review.id), eq(reviews.revision, review.revision)))
    .returning();
  if (!row) throw new Error(`${review.id} moved while it was locked`);
  return row;
}

export function entryOf(
  { review, caller }: Pick<HeldReview, 'review' | 'caller'>,
  type: EntryType,
  reason: string,
  data: Record<string, unknown> = {},
): NewEntry {
  return {
    stream: review.modelVersionId,
    type,
    actor: actorOf(caller),
    reason,
    data: {
      reviewId: review.id,
      processId: review.processId,
      signOff: review.signOff,
      channel: caller.channel,
      ...data,
    },
  };
}

export const journal = (
  held: Pick<HeldReview, 'tx' | 'review' | 'caller' | 'at'>,
  type: EntryType,
  reason: string,
  data: Record<string, unknown> = {},
): Promise<void> => appendEntries(held.tx, [entryOf(held, type, reason, data)], held.at);

/** How the review stands, as the verbs answer it. */
export async function standingOf(tx: DbOrTx, review: ReviewRow): Promise<ReviewStanding> {
  return {
    id: review.id,
    state: review.state,
    outcome: review.outcome,
    revision: review.revision,
    assignee: review.assignee,
    delegatedBy: review.delegatedBy,
    dueAt: review.dueAt.toISOString(),
    suspension: suspensionOf(review),
    candidates: await askedOn(tx, review.id),
  };
}

export function suspensionOf({ suspension }: Pick<ReviewRow, 'suspension'>): ReviewStanding['suspension'] {
  if (!suspension) return null;
  const { remainingMs, ...shown } = suspension;
  return { ...shown, isClockPaused: remainingMs !== null };
}
