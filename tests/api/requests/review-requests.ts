// Reviews and what people do with them.
import { get, verb, type Ground, type Requests } from './ground.ts';

export const reviewRequests = ({
  review,
  other,
  handedOn,
  resting,
  paused,
  lowRisk,
  filterId,
  questionId,
  attachmentId,
}: Ground): Requests => ({
  listReviews: {
    valid: () => get('/v1/reviews?view=me&limit=10', 'validator-1'),
    invalid: () => get('/v1/reviews?limit=0'),
  },
  getReview: { valid: () => get(`/v1/reviews/${review.id}`), invalid: () => get('/v1/reviews/none') },
  allowedTransitions: {
    valid: () => get(`/v1/reviews/${review.id}/allowed-transitions`, 'validator-1'),
    invalid: () => get('/v1/reviews/none/allowed-transitions'),
  },
  reviewHistory: {
    valid: () => get(`/v1/reviews/${review.id}/history`),
    invalid: () => get('/v1/reviews/none/history'),
  },
  reviewerFigures: {
    valid: () => get('/v1/figures/reviewers'),
    invalid: () => get('/v1/figures/reviewers?since=yesterday'),
  },
  listConditions: {
    valid: () => get(`/v1/reviews/${review.id}/conditions`),
    invalid: () => get('/v1/reviews/none/conditions'),
  },
  listDeferrals: {
    valid: () => get(`/v1/reviews/${review.id}/deferrals`),
    invalid: () => get('/v1/reviews/none/deferrals'),
  },
  fulfilCondition: {
    valid: () => ({
      path: '/v1/conditions/cond_described/fulfilment',
      as: 'data-scientist-1',
      body: { reason: 'It is done' },
    }),
    invalid: () => ({ path: '/v1/conditions/none/fulfilment', as: 'validator-1', body: { reason: 'It is done' } }),
  },
  claimReview: {
    valid: () => get(`/v1/reviews/${other.id}/assignment`, 'validator-2'),
    invalid: () => get(`/v1/reviews/${other.id}/assignment`, 'auditor'),
  },
  releaseReview: {
    valid: () => get(`/v1/reviews/${other.id}/assignment`, 'validator-2'),
    invalid: () => get(`/v1/reviews/${other.id}/assignment`, 'auditor'),
  },
  submitDecision: {
    valid: () => ({
      path: `/v1/reviews/${review.id}/decisions`,
      as: 'validator-1',
      headers: { 'idempotency-key': 'described' },
      body: {
        outcome: 'APPROVED',
        reason: 'Compared with the plan, nothing is missing',
        revision: 1,
        evidenceDigest: review.evidenceDigest,
        form: { dispositions: [{ finding: 'auc-floor', disposition: 'MITIGATED', reason: 'The cut-off was moved' }] },
      },
    }),
    invalid: () => ({
      path: `/v1/reviews/${review.id}/decisions`,
      as: 'validator-1',
      headers: { 'idempotency-key': 'k' },
      body: { outcome: 'MAYBE' },
    }),
  },
  startReview: verb(handedOn, 'start', 'validator-1'),
  delegateReview: verb(handedOn, 'delegation', 'validator-1', { to: 'validator-2', reason: 'On leave' }),
  forwardReview: verb(handedOn, 'forward', 'validator-2', { to: 'validator-3', reason: 'Knows the data' }),
  requestInformation: verb(handedOn, 'info-requests', 'validator-1', { question: 'Which rows?' }),
  answerQuestion: {
    valid: () => ({
      path: `/v1/reviews/${paused.id}/info-requests/${questionId}/answer`,
      as: 'data-scientist-1',
      body: { answer: 'Those without a label' },
    }),
    invalid: () => ({
      path: `/v1/reviews/${paused.id}/info-requests/none/answer`,
      as: 'data-scientist-1',
      body: { answer: 'None' },
    }),
  },
  suspendReview: verb(resting, 'suspension', 'validator-1', { reason: 'Holidays' }),
  resumeReview: verb(resting, 'suspension', 'validator-1'),
  commentOnReview: {
    valid: () => ({
      path: `/v1/reviews/${resting.id}/comments`,
      as: 'auditor',
      body: { text: 'Seen, @validator-1' },
    }),
    invalid: () => ({ path: `/v1/reviews/${resting.id}/comments`, as: 'auditor', body: { text: '  ' } }),
  },
  listComments: {
    valid: () => get(`/v1/reviews/${resting.id}/comments`),
    invalid: () => get('/v1/reviews/none/comments'),
  },
  withdrawReview: verb(resting, 'withdrawal', 'data-scientist-1', { reason: 'Wrong data' }),
  escalateReview: verb(other, 'escalation', 'validator-1', {
    reason: 'Nobody answers',
    to: { roles: ['compliance'] },
  }),
  remindReviewers: verb(other, 'reminders', 'validator-1'),
  overrideReview: verb(handedOn, 'override', 'admin', {
    outcome: 'REJECTED',
    reason: 'The model leaks names of customers',
  }),
  listCandidates: {
    valid: () => get(`/v1/reviews/${other.id}/candidates`),
    invalid: () => get('/v1/reviews/none/candidates'),
  },
  attachFile: verb(paused, 'attachments', 'validator-1', { name: 'notes.txt', content: 'aGVsbG8=' }),
  listAttachments: {
    valid: () => get(`/v1/reviews/${other.id}/attachments`),
    invalid: () => get('/v1/reviews/none/attachments'),
  },
  getAttachment: {
    valid: () => get(`/v1/reviews/${other.id}/attachments/${attachmentId}`),
    invalid: () => get(`/v1/reviews/${other.id}/attachments/none`),
  },
  listFilters: { valid: () => get('/v1/filters'), invalid: () => ({ path: '/v1/filters' }) },
  saveFilter: {
    valid: () => ({ path: '/v1/filters', as: 'validator-1', body: { name: 'Late', query: 'view=me&due=overdue' } }),
    invalid: () => ({ path: '/v1/filters', as: 'validator-1', body: { name: 'Late', query: 'size=9' } }),
  },
  removeFilter: {
    valid: () => get(`/v1/filters/${filterId}`, 'validator-2'),
    invalid: () => get('/v1/filters/none', 'validator-2'),
  },
  decideBatch: {
    valid: () => ({
      path: '/v1/reviews/batch',
      as: 'validator-1',
      headers: { 'idempotency-key': 'batch-described' },
      body: {
        reviews: [{ id: lowRisk.id, revision: 1, evidenceDigest: lowRisk.evidenceDigest }],
        outcome: 'APPROVED',
        reason: 'Both rounds of numbers agree with the plan',
      },
    }),
    invalid: () => ({
      path: '/v1/reviews/batch',
      as: 'validator-1',
      headers: { 'idempotency-key': 'batch-refused' },
      body: {
        reviews: [{ id: other.id, revision: 1, evidenceDigest: other.evidenceDigest }],
        outcome: 'APPROVED',
        reason: 'High risk is decided by itself',
      },
    }),
  },
  rebaseReview: {
    valid: () => ({ path: `/v1/reviews/${other.id}/rebase`, as: 'admin', body: { reason: 'The newest rules' } }),
    invalid: () => ({ path: `/v1/reviews/${other.id}/rebase`, as: 'admin', body: {} }),
  },
});
