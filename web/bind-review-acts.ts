// The verbs of a review, as the pages call them.
import { answerQuestion } from '../api/services/answer-question.ts';
import { attachFile, listAttachments } from '../api/services/attachments.ts';
import type { Caller } from '../api/services/caller.ts';
import { claimReview, releaseReview } from '../api/services/change-assignment.ts';
import { overrideReview, withdrawReview } from '../api/services/close-by-hand.ts';
import { commentOnReview, listComments } from '../api/services/comments.ts';
import { deferralsOf } from '../api/services/defer-decision.ts';
import { delegateReview } from '../api/services/delegate-review.ts';
import type { Deps } from '../api/services/deps.ts';
import { escalateReview } from '../api/services/escalate-review.ts';
import { forwardReview } from '../api/services/forward-review.ts';
import { conditionsOf, fulfilCondition } from '../api/services/fulfil-condition.ts';
import { listCandidates } from '../api/services/list-candidates.ts';
import { remindReviewers } from '../api/services/remind-reviewers.ts';
import { requestInformation } from '../api/services/request-information.ts';
import { startReview } from '../api/services/start-review.ts';
import { resumeReview, suspendReview } from '../api/services/suspend-review.ts';
import type { ReviewAct } from './review-act.ts';
import type { WebServices } from './services.ts';

type Bound = Pick<WebServices, 'actOnReview' | 'reviewThread' | 'attachFile' | 'fulfilCondition'>;

export const bindReviewActs = (deps: Deps): Bound => ({
  actOnReview: async (caller, reviewId, act) => void (await perform(deps, caller, reviewId, act)),
  reviewThread: async (caller, id) => {
    const [comments, attachments, conditions, deferrals, eligibility] = await Promise.all([
      listComments(deps, caller, id),
      listAttachments(deps, caller, id),
      conditionsOf(deps, caller, id),
      deferralsOf(deps, caller, id),
      listCandidates(deps, caller, id),
    ]);
    return { comments, attachments, conditions, deferrals, eligibility };
  },
  attachFile: async (caller, reviewId, file) => void (await attachFile(deps, caller, { reviewId, ...file })),
  fulfilCondition: async (caller, conditionId, reason) =>
    void (await fulfilCondition(deps, caller, { conditionId, reason })),
});

function perform(deps: Deps, caller: Caller, reviewId: string, act: ReviewAct): Promise<unknown> {
  switch (act.verb) {
    case 'claim':
      return claimReview(deps, caller, { reviewId });
    case 'release':
      return releaseReview(deps, caller, { reviewId });
    case 'start':
      return startReview(deps, caller, { reviewId });
    case 'comment': {
      const { text, idempotencyKey } = act;
      return commentOnReview(deps, caller, { reviewId, text, ...(idempotencyKey !== undefined && { idempotencyKey }) });
    }
    case 'requestInfo': {
      const { question, to } = act;
      return requestInformation(deps, caller, { reviewId, question, ...(to !== undefined && { to }) });
    }
    case 'submitInfo':
      return answerQuestion(deps, caller, { reviewId, questionId: act.questionId, answer: act.answer });
    case 'delegate':
      return delegateReview(deps, caller, { reviewId, to: act.to, reason: act.reason });
    case 'forward':
      return forwardReview(deps, caller, { reviewId, to: act.to, reason: act.reason });
    case 'suspend': {
      const { reason, until } = act;
      return suspendReview(deps, caller, { reviewId, reason, ...(until !== undefined && { until }) });
    }
    case 'resume':
      return resumeReview(deps, caller, { reviewId });
    case 'remind':
      return remindReviewers(deps, caller, { reviewId });
    case 'escalate': {
      const { reason, to } = act;
      return escalateReview(deps, caller, { reviewId, reason, ...(to !== undefined && { to }) });
    }
    case 'withdraw':
      return withdrawReview(deps, caller, { reviewId, reason: act.reason });
    case 'override':
      return overrideReview(deps, caller, { reviewId, outcome: act.outcome, reason: act.reason });
  }
}
