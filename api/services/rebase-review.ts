// An open review takes the terms of a newer version of its policy, because an administrator says so; without that it keeps its own.
import { and, eq, inArray, not, or, sql } from 'drizzle-orm';
import { z } from 'zod';
import { alarmsOf, type Alarm } from '../../domain/alarm.ts';
import { channelAssurance, isAssuredBy, leastAssurance } from '../../domain/assurance.ts';
import { askingOf } from '../../domain/asking.ts';
import { deadlineAfter, workingTimeBetween } from '../../domain/deadline.ts';
import { closedRefusal } from '../../domain/decision.ts';
import { boundPeople, ineligibilityOf, whoMayDecide } from '../../domain/eligibility.ts';
import { Refused } from '../../domain/errors.ts';
import type { NewEntry } from '../../domain/journal.ts';
import { signOffsOf } from '../../domain/replay-review.ts';
import { reviewRulesOf } from '../../domain/review-policy.ts';
import { titleOf } from '../../domain/review-wording.ts';
import { isClosed, outcomeOf, tally, type ReviewOutcome } from '../../domain/review.ts';
import type { DbOrTx } from '../../db/client.ts';
import { addCandidates, courtOf } from '../../db/queries/eligibility.ts';
import { appendEntries } from '../../db/queries/journal.ts';
import { enqueue } from '../../db/queries/outbox.ts';
import { findPolicy, type PolicyRow } from '../../db/queries/read-policies.ts';
import { closeReview, lockReview, moveDeadline, type ReviewRow } from '../../db/queries/reviews.ts';
import { decisions, reviewCandidates, reviews } from '../../db/schema/index.ts';
import type { ReviewTerms } from '../../db/schema/reviews.ts';
import { processWorkflowId, REVIEW_CLOSED, REVIEW_MOVED } from '../../workflows/contract.ts';
import type { RebasedReview } from '../schemas/rebased-review.ts';
import { reasonSchema } from '../schemas/text.ts';
import { actorOf, type Caller } from './caller.ts';
import { askedOn, standingOf } from './change-review.ts';
import type { Deps } from './deps.ts';
import { findVisibleReview } from './visible-review.ts';

export const rebaseSchema = z.strictObject({
  policyVersion: z.int().min(1).max(2_147_483_647).optional().describe('Of the policy that the review is held under; the newest by default'),
  reason: reasonSchema,
}); // prettier-ignore
export type Rebase = z.output<typeof rebaseSchema>;

/**
 * Recomputes who is asked, by when and how many, and settles the review where that leaves nothing to wait for. Decisions stay; those of people who
 * may not decide any more stop counting and are named. Rebasing to the version that holds changes nothing.
 * Throws FORBIDDEN, NOT_FOUND for a version that is not published, WRONG_STATE where the review is closed or the version is older or knows no such sign-off.
 */
export async function rebaseReview(
  deps: Deps,
  caller: Caller,
  reviewId: string,
  { policyVersion, reason }: Rebase,
): Promise<RebasedReview> {
  await findVisibleReview(deps, caller, reviewId);
  if (!caller.person.roles.includes('administrator'))
    throw new Refused('FORBIDDEN', 'Reviews are rebased by administrators.');
  const rebased = await deps.database.withTransaction(async (tx) => {
    const review = await lockReview(tx, reviewId);
    if (!review) throw new Refused('NOT_FOUND', 'There is no such review.');
    if (isClosed(review.state)) throw closedRefusal(review);
    const policy = await findPolicy(tx, review.terms.policy.id, policyVersion);
    if (!policy) throw new Refused('NOT_FOUND', 'No such version of the policy is published.');
    if (policy.version === review.terms.policy.version) return nothingChanged(tx, review);
    if (policy.version < review.terms.policy.version)
      throw new Refused('WRONG_STATE', `The review is held under version ${review.terms.policy.version} already.`);
    return rebase(tx, { review, policy, caller, reason, at: deps.now() });
  });
  deps.wakeRelay();
  return rebased;
}

interface Rebasing {
  review: ReviewRow;
  policy: PolicyRow;
  caller: Caller;
  reason: string;
  at: Date;
}

