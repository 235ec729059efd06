import { createRoute } from '@hono/zod-openapi';
import { z } from 'zod';
import type { AppDeps } from '../app-deps.ts';
import { readJson } from '../read-body.ts';
import { pageOf } from '../schemas/views.ts';
import { newWebhookEndpointSchema, webhookDeliverySchema, webhookEndpointSchema } from '../schemas/webhook-views.ts';
import { reasonedSchema } from '../services/manage-people.ts';
import {
  addWebhook,
  addWebhookSchema,
  getWebhook,
  listWebhookDeliveries,
  listWebhooks,
  removeWebhook,
  rotateWebhookSecret,
  testWebhook,
} from '../services/manage-webhooks.ts';
import {
  bodyOf,
  createRouter,
  idSchema,
  inputSchemaOf,
  json,
  pageParameters,
  problemResponses,
  readProblems,
  signedIn,
  textParameter,
} from './documented.ts';

const tags = ['Outgoing webhooks'];
const endpoint = webhookEndpointSchema.meta({ id: 'WebhookEndpoint' });
const newEndpoint = newWebhookEndpointSchema.meta({ id: 'NewWebhookEndpoint' });
const delivery = webhookDeliverySchema.meta({ id: 'WebhookDelivery' });
const params = z.object({ id: idSchema });

const listRoute = createRoute({
  method: 'get', path: '/v1/webhook-endpoints', tags, security: signedIn, operationId: 'listWebhookEndpoints',
  summary: 'Where outgoing webhooks go',
  description: 'For administrators and auditors.',
  responses: { 200: json(pageOf(endpoint), 'All endpoints, active or not'), ...readProblems, ...problemResponses(403) },
}); // prettier-ignore

const addRoute = createRoute({
  method: 'post', path: '/v1/webhook-endpoints', tags, security: signedIn, operationId: 'addWebhookEndpoint',
  summary: 'Send outgoing webhooks to a URL',
  description: 'For administrators. Standard Webhooks 1.0; the body is a CloudEvent. The secret is shown this once.',
  request: { body: bodyOf('AddWebhookCommand') },
  responses: { 201: json(newEndpoint, 'Added'), ...readProblems, ...problemResponses(400, 403, 409, 413, 415, 422) },
}); // prettier-ignore

const getRoute = createRoute({
  method: 'get', path: '/v1/webhook-endpoints/{id}', tags, security: signedIn, operationId: 'getWebhookEndpoint',
  summary: 'One endpoint',
  description: 'For administrators and auditors.',
  request: { params },
  responses: { 200: json(endpoint, 'The endpoint'), ...readProblems, ...problemResponses(403, 404) },
}); // prettier-ignore

const removeRoute = createRoute({
  method: 'delete', path: '/v1/webhook-endpoints/{id}', tags, security: signedIn, operationId: 'removeWebhookEndpoint',
  summary: 'Send nothing more to an endpoint',
  description: 'For administrators. What was on its way is given up.',
  request: { params, query: z.object({ reason: textParameter(4000).describe('Why; stands in the journal') }) },
  responses: { 204: { description: 'Removed' }, ...readProblems, ...problemResponses(403, 404, 422) },
}); // prettier-ignore

const testRoute = createRoute({
  method: 'post', path: '/v1/webhook-endpoints/{id}/test', tags, security: signedIn, operationId: 'testWebhookEndpoint',
  summary: 'Send a test event',
  description: 'For administrators. It goes the way of all others; its delivery tells how that went.',
  request: { params },
  responses: { 202: json(z.object({ deliveryId: z.string() }).meta({ id: 'TestDelivery' }), 'On its way'), ...readProblems, ...problemResponses(403, 404, 409, 422) },
}); // prettier-ignore

const deliveriesRoute = createRoute({
  method: 'get', path: '/v1/webhook-endpoints/{id}/deliveries', tags, security: signedIn, operationId: 'listWebhookDeliveries',
  summary: 'What went or goes to an endpoint, newest first',
  description: 'For administrators and auditors.',
  request: { params, query: z.object(pageParameters) },
  responses: { 200: json(pageOf(delivery), 'Deliveries'), ...readProblems, ...problemResponses(403, 404, 422) },
}); // prettier-ignore

const rotateRoute = createRoute({
  method: 'post', path: '/v1/webhook-endpoints/{id}/rotate-secret', tags, security: signedIn, operationId: 'rotateWebhookSecret',
  summary: 'A new secret for an endpoint',
  description: 'For administrators. Shown this once; for a day the old one signs beside it, so that the receiver can follow.',
  request: { params, body: bodyOf('ReasonedCommand') },
  responses: { 200: json(newEndpoint, 'The endpoint with its new secret'), ...readProblems, ...problemResponses(400, 403, 404, 409, 413, 415, 422) },
}); // prettier-ignore

export function createWebhookEndpointRoutes(deps: AppDeps) {
  const router = createRouter();
  router.openAPIRegistry.registerComponent('schemas', 'AddWebhookCommand', inputSchemaOf(addWebhookSchema));
  router.openapi(listRoute, async (c) =>
    c.json({ items: await listWebhooks(deps, c.get('caller')), nextCursor: null }, 200),
  );
  router.openapi(addRoute, async (c) =>
    c.json(await addWebhook(deps, c.get('caller'), await readJson(c, addWebhookSchema)), 201),
  );
  router.openapi(getRoute, async (c) => c.json(await getWebhook(deps, c.get('caller'), c.req.valid('param').id), 200));
  router.openapi(removeRoute, async (c) => {
    await removeWebhook(deps, c.get('caller'), c.req.valid('param').id, c.req.valid('query').reason);
    return c.body(null, 204);
  });
  router.openapi(testRoute, async (c) =>
    c.json(await testWebhook(deps, c.get('caller'), c.req.valid('param').id), 202),
  );
  router.openapi(deliveriesRoute, async (c) =>
    c.json(await listWebhookDeliveries(deps, c.get('caller'), c.req.valid('param').id, c.req.valid('query')), 200),
  );
  router.openapi(rotateRoute, async (c) => {
    const { reason } = await readJson(c, reasonedSchema);
    return c.json(await rotateWebhookSecret(deps, c.get('caller'), c.req.valid('param').id, reason), 200);
  });
  return router;
}
