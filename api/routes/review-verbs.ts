// What people do with a review beside deciding.
import { createRoute } from '@hono/zod-openapi';
import { z } from 'zod';
import type { AppDeps } from '../app-deps.ts';
import { readJson } from '../read-body.ts';
import {
  answerReceiptSchema,
  commentSchema,
  commentViewSchema,
  eligibilityViewSchema,
  escalateSchema,
  handOnSchema,
  overrideSchema,
  questionReceiptSchema,
  reminderReceiptSchema,
  requestInfoSchema,
  reviewStandingSchema,
  submitInfoSchema,
  suspendSchema,
  withdrawSchema,
} from '../schemas/review-thread.ts';
import { pageOf } from '../schemas/views.ts';
import { answerQuestion } from '../services/answer-question.ts';
import { overrideReview, withdrawReview } from '../services/close-by-hand.ts';
import { commentOnReview, listComments } from '../services/comments.ts';
import { delegateReview } from '../services/delegate-review.ts';
import { escalateReview } from '../services/escalate-review.ts';
import { forwardReview } from '../services/forward-review.ts';
import { listCandidates } from '../services/list-candidates.ts';
import { remindReviewers } from '../services/remind-reviewers.ts';
import { requestInformation } from '../services/request-information.ts';
import { startReview } from '../services/start-review.ts';
import { resumeReview, suspendReview } from '../services/suspend-review.ts';
import { changeIn, ifMatchHeaders as headers, reviewParams as params, tagged } from './change-of-review.ts';
import {
  bodyOf,
  createRouter,
  idSchema,
  inputSchemaOf,
  json,
  problemResponses,
  readProblems,
  signedIn,
} from './documented.ts';

const tags = ['Reviews'];
const questionParams = params.extend({ question: idSchema });
const keyHeaders = z.object({
  'Idempotency-Key': z
    .string()
    .regex(/^[\x21-\x7e]{1,200}$/, 'is 1 to 200 printable characters without spaces')
    .optional(),
});
const standing = reviewStandingSchema.meta({ id: 'ReviewStanding' });
const comment = commentViewSchema.meta({ id: 'Comment' });
const changeProblems = { ...readProblems, ...problemResponses(403, 404, 409, 412, 422) };
const bodyProblems = { ...changeProblems, ...problemResponses(400, 413, 415) };

const startRoute = createRoute({
  method: 'post', path: '/v1/reviews/{id}/start', tags, security: signedIn, operationId: 'startReview',
  summary: 'Begin to work on it', description: 'It is yours then, as if claimed.',
  request: { params, headers },
  responses: { 200: json(standing, 'You are at it'), ...changeProblems },
}); // prettier-ignore

const delegateRoute = createRoute({
  method: 'post', path: '/v1/reviews/{id}/delegation', tags, security: signedIn, operationId: 'delegateReview',
  summary: 'Let somebody decide in your name',
  description: 'They hold the review; when they release it, it comes back to you. The two of you are one voice: whoever decides first decides for both.',
  request: { params, headers, body: bodyOf('HandOnCommand') },
  responses: { 200: json(standing, 'It is theirs'), ...bodyProblems },
}); // prettier-ignore

const forwardRoute = createRoute({
  method: 'post', path: '/v1/reviews/{id}/forward', tags, security: signedIn, operationId: 'forwardReview',
  summary: 'Give your place to somebody else, for good', description: 'They decide in their own name, and you are no longer asked.',
  request: { params, headers, body: bodyOf('HandOnCommand') },
  responses: { 200: json(standing, 'They are asked in your place'), ...bodyProblems },
}); // prettier-ignore

const askRoute = createRoute({
  method: 'post', path: '/v1/reviews/{id}/info-requests', tags, security: signedIn, operationId: 'requestInformation',
  summary: 'Ask for information',
  description: 'The review waits (SUSPENDED) until the question is answered; its clock stands still meanwhile where the policy says so.',
  request: { params, headers, body: bodyOf('RequestInfoCommand') },
  responses: { 201: json(questionReceiptSchema.meta({ id: 'QuestionReceipt' }), 'The question, and the review that waits for the answer'), ...bodyProblems },
}); // prettier-ignore

