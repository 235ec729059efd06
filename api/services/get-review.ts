import { recordReviewView } from '../../db/queries/review-views.ts';
import { listCandidates, listDecisions } from '../../db/queries/read-reviews.ts';
import { findPeopleWithRoles, type ReviewRow } from '../../db/queries/reviews.ts';
import type { DecisionOutcome } from '../../domain/review.ts';
import { askingOf } from '../../domain/asking.ts';
import { dependenceOf } from '../../domain/separation-of-duties.ts';
import type { DecisionView, ReviewView } from '../schemas/views.ts';
import type { Caller } from './caller.ts';
import type { Deps } from './deps.ts';
import { summaryOf } from './review-summary.ts';
import { suspensionOf } from './change-review.ts';
import { findVisibleReview } from './visible-review.ts';

/** A review with its people and decisions. Throws NOT_FOUND. */
export async function getReview(deps: Deps, caller: Caller, id: string): Promise<ReviewView> {
  const review = await findVisibleReview(deps, caller, id);
  const { db, pool } = deps.database;
  await recordReviewView(pool, id, { handle: caller.person.handle, channel: caller.channel, at: deps.now() });
  const [candidates, given, people] = await Promise.all([
    listCandidates(db, id),
    listDecisions(db, id),
    findPeopleWithRoles(db, rolesOf(review)),
  ]);
  const excluded = people.flatMap((person) => {
    const why = dependenceOf(person, review.terms);
    if (why !== undefined) return [{ handle: person.handle, why }];
    return candidates.some((candidate) => candidate.handle === person.handle)
      ? []
      : [{ handle: person.handle, why: 'was not asked when the review opened' }];
  });
  return {
    ...summaryOf(review),
    candidates: candidates.map((candidate) => ({ ...candidate, ...answerOf(review, candidate, given) })),
    excluded,
    decisions: given.map((decision) => decisionViewOf(review, decision)),
    findingsToAnswer: review.terms.findingsToAnswer,
    delegatedBy: review.delegatedBy,
    suspension: suspensionOf(review),
    policy: review.terms.policy,
    form: review.kind === 'sign_off' ? review.terms.signOff.form : [],
    assurance: review.terms.rules.assurance,
    closedBy: review.closedBy,
    closedReason: review.closedReason,
    links: {
      self: `${deps.publicUrl}/v1/reviews/${id}`,
      html: `${deps.publicUrl}/reviews/${id}`,
      evidence: `${deps.publicUrl}/v1/evidence/${review.evidenceDigest}`,
      process: `${deps.publicUrl}/v1/processes/${review.processId}`,
    },
  };
}

/** What the person said, or that it is not required any more: the review is closed, or whoever they share a voice with has spoken. */
function answerOf(
  review: ReviewRow,
  { handle, onBehalfOf }: Awaited<ReturnType<typeof listCandidates>>[number],
  given: Awaited<ReturnType<typeof listDecisions>>,
): { answer?: DecisionOutcome | 'NOT_REQUIRED' } {
  const own = given.find((decision) => decision.handle === handle);
  if (own) return { answer: own.outcome };
  const isSpokenFor = given.some((decision) => decision.handle === onBehalfOf || decision.onBehalfOf === handle);
  return isSpokenFor || review.closedAt !== null ? { answer: 'NOT_REQUIRED' } : {};
}

const rolesOf = ({ kind, terms }: ReviewRow): readonly string[] => askingOf(kind, terms.signOff, terms.rules).roles;

function decisionViewOf({ terms }: ReviewRow, row: Awaited<ReturnType<typeof listDecisions>>[number]): DecisionView {
  const voided = terms.voided?.find(({ handle }) => handle === row.handle);
  return {
    id: row.id,
    reviewId: row.reviewId,
    by: row.handle,
    onBehalfOf: row.onBehalfOf,
    outcome: row.outcome,
    reason: row.reason,
    dispositions: row.form.dispositions,
    revision: row.revision,
    evidenceDigest: row.evidenceDigest,
    channel: row.channel,
    at: row.decidedAt.toISOString(),
    signature: row.signature,
    conditions: (row.form.conditions ?? []).map(({ text, owner, dueAt, expiresAt }) => ({
      text,
      owner,
      dueAt,
      ...(expiresAt !== undefined && { expiresAt }),
    })),
    fields: row.form.fields ?? {},
    isCarried: row.carriedFrom !== null,
    voided: voided ? { why: voided.why, policyVersion: terms.policy.version } : null,
  };
}
