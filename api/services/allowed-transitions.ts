import type { z } from 'zod';
import { loadDecisionFacts, type DecisionFacts } from '../../db/queries/decisions.ts';
import { refusalOf } from '../../domain/decision.ts';
import { Refused, type ErrorCode } from '../../domain/errors.ts';
import { reviewRolesOf } from '../../domain/review-roles.ts';
import {
  stateAfter,
  transitions,
  verbsFor,
  type DecideCommand,
  type ReviewRole,
  type ReviewVerb,
} from '../../domain/review.ts';
import type { ReviewRow } from '../../db/queries/reviews.ts';
import type { transitionsViewSchema } from '../schemas/views.ts';
import type { Caller } from './caller.ts';
import { askedOn, informantsOf } from './change-review.ts';
import { isOnRequest } from './close-by-hand.ts';
import type { Deps } from './deps.ts';
import { findVisibleReview } from './visible-review.ts';

export type TransitionsView = z.infer<typeof transitionsViewSchema>;

/** What a decision may still lack when the person may decide. */
const aboutWording: ReadonlySet<ErrorCode> = new Set([
  'REASON_REQUIRED',
  'REASON_BOILERPLATE',
  'DISPOSITION_REQUIRED',
  'INVALID',
]);

/** Verbs for whoever holds the review once somebody does, and for no one whose decision stands. */
const forHolder: ReadonlySet<ReviewVerb> = new Set(['claim', 'start', 'delegate', 'forward', 'requestInfo', 'suspend']);

/** What the caller may do with the review now, and why not decide when not. Throws NOT_FOUND. */
export async function allowedTransitions(deps: Deps, caller: Caller, reviewId: string): Promise<TransitionsView> {
  const row = await findVisibleReview(deps, caller, reviewId);
  const { db } = deps.database;
  const facts = await loadDecisionFacts(deps.database.pool, reviewId, caller.person.handle);
  if (!facts) throw new Refused('NOT_FOUND', 'There is no such review.');
  const [candidates, informants] = await Promise.all([askedOn(db, reviewId), informantsOf(db, row)]);
  const as = reviewRolesOf(caller.person, { ...row, candidates, informants });
  const { review } = facts;
  const refusal = refusalOf(review, caller.person, probeOf(review), facts.lastReasons, 'webStepUp');
  const mayDecide = refusal === undefined || aboutWording.has(refusal.code);
  const hasDecided = review.decidedBy.includes(caller.person.handle);
  const allowed = verbsFor(review.state, as).filter((verb) =>
    verb === 'decide' ? mayDecide : isOffered(verb, row, caller.person.handle, as, hasDecided),
  );
  return {
    state: review.state,
    allowed,
    refusal: mayDecide ? null : { code: refusal.code, detail: refusal.message },
    as: [...as],
    transitions: allowed.map((verb) => ({
      verb,
      to: stateAfter(review.state, verb, verb === 'release' ? row.delegatedBy : row.assignee) ?? review.state,
      by: transitions.find((each) => each.verb === verb && each.from.includes(review.state))?.by.filter((role) => as.has(role)) ?? [], // prettier-ignore
    })),
  };
}

function isOffered(
  verb: ReviewVerb,
  { assignee, terms, kind }: ReviewRow,
  handle: string,
  as: ReadonlySet<ReviewRole>,
  hasDecided: boolean,
): boolean {
  const isAdministrator = as.has('administrator');
  if ((verb === 'delegate' || verb === 'forward') && !terms.rules.delegation.allowed && !isAdministrator) return false;
  if (verb === 'release') return assignee !== null;
  if (verb === 'override') return kind !== 'after_the_fact';
  if (verb === 'withdraw') return isOnRequest(kind);
  if (!forHolder.has(verb)) return true;
  if (verb === 'claim' && assignee === handle) return false;
  const isFree = (assignee === null || assignee === handle) && !hasDecided;
  return isFree || (isAdministrator && !as.has('candidate'));
}

/** An approval of what stands, without words: only the person and the review are asked about. */
const probeOf = (review: DecisionFacts['review']): DecideCommand => ({
  outcome: 'APPROVED',
  reason: '',
  revision: review.revision,
  evidenceDigest: review.evidenceDigest,
  form: { dispositions: [] },
});