const answerRoute = createRoute({
  method: 'post', path: '/v1/reviews/{id}/info-requests/{question}/answer', tags, security: signedIn, operationId: 'answerQuestion',
  summary: 'Answer a question', description: 'For whom it was put to, and for owner and author of the version. The review goes on; its deadline moves on by the time that its clock stood still.',
  request: { params: questionParams, headers, body: bodyOf('SubmitInfoCommand') },
  responses: { 201: json(answerReceiptSchema.meta({ id: 'AnswerReceipt' }), 'The answer, and the review that goes on'), ...bodyProblems },
}); // prettier-ignore

const suspendRoute = createRoute({
  method: 'post', path: '/v1/reviews/{id}/suspension', tags, security: signedIn, operationId: 'suspendReview',
  summary: 'Let it rest', description: 'Nobody decides meanwhile. The deadline stays. With `until` it goes on by itself.',
  request: { params, headers, body: bodyOf('SuspendCommand') },
  responses: { 200: json(standing, 'It rests'), ...bodyProblems },
}); // prettier-ignore

const resumeRoute = createRoute({
  method: 'delete', path: '/v1/reviews/{id}/suspension', tags, security: signedIn, operationId: 'resumeReview',
  summary: 'Let it go on', description: 'Also when it waits for an answer.',
  request: { params, headers },
  responses: { 200: json(standing, 'It goes on'), ...changeProblems },
}); // prettier-ignore

const commentRoute = createRoute({
  method: 'post', path: '/v1/reviews/{id}/comments', tags, security: signedIn, operationId: 'commentOnReview',
  summary: 'Comment', description: 'Whoever may see a review may comment on it. People named as `@handle` hear of it. The same text again under its `Idempotency-Key` adds nothing; another text under it is refused (409 `IDEMPOTENCY_CONFLICT`).',
  request: { params, headers: keyHeaders, body: bodyOf('CommentCommand') },
  responses: { 201: json(comment, 'The comment'), 200: json(comment, 'It stood before, under the same key'), ...bodyProblems },
}); // prettier-ignore

const commentsRoute = createRoute({
  method: 'get', path: '/v1/reviews/{id}/comments', tags, security: signedIn, operationId: 'listComments',
  summary: 'Comments, questions and answers, oldest first',
  request: { params },
  responses: { 200: json(pageOf(comment), 'The thread'), ...readProblems, ...problemResponses(404) },
}); // prettier-ignore

const withdrawRoute = createRoute({
  method: 'post', path: '/v1/reviews/{id}/withdrawal', tags, security: signedIn, operationId: 'withdrawReview',
  summary: 'Take back what you asked for', description: 'For owner and author of the version. The review ends CANCELED, and its process with it.',
  request: { params, headers, body: bodyOf('WithdrawCommand') },
  responses: { 200: json(standing, 'Nobody is asked any more'), ...bodyProblems },
}); // prettier-ignore

const escalateRoute = createRoute({
  method: 'post', path: '/v1/reviews/{id}/escalation', tags, security: signedIn, operationId: 'escalateReview',
  summary: 'Ask further people', description: "Those of the next step of the policy's chain, or those named in `to`, as far as they are independent and qualified. Owner and author follow the chain only.",
  request: { params, headers, body: bodyOf('EscalateCommand') },
  responses: { 200: json(standing, 'They are asked too'), ...bodyProblems },
}); // prettier-ignore

const remindRoute = createRoute({
  method: 'post', path: '/v1/reviews/{id}/reminders', tags, security: signedIn, operationId: 'remindReviewers',
  summary: 'Remind those who are asked', description: 'Not more often than the policy lets: 429 `REMINDER_THROTTLED` with Retry-After.',
  request: { params, headers },
  responses: { 201: json(reminderReceiptSchema.meta({ id: 'ReminderReceipt' }), 'Whom it reminded'), ...changeProblems },
}); // prettier-ignore

const overrideRoute = createRoute({
  method: 'post', path: '/v1/reviews/{id}/override', tags, security: signedIn, operationId: 'overrideReview',
  summary: 'Break the glass', description: 'For people whom the policy names. Closes the review with an outcome that nobody decided; administrators hear of it at once, and a review after the fact follows.',
  request: { params, headers, body: bodyOf('OverrideCommand') },
  responses: { 200: json(standing, 'It is closed'), ...bodyProblems },
}); // prettier-ignore

