import { createRoute } from '@hono/zod-openapi';
import { z } from 'zod';
import type { AppDeps } from '../app-deps.ts';
import { readJson } from '../read-body.ts';
import { pageOf } from '../schemas/views.ts';
import {
  getSubscription,
  listSubscriptions,
  ownPreferencesSchema,
  readPreferences,
  subscribe,
  unsubscribe,
  writePreferences,
} from '../services/own-settings.ts';
import {
  bodyOf,
  createRouter,
  inputSchemaOf,
  json,
  problemResponses,
  readProblems,
  signedIn,
  textParameter,
} from './documented.ts';

const tags = ['People'];
const preferences = ownPreferencesSchema.meta({ id: 'Preferences' });
const subscription = z.object({ model: z.string(), since: z.string() }).meta({ id: 'Subscription' });
const params = z.object({
  model: textParameter(210).describe(
    "A model's name; `*` for all; `tier:low`, `tier:medium` or `tier:high`; `owner:` and the handle of an owner",
  ),
});

const readRoute = createRoute({
  method: 'get', path: '/v1/people/me/preferences', tags, security: signedIn, operationId: 'getPreferences',
  summary: 'How the caller wants to be told',
  responses: { 200: json(preferences, 'As chosen; absent members hold their defaults'), ...readProblems },
}); // prettier-ignore

const writeRoute = createRoute({
  method: 'put', path: '/v1/people/me/preferences', tags, security: signedIn, operationId: 'putPreferences',
  summary: 'Choose channels, quiet hours, digest and shortcuts',
  description: 'Takes the place of all that was chosen before. Quiet hours are in your time zone; what is urgent does not wait for their end.',
  request: { body: bodyOf('PreferencesCommand') },
  responses: { 200: json(preferences, 'As chosen'), ...readProblems, ...problemResponses(400, 413, 415, 422) },
}); // prettier-ignore

const listRoute = createRoute({
  method: 'get', path: '/v1/people/me/subscriptions', tags, security: signedIn, operationId: 'listSubscriptions',
  summary: 'What the caller follows',
  responses: { 200: json(pageOf(subscription), 'By name; * stands for all models'), ...readProblems },
}); // prettier-ignore

const getRoute = createRoute({
  method: 'get', path: '/v1/people/me/subscriptions/{model}', tags, security: signedIn, operationId: 'getSubscription',
  summary: 'Whether the caller follows this',
  request: { params },
  responses: { 200: json(subscription, 'Since when'), ...readProblems, ...problemResponses(404, 422) },
}); // prettier-ignore

const subscribeRoute = createRoute({
  method: 'put', path: '/v1/people/me/subscriptions/{model}', tags, security: signedIn, operationId: 'subscribe',
  summary: 'Hear of outcomes and stages of a model, of a risk tier, of an owner\'s models, or of all',
  request: { params },
  responses: { 200: json(subscription, 'You hear of it from now on'), ...readProblems, ...problemResponses(403, 404, 422) },
}); // prettier-ignore

const unsubscribeRoute = createRoute({
  method: 'delete', path: '/v1/people/me/subscriptions/{model}', tags, security: signedIn, operationId: 'unsubscribe',
  summary: 'Hear of it no more',
  request: { params },
  responses: { 204: { description: 'Nothing more comes' }, ...readProblems, ...problemResponses(404, 422) },
}); // prettier-ignore

export function createOwnSettingsRoutes(deps: AppDeps) {
  const router = createRouter();
  router.openAPIRegistry.registerComponent('schemas', 'PreferencesCommand', inputSchemaOf(ownPreferencesSchema));
  router.openapi(readRoute, async (c) => c.json(await readPreferences(deps, c.get('caller')), 200));
  router.openapi(writeRoute, async (c) =>
    c.json(await writePreferences(deps, c.get('caller'), await readJson(c, ownPreferencesSchema)), 200),
  );
  router.openapi(listRoute, async (c) =>
    c.json({ items: await listSubscriptions(deps, c.get('caller')), nextCursor: null }, 200),
  );
  router.openapi(getRoute, async (c) =>
    c.json(await getSubscription(deps, c.get('caller'), c.req.valid('param').model), 200),
  );
  router.openapi(subscribeRoute, async (c) =>
    c.json(await subscribe(deps, c.get('caller'), c.req.valid('param').model), 200),
  );
  router.openapi(unsubscribeRoute, async (c) => {
    await unsubscribe(deps, c.get('caller'), c.req.valid('param').model);
    return c.body(null, 204);
  });
  return router;
}
