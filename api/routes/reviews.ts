import { createRoute } from '@hono/zod-openapi';
import { z } from 'zod';
import { findStandingDecision, loadDecisionFacts } from '../../db/queries/decisions.ts';
import { findDeferralOfKey } from '../../db/queries/deferrals.ts';
import { Refused } from '../../domain/errors.ts';
import { decideCommandSchema, reviewStates } from '../../domain/review.ts';
import { riskTierSchema } from '../../domain/submission.ts';
import type { AppDeps } from '../app-deps.ts';
import { matchesAny, revisionOf, tagOf } from '../revision-tag.ts';
import { readJson } from '../read-body.ts';
import {
  assignmentSchema,
  journalEntryViewSchema,
  pageOf,
  receiptSchema,
  reviewSummarySchema,
  reviewViewSchema,
  reviewViews,
  transitionsViewSchema,
} from '../schemas/views.ts';
import { deferralViewSchema } from '../schemas/review-thread.ts';
import { allowedTransitions } from '../services/allowed-transitions.ts';
import type { Caller } from '../services/caller.ts';
import { claimReview, releaseReview } from '../services/change-assignment.ts';
import { getReview } from '../services/get-review.ts';
import { listReviewCards } from '../services/list-reviews.ts';
import type { ReviewCard } from '../services/review-cards.ts';
import { reviewHistory } from '../services/review-history.ts';
import {
  conditionsOf,
  conditionViewSchema,
  fulfilCommandSchema,
  fulfilCondition,
} from '../services/fulfil-condition.ts';
import { deferralsOf } from '../services/defer-decision.ts';
import { submitDecision, submitDeferral } from '../services/submit-decision.ts';
import { changeIn, ifMatchHeaders as headers, reviewParams as params, tagged } from './change-of-review.ts';
import {
  bodyOf,
  createRouter,
  inputSchemaOf,
  instantParameter,
  json,
  pageParameters,
  prepared,
  problemResponses,
  readProblems,
  signedIn,
  textParameter,
} from './documented.ts';

const tags = ['Reviews'];
const review = reviewViewSchema.meta({ id: 'Review' });
const summary = reviewSummarySchema.meta({ id: 'ReviewSummary' });

const listRoute = createRoute({
  method: 'get', path: '/v1/reviews', tags, security: signedIn, operationId: 'listReviews',
  summary: 'Reviews that the caller may see',
  description:
    'Open reviews by deadline; closed ones by the latest close. `view`: `me` waits for your decision, `groups` waits for others with a role of yours, `waiting` you asked for or have decided, `done` is closed and asked you. Without one: all open ones, or those in `state`. `q`: words that all occur in model, version, question, title or who asked; a page may hold fewer than `limit` then although the list goes on.',
  request: { query: z.strictObject({ view: z.enum(reviewViews).optional(), state: z.enum(reviewStates).optional(), model: textParameter(160).optional(), dueBefore: instantParameter.optional(), tier: riskTierSchema.optional(), q: textParameter(200).optional(), ...pageParameters }) },
  responses: { 200: json(pageOf(summary), 'A page of reviews'), ...readProblems, ...problemResponses(422) },
}); // prettier-ignore

const getRoute = createRoute({
  method: 'get', path: '/v1/reviews/{id}', tags, security: signedIn, operationId: 'getReview',
  summary: 'A review, its people and decisions',
  description: 'ETag is the revision; If-None-Match is answered 304.',
  request: { params },
  responses: { 200: json(review, 'The review'), 304: { description: 'It is still at the revision of If-None-Match' }, ...readProblems, ...problemResponses(404) },
}); // prettier-ignore

const transitionsRoute = createRoute({
  method: 'get', path: '/v1/reviews/{id}/allowed-transitions', tags, security: signedIn, operationId: 'allowedTransitions',
  summary: 'What the caller may do with it now',
  request: { params },
  responses: { 200: json(transitionsViewSchema.meta({ id: 'Transitions' }), 'Verbs, and why not to decide'), ...readProblems, ...problemResponses(404) },
}); // prettier-ignore