async function rebase(tx: DbOrTx, rebasing: Rebasing): Promise<RebasedReview> {
  const { review, policy, at } = rebasing;
  const { rules } = policy;
  const signOff = signOffsOf(rules).find((one) => one.signOff.name === review.signOff)?.signOff;
  if (!signOff) throw new Refused('WRONG_STATE', `Version ${policy.version} of the policy has no sign-off ${review.signOff}; withdraw the review instead.`); // prettier-ignore
  const asking = askingIn(review, signOff, rules);
  const before = await askedOn(tx, review.id);
  // Who took part in what a review is about stays out of it; of a sign-off all relations are looked at again.
  const excluded = review.kind === 'sign_off' ? [] : (review.terms.excluded ?? []);
  const terms: ReviewTerms = { ...review.terms, signOff, reason: rules.reason, rules: reviewRulesOf(rules), policy: { id: policy.id, version: policy.version }, excluded }; // prettier-ignore
  const court = await courtOf(tx, { ...review, terms }, at, before.map(({ handle }) => handle)); // prettier-ignore
  const now = at.toISOString();
  const { may } = whoMayDecide(court.people, court.version, court.question, terms.rules, now);
  const problemOf = (handle: string) => ineligibilityOf(court.people, handle, court.version, court.question, terms.rules, now); // prettier-ignore

  const given = await tx.select().from(decisions).where(eq(decisions.reviewId, review.id)).orderBy(decisions.decidedAt);
  const mayStill = (handle: string) => may.some((one) => one.handle === handle) || problemOf(handle) === undefined;
  const voided = given.flatMap(({ handle }) => (mayStill(handle) ? [] : [{ handle, why: problemOf(handle)!.why }]));
  const isVoided = (handle: string) => voided.some((one) => one.handle === handle);
  const counting = given.filter(({ handle }) => !isVoided(handle));
  const rule = { required: asking.quorum, departments: asking.departments, roles: asking.roles };
  const standing = counting.map(({ handle, outcome, department }) => ({ person: handle, outcome, department }));
  const { approvals, rejections, missingRoles } = tally(rule, standing);
  const outcome = outcomeOf(review.kind, rule, standing);

  // Those who came by delegation, forwarding, escalation or as deputies stay as long as they may.
  const stays = ({ handle, via }: (typeof before)[number]) =>
    may.some((one) => one.handle === handle) || (via !== null && problemOf(handle) === undefined);
  const hasDecided = new Set(given.map(({ handle }) => handle));
  const dropped = before.filter((one) => !stays(one)).map(({ handle }) => handle);
  const isHeld = review.assignee !== null && !dropped.includes(review.assignee);
  const dueAt = deadlineUnder(review, asking.dueIn, terms, at);
  const revision = review.revision + 1;
  const isPaused = review.suspension !== null && review.suspension.remainingMs !== null;

  const state = isHeld || review.assignee === null || review.state === 'SUSPENDED' ? review.state : 'READY';
  const suspension = review.suspension && isPaused ? { ...review.suspension, remainingMs: workingTimeBetween(new Date(review.suspension.at), dueAt, rules.calendar) } : review.suspension; // prettier-ignore
  const bound = boundPeople(court.people, court.version, { excluded }, terms.rules, now);
  const [row] = await tx
    .update(reviews)
    .set({
      state,
      suspension,
      assignee: isHeld ? review.assignee : null,
      title: titleOf(signOff.title, review.kind),
      terms: { ...terms, excluded: bound, voided: [...(terms.voided ?? []).filter(({ handle }) => !hasDecided.has(handle)), ...voided] }, // prettier-ignore
      quorumRequired: asking.quorum,
      approvals,
      rejections,
      missingRoles,
      revision,
      // Whoever read the review under the older terms reads it again before they decide.
      materialRevision: revision,
    })
    .where(eq(reviews.id, review.id))
    .returning();
  if (!row) throw new Error(`${review.id} is gone`);
  const leaving = dropped.filter((handle) => !hasDecided.has(handle));
  if (leaving.length > 0)
    await tx.delete(reviewCandidates).where(and(eq(reviewCandidates.reviewId, review.id), inArray(reviewCandidates.handle, leaving))); // prettier-ignore
  await askAnew(tx, review.id, given.flatMap(({ handle, onBehalfOf }) => (isVoided(handle) && onBehalfOf !== null ? [onBehalfOf] : []))); // prettier-ignore
  await moveDeadline(tx, review.id, dueAt);
  const added = await addCandidates(tx, { id: review.id, dueAt, revision }, may);

  const assuranceTooLow = counting.flatMap((one) => {
    const least = leastAssurance(rules.assurance, one.outcome);
    const was = one.assurance ?? channelAssurance[one.channel];
    return isAssuredBy(was, least) ? [] : [{ handle: one.handle, given: was, least }];
  });
  const change = {
    decisions: { kept: counting.map(({ handle }) => handle), noLongerCounting: voided, assuranceTooLow },
    candidates: { added, dropped: leaving },
  };
  await appendEntries(tx, [rebasedEntry(rebasing, row, dueAt, change)], at);
  const closed = outcome === undefined ? undefined : await settle(tx, row, outcome, { approvals, rejections, at });
  if (!closed && !isPaused) {
    const payload = { reviewId: review.id, dueAt: dueAt.toISOString(), alarms: alarmsUnder({ ...row, dueAt }, at) };
    await enqueue(tx, [{ workflowId: processWorkflowId(review.processId), message: { do: 'tell', what: REVIEW_MOVED, payload } }]); // prettier-ignore
  }
  return {
    changed: true,
    policy: { id: policy.id, version: policy.version },
    review: await standingOf(tx, closed ?? { ...row, dueAt }),
    ...change,
  };
}

