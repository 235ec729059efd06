// Approvals of the round before that stand on, because the new evidence did not touch what they were about.
import { and, asc, eq, inArray, sql } from 'drizzle-orm';
import type { NewEntry } from '../domain/journal.ts';
import { askingOf } from '../domain/asking.ts';
import { outcomeOf, tally } from '../domain/review.ts';
import type { DbOrTx } from '../db/client.ts';
import { newId } from '../db/new-id.ts';
import { enqueue } from '../db/queries/outbox.ts';
import { closeReview, type ReviewRow } from '../db/queries/reviews.ts';
import { decisions, reviewCandidates, reviews } from '../db/schema/index.ts';
import { processWorkflowId, REVIEW_CLOSED } from '../workflows/contract.ts';

type DecisionRow = typeof decisions.$inferSelect;

/**
 * Gives a review that opens the approvals of its forerunner, from people whom it asks too and who have answered for every finding that it asks about.
 * Where they make up the quorum it closes at once. Answers the entries to journal.
 */
export async function carryDecisions(tx: DbOrTx, review: ReviewRow, at: Date): Promise<NewEntry[]> {
  const standing = await approvalsBefore(tx, review);
  if (standing.length === 0) return [];
  const carried = standing.map((decision) => ({ ...decision, id: newId('decision'), carriedFrom: decision.id }));
  await tx.insert(decisions).values(
    carried.map((decision) => ({
      ...decision,
      reviewId: review.id,
      idempotencyKey: `carried/${decision.carriedFrom}/${review.id}`,
    })),
  );
  await tx
    .update(reviewCandidates)
    .set({ isWaiting: false })
    .where(and(eq(reviewCandidates.reviewId, review.id), inArray(reviewCandidates.handle, carried.map(({ handle }) => handle)))); // prettier-ignore
  const asking = askingOf(review.kind, review.terms.signOff, review.terms.rules);
  const rule = { required: review.quorumRequired, departments: asking.departments, roles: asking.roles };
  const given = carried.map(({ handle, outcome, department }) => ({ person: handle, outcome, department }));
  const { approvals, missingRoles } = tally(rule, given);
  await tx
    .update(reviews)
    .set({ approvals, missingRoles, revision: sql`${reviews.revision} + 1` })
    .where(eq(reviews.id, review.id));
  const entries = carried.map((decision) => carriedEntry(review, decision));
  const outcome = outcomeOf(review.kind, rule, given);
  if (outcome === undefined) return entries;
  const reason = `${approvals} of ${review.quorumRequired} approved, on evidence that has not changed in what they were about.`;
  await closeReview(tx, { id: review.id, state: 'COMPLETED', outcome, by: 'quorum', reason, at });
  const payload = { reviewId: review.id, state: 'COMPLETED' as const, outcome };
  await enqueue(tx, [
    { workflowId: processWorkflowId(review.processId), message: { do: 'tell', what: REVIEW_CLOSED, payload } },
  ]);
  return [...entries, closedEntry(review, reason, outcome)];
}

async function approvalsBefore(tx: DbOrTx, review: ReviewRow): Promise<DecisionRow[]> {
  const rows = await tx
    .select({ decision: decisions, terms: reviews.terms })
    .from(decisions)
    .innerJoin(reviews, eq(reviews.id, decisions.reviewId))
    .innerJoin(reviewCandidates, and(eq(reviewCandidates.reviewId, review.id), eq(reviewCandidates.handle, decisions.handle)))
    .where(
      and(
        eq(reviews.modelVersionId, review.modelVersionId),
        eq(reviews.signOff, review.signOff),
        eq(reviews.kind, 'sign_off'),
        eq(reviews.round, review.round - 1),
        eq(decisions.outcome, 'APPROVED'),
      ),
    )
    .orderBy(asc(decisions.decidedAt)); // prettier-ignore
  const asked = review.terms.findingsToAnswer.map((finding) => finding.id);
  return rows
    .filter(({ decision, terms }) => !terms.voided?.some(({ handle }) => handle === decision.handle))
    .map(({ decision }) => decision)
    .filter(({ form }) => asked.every((id) => form.dispositions.some((answer) => answer.finding === id)));
}

const actor = { type: 'system', id: 'material-change' } as const;

const carriedEntry = (review: ReviewRow, decision: DecisionRow & { carriedFrom: string }): NewEntry => ({
  stream: review.modelVersionId,
  type: 'decision.carried',
  actor,
  reason: `The policy lets ${decision.handle}'s approval stand: what it was about has not changed.`,
  data: {
    reviewId: review.id,
    processId: review.processId,
    signOff: review.signOff,
    decisionId: decision.id,
    carriedFrom: decision.carriedFrom,
    by: decision.handle,
    outcome: decision.outcome,
    givenOn: decision.evidenceDigest,
    evidenceDigest: review.evidenceDigest,
  },
});

const closedEntry = (review: ReviewRow, reason: string, outcome: string): NewEntry => ({
  stream: review.modelVersionId,
  type: 'review.closed',
  actor: { type: 'system', id: 'quorum' },
  reason,
  data: {
    reviewId: review.id,
    processId: review.processId,
    signOff: review.signOff,
    state: 'COMPLETED',
    outcome,
    evidenceDigest: review.evidenceDigest,
  },
});