const historyRoute = createRoute({
  method: 'get', path: '/v1/reviews/{id}/history', tags, security: signedIn, operationId: 'reviewHistory',
  summary: 'What happened to it, refused attempts too, oldest first',
  request: { params },
  responses: { 200: json(pageOf(journalEntryViewSchema.meta({ id: 'JournalEntry' })), 'Journal entries'), ...readProblems, ...problemResponses(404) },
}); // prettier-ignore

const decideRoute = createRoute({
  method: 'post', path: '/v1/reviews/{id}/decisions', tags, security: signedIn, operationId: 'submitDecision',
  summary: 'Decide',
  description:
    'Quote `revision` and `evidenceDigest` of the review that you read. `Idempotency-Key` names this decision: the same key with the same body is answered 200 with what was answered before, however often it is sent.',
  request: {
    params,
    headers: headers.extend({ 'Idempotency-Key': z.string().regex(/^[\x21-\x7e]{1,200}$/, 'is 1 to 200 printable characters without spaces') }),
    body: bodyOf('DecideCommand'),
  },
  responses: {
    201: json(receiptSchema.meta({ id: 'DecisionReceipt' }), 'The decision stands'),
    200: json(receiptSchema.meta({ id: 'DecisionReceipt' }), 'It stood before, under the same key'),
    202: json(z.object({ deferral: deferralViewSchema.meta({ id: 'Deferral' }) }), 'It counts at an instant, if the check that it names still holds then'),
    ...readProblems, ...problemResponses(400, 403, 404, 409, 412, 413, 415, 422),
  },
}); // prettier-ignore

const condition = conditionViewSchema.meta({ id: 'Condition' });

const conditionsRoute = createRoute({
  method: 'get', path: '/v1/reviews/{id}/conditions', tags, security: signedIn, operationId: 'listConditions',
  summary: 'What approvals on it were conditional on',
  request: { params },
  responses: { 200: json(pageOf(condition), 'Conditions, soonest first'), ...readProblems, ...problemResponses(404) },
}); // prettier-ignore

const deferralsRoute = createRoute({
  method: 'get', path: '/v1/reviews/{id}/deferrals', tags, security: signedIn, operationId: 'listDeferrals',
  summary: 'Approvals that count later, if a check still holds then',
  request: { params },
  responses: { 200: json(pageOf(deferralViewSchema.meta({ id: 'Deferral' })), 'Oldest first'), ...readProblems, ...problemResponses(404) },
}); // prettier-ignore

const fulfilRoute = createRoute({
  method: 'post', path: '/v1/conditions/{id}/fulfilment', tags, security: signedIn, operationId: 'fulfilCondition',
  summary: 'Say that what was promised for an approval is done',
  description: 'By the owner of the condition, before it expires. When nobody does, people are asked whether the approval stands.',
  request: { params, body: bodyOf('FulfilCommand') },
  responses: { 200: json(condition, 'It is fulfilled'), ...readProblems, ...problemResponses(400, 403, 404, 409, 413, 415, 422) },
}); // prettier-ignore

const assignment = assignmentSchema.meta({ id: 'Assignment' });

const claimRoute = createRoute({
  method: 'put', path: '/v1/reviews/{id}/assignment', tags, security: signedIn, operationId: 'claimReview',
  summary: 'Claim it, so that nobody else decides meanwhile',
  request: { params, headers },
  responses: { 200: json(assignment, 'It is yours'), ...readProblems, ...problemResponses(403, 404, 409, 412, 422) },
}); // prettier-ignore

const releaseRoute = createRoute({
  method: 'delete', path: '/v1/reviews/{id}/assignment', tags, security: signedIn, operationId: 'releaseReview',
  summary: 'Give a claimed review back to all its candidates',
  request: { params, headers },
  responses: { 200: json(assignment, 'It is open to all again'), ...readProblems, ...problemResponses(403, 404, 409, 412, 422) },
}); // prettier-ignore

