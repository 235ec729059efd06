import type { z } from 'zod';
import { loadDecisionFacts, type DecisionFacts } from '../../db/queries/decisions.ts';
import { refusalOf } from '../../domain/decision.ts';
import { Refused, type ErrorCode } from '../../domain/errors.ts';
import { stateAfter, type DecideCommand, type ReviewVerb } from '../../domain/review.ts';
import type { transitionsViewSchema } from '../schemas/views.ts';
import type { Caller } from './caller.ts';
import type { Deps } from './deps.ts';
import { findVisibleReview } from './visible-review.ts';

export type TransitionsView = z.infer<typeof transitionsViewSchema>;

/** What a decision may still lack when the person may decide. */
const aboutWording: ReadonlySet<ErrorCode> = new Set(['REASON_REQUIRED', 'REASON_BOILERPLATE', 'DISPOSITION_REQUIRED']);

/** What the caller may do with the review now, and why not decide when not. Throws NOT_FOUND. */
export async function allowedTransitions(deps: Deps, caller: Caller, reviewId: string): Promise<TransitionsView> {
  await findVisibleReview(deps, caller, reviewId);
  const facts = await loadDecisionFacts(deps.database.pool, reviewId, caller.person.handle);
  if (!facts) throw new Refused('NOT_FOUND', 'There is no such review.');
  const { review } = facts;
  const refusal = refusalOf(review, caller.person, probeOf(review), facts.lastReasons, 'webStepUp');
  const mayDecide = refusal === undefined || aboutWording.has(refusal.code);
  const allowed: ReviewVerb[] = [];
  if (mayDecide) {
    allowed.push('decide');
    const isMine = review.assignee === caller.person.handle;
    if (isMine && stateAfter(review.state, 'release') !== undefined) allowed.push('release');
    if (!isMine && stateAfter(review.state, 'claim') !== undefined) allowed.push('claim');
  }
  return { state: review.state, allowed, refusal: mayDecide ? null : { code: refusal.code, detail: refusal.message } };
}

/** An approval of what stands, without words: only the person and the review are asked about. */
const probeOf = (review: DecisionFacts['review']): DecideCommand => ({
  outcome: 'APPROVED',
  reason: '',
  revision: review.revision,
  evidenceDigest: review.evidenceDigest,
  form: { dispositions: [] },
});