/** Those in whose name a decision counted until now, and whoever else stands in for them. */
async function askAnew(tx: DbOrTx, reviewId: string, handles: readonly string[]): Promise<void> {
  const { handle, onBehalfOf } = reviewCandidates;
  const isTheirs = or(inArray(handle, handles), inArray(onBehalfOf, handles));
  const hasDecided = sql`EXISTS (SELECT FROM decisions d WHERE d.review_id = ${reviewId} AND d.handle = ${handle})`;
  await tx.update(reviewCandidates).set({ isWaiting: true }).where(and(eq(reviewCandidates.reviewId, reviewId), isTheirs, not(hasDecided))); // prettier-ignore
}

function askingIn(review: ReviewRow, signOff: ReviewTerms['signOff'], rules: PolicyRow['rules']) {
  try {
    return askingOf(review.kind, signOff, rules);
  } catch {
    throw new Refused('WRONG_STATE', `That version of the policy asks for no review of kind ${review.kind}.`);
  }
}

/** From when the review opened, or got its time anew. A deadline that would have passed already begins now instead: nobody is expired by a change of rules. */
function deadlineUnder(review: ReviewRow, dueIn: string, terms: ReviewTerms, at: Date): Date {
  const { calendar } = terms.rules;
  const due = deadlineAfter(review.extendedAt ?? review.createdAt, dueIn, calendar);
  return due > at ? due : deadlineAfter(at, dueIn, calendar);
}

/** Those of the new terms that are still to come; none once the review got its time anew, as it had them all by then. */
function alarmsUnder({ kind, terms, createdAt, extendedAt, dueAt }: ReviewRow, at: Date): Alarm[] {
  if (kind !== 'sign_off' || extendedAt !== null) return [];
  return alarmsOf(terms.signOff, createdAt, dueAt, terms.rules.calendar).filter((alarm) => Date.parse(alarm.at) > at.getTime()); // prettier-ignore
}

/** What was decided is enough under the new terms, or cannot be any more. */
async function settle(
  tx: DbOrTx,
  review: ReviewRow,
  outcome: ReviewOutcome,
  { approvals, rejections, at }: { approvals: number; rejections: number; at: Date },
): Promise<ReviewRow | undefined> {
  const reason = `${approvals} approved and ${rejections} rejected; under version ${review.terms.policy.version} of the policy that settles it.`;
  const closed = await closeReview(tx, { id: review.id, state: 'COMPLETED', outcome, by: 'quorum', reason, at });
  const payload = { reviewId: review.id, state: 'COMPLETED' as const, outcome };
  await enqueue(tx, [{ workflowId: processWorkflowId(review.processId), message: { do: 'tell', what: REVIEW_CLOSED, payload } }]); // prettier-ignore
  const { processId, signOff, evidenceDigest } = review;
  const data = { reviewId: review.id, processId, signOff, state: 'COMPLETED', outcome, evidenceDigest };
  await appendEntries(tx, [{ stream: review.modelVersionId, type: 'review.closed', actor: { type: 'system', id: 'quorum' }, reason, data }], at); // prettier-ignore
  return closed;
}

async function nothingChanged(tx: DbOrTx, review: ReviewRow): Promise<RebasedReview> {
  return {
    changed: false,
    policy: review.terms.policy,
    review: await standingOf(tx, review),
    decisions: { kept: [], noLongerCounting: [], assuranceTooLow: [] },
    candidates: { added: [], dropped: [] },
  };
}

function rebasedEntry(
  { review, policy, caller, reason }: Rebasing,
  row: ReviewRow,
  dueAt: Date,
  { decisions: given, candidates }: Pick<RebasedReview, 'decisions' | 'candidates'>,
): NewEntry {
  return {
    stream: review.modelVersionId,
    type: 'policy.rebased',
    actor: actorOf(caller),
    reason,
    data: {
      reviewId: review.id,
      processId: review.processId,
      signOff: review.signOff,
      policy: { id: policy.id, from: review.terms.policy.version, to: policy.version, digest: policy.digest },
      revision: row.revision,
      required: row.quorumRequired,
      dueAt: { from: review.dueAt.toISOString(), to: dueAt.toISOString() },
      decisions: given,
      candidates,
    },
  };
}