const candidatesRoute = createRoute({
  method: 'get', path: '/v1/reviews/{id}/candidates', tags, security: signedIn, operationId: 'listCandidates',
  summary: 'Who can decide this, and why others cannot',
  request: { params },
  responses: { 200: json(eligibilityViewSchema.meta({ id: 'Eligibility' }), 'People, each with how they came to be asked or why they may not'), ...readProblems, ...problemResponses(404) },
}); // prettier-ignore

export function createReviewVerbRoutes(deps: AppDeps) {
  const router = createRouter();
  for (const [component, schema] of Object.entries({
    HandOnCommand: handOnSchema,
    RequestInfoCommand: requestInfoSchema,
    SubmitInfoCommand: submitInfoSchema,
    SuspendCommand: suspendSchema,
    CommentCommand: commentSchema,
    WithdrawCommand: withdrawSchema,
    EscalateCommand: escalateSchema,
    OverrideCommand: overrideSchema,
  }))
    router.openAPIRegistry.registerComponent('schemas', component, inputSchemaOf(schema));

  router.openapi(startRoute, async (c) => {
    return c.json(tagged(c, await startReview(deps, c.get('caller'), changeIn(c))), 200);
  });
  router.openapi(delegateRoute, async (c) => {
    const command = await readJson(c, handOnSchema);
    return c.json(tagged(c, await delegateReview(deps, c.get('caller'), { ...changeIn(c), ...command })), 200);
  });
  router.openapi(forwardRoute, async (c) => {
    const command = await readJson(c, handOnSchema);
    return c.json(tagged(c, await forwardReview(deps, c.get('caller'), { ...changeIn(c), ...command })), 200);
  });
  router.openapi(askRoute, async (c) => {
    const { question, to } = await readJson(c, requestInfoSchema);
    const asked = await requestInformation(deps, c.get('caller'), {
      ...changeIn(c),
      question,
      ...(to !== undefined && { to }),
    });
    tagged(c, asked.review);
    return c.json(asked, 201);
  });
  router.openapi(answerRoute, async (c) => {
    const { question: questionId } = c.req.valid('param');
    const { answer } = await readJson(c, submitInfoSchema);
    const answered = await answerQuestion(deps, c.get('caller'), { ...changeIn(c), questionId, answer });
    tagged(c, answered.review);
    return c.json(answered, 201);
  });
  router.openapi(suspendRoute, async (c) => {
    const { reason, until } = await readJson(c, suspendSchema);
    const rest = { ...changeIn(c), reason, ...(until !== undefined && { until }) };
    return c.json(tagged(c, await suspendReview(deps, c.get('caller'), rest)), 200);
  });
  router.openapi(resumeRoute, async (c) => {
    return c.json(tagged(c, await resumeReview(deps, c.get('caller'), changeIn(c))), 200);
  });
  router.openapi(commentRoute, async (c) => {
    const reviewId = c.req.valid('param').id;
    const idempotencyKey = c.req.valid('header')['Idempotency-Key'];
    const { text } = await readJson(c, commentSchema);
    const said = await commentOnReview(deps, c.get('caller'), {
      reviewId,
      text,
      ...(idempotencyKey !== undefined && { idempotencyKey }),
    });
    return c.json(said.comment, said.repeated ? 200 : 201);
  });
  router.openapi(commentsRoute, async (c) =>
    c.json({ items: await listComments(deps, c.get('caller'), c.req.valid('param').id), nextCursor: null }, 200),
  );
  router.openapi(withdrawRoute, async (c) => {
    const command = await readJson(c, withdrawSchema);
    return c.json(tagged(c, await withdrawReview(deps, c.get('caller'), { ...changeIn(c), ...command })), 200);
  });
  router.openapi(escalateRoute, async (c) => {
    const { reason, to } = await readJson(c, escalateSchema);
    const command = { ...changeIn(c), reason, ...(to !== undefined && { to }) };
    return c.json(tagged(c, await escalateReview(deps, c.get('caller'), command)), 200);
  });
  router.openapi(remindRoute, async (c) => {
    return c.json(await remindReviewers(deps, c.get('caller'), changeIn(c)), 201);
  });
  router.openapi(overrideRoute, async (c) => {
    const command = await readJson(c, overrideSchema);
    return c.json(tagged(c, await overrideReview(deps, c.get('caller'), { ...changeIn(c), ...command })), 200);
  });
  router.openapi(candidatesRoute, async (c) =>
    c.json(await listCandidates(deps, c.get('caller'), c.req.valid('param').id), 200),
  );
  return router;
}