export function createReviewRoutes(deps: AppDeps) {
  const router = createRouter();
  router.openAPIRegistry.registerComponent('schemas', 'DecideCommand', inputSchemaOf(decideCommandSchema));

  router.openapi(listRoute, async (c) => {
    const { items, nextCursor } = await listReviewCards(deps, c.get('caller'), c.req.valid('query'));
    const body = pageOfCards(items, nextCursor);
    return prepared(c.body(body, 200, { 'Content-Type': 'application/json' }));
  });

  router.openapi(getRoute, async (c) => {
    const view = await getReview(deps, c.get('caller'), c.req.valid('param').id);
    const tag = tagOf(view.revision);
    c.header('ETag', tag);
    c.header('Cache-Control', 'private, no-cache');
    return matchesAny(c.req.header('if-none-match'), tag) ? c.body(null, 304) : c.json(view, 200);
  });

  router.openapi(transitionsRoute, async (c) =>
    c.json(await allowedTransitions(deps, c.get('caller'), c.req.valid('param').id), 200),
  );

  router.openapi(historyRoute, async (c) =>
    c.json({ items: await reviewHistory(deps, c.get('caller'), c.req.valid('param').id), nextCursor: null }, 200),
  );

  router.openapi(decideRoute, async (c) => {
    const reviewId = c.req.valid('param').id;
    const { 'If-Match': ifMatch, 'Idempotency-Key': idempotencyKey } = c.req.valid('header');
    const command = await readJson(c, decideCommandSchema);
    if (ifMatch !== undefined)
      await requireRevision(deps, c.get('caller'), { reviewId, idempotencyKey, revision: revisionOf(ifMatch) });
    if (command.form.deferral)
      return c.json(await submitDeferral(deps, c.get('caller'), { reviewId, command, idempotencyKey }), 202);
    const { receipt, repeated } = await submitDecision(deps, c.get('caller'), { reviewId, command, idempotencyKey });
    c.header('ETag', tagOf(receipt.review.revision));
    return c.json(receipt, repeated ? 200 : 201);
  });

  router.openapi(conditionsRoute, async (c) =>
    c.json({ items: await conditionsOf(deps, c.get('caller'), c.req.valid('param').id), nextCursor: null }, 200),
  );

  router.openapi(deferralsRoute, async (c) =>
    c.json({ items: await deferralsOf(deps, c.get('caller'), c.req.valid('param').id), nextCursor: null }, 200),
  );

  router.openAPIRegistry.registerComponent('schemas', 'FulfilCommand', inputSchemaOf(fulfilCommandSchema));
  router.openapi(fulfilRoute, async (c) => {
    const { reason } = await readJson(c, fulfilCommandSchema);
    return c.json(await fulfilCondition(deps, c.get('caller'), { conditionId: c.req.valid('param').id, reason }), 200);
  });

  router.openapi(claimRoute, async (c) => {
    return c.json(tagged(c, await claimReview(deps, c.get('caller'), changeIn(c))), 200);
  });

  router.openapi(releaseRoute, async (c) => {
    return c.json(tagged(c, await releaseReview(deps, c.get('caller'), changeIn(c))), 200);
  });

  return router;
}

const opening = Buffer.from('{"items":[');
const comma = Buffer.from(',');

/** The page as bytes, put together from the cards' own: a page of 50 is not spelled and encoded anew each time. */
function pageOfCards(cards: readonly ReviewCard[], nextCursor: string | null): Uint8Array<ArrayBuffer> {
  const closing = Buffer.from(`],"nextCursor":${JSON.stringify(nextCursor)}}`);
  const items = cards.flatMap(({ json: card }, index) => (index === 0 ? [card] : [comma, card]));
  return Buffer.concat([opening, ...items, closing]);
}

/** Throws EVIDENCE_CHANGED unless the review is at this revision, or the key's decision stands already. */
async function requireRevision(
  deps: AppDeps,
  caller: Caller,
  { reviewId, idempotencyKey, revision }: { reviewId: string; idempotencyKey: string; revision: number },
) {
  const { handle } = caller.person;
  const facts = await loadDecisionFacts(deps.database.pool, reviewId, handle);
  if (facts === undefined || facts.review.revision === revision) return;
  if (await findStandingDecision(deps.database.pool, handle, idempotencyKey)) return;
  if (await findDeferralOfKey(deps.database.db, handle, idempotencyKey)) return;
  throw new Refused('EVIDENCE_CHANGED', `The review is at revision ${facts.review.revision}. Read it again.`, {
    extra: { revision: facts.review.revision },
  });
}
