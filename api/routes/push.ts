import { createRoute } from '@hono/zod-openapi';
import { z } from 'zod';
import type { AppDeps } from '../app-deps.ts';
import { readJson } from '../read-body.ts';
import {
  readPush,
  subscribeBrowser,
  subscribeBrowserSchema,
  unsubscribeBrowser,
  unsubscribeBrowserSchema,
} from '../services/push-subscriptions.ts';
import { bodyOf, createRouter, inputSchemaOf, json, problemResponses, readProblems, signedIn } from './documented.ts';

const tags = ['People'];
const browser = z.object({ endpoint: z.string(), since: z.string() }).meta({ id: 'PushSubscription' });
const push = z
  .object({ publicKey: z.string().describe('applicationServerKey, in base64url'), subscriptions: z.array(browser) })
  .meta({ id: 'Push' });

const readRoute = createRoute({
  method: 'get', path: '/v1/people/me/push', tags, security: signedIn, operationId: 'getPush',
  summary: 'Which browsers of the caller get pushes, and the key to subscribe with',
  responses: { 200: json(push, 'Newest first'), ...readProblems },
}); // prettier-ignore

const subscribeRoute = createRoute({
  method: 'put', path: '/v1/people/me/push', tags, security: signedIn, operationId: 'subscribePush',
  summary: 'Send pushes to a browser',
  description: 'As its PushSubscription says, without expirationTime. At most ten a person: the oldest gives way.',
  request: { body: bodyOf('PushCommand') },
  responses: { 200: json(browser, 'Pushes go there from now on'), ...readProblems, ...problemResponses(400, 403, 413, 415, 422) },
}); // prettier-ignore

const unsubscribeRoute = createRoute({
  method: 'delete', path: '/v1/people/me/push', tags, security: signedIn, operationId: 'unsubscribePush',
  summary: 'Send no more pushes to a browser',
  request: { body: bodyOf('PushEndCommand') },
  responses: { 204: { description: 'No more go there' }, ...readProblems, ...problemResponses(400, 413, 415, 422) },
}); // prettier-ignore

export function createPushRoutes(deps: AppDeps) {
  const router = createRouter();
  router.openAPIRegistry.registerComponent('schemas', 'PushCommand', inputSchemaOf(subscribeBrowserSchema));
  router.openAPIRegistry.registerComponent('schemas', 'PushEndCommand', inputSchemaOf(unsubscribeBrowserSchema));
  router.openapi(readRoute, async (c) => c.json(await readPush(deps, c.get('caller')), 200));
  router.openapi(subscribeRoute, async (c) =>
    c.json(await subscribeBrowser(deps, c.get('caller'), await readJson(c, subscribeBrowserSchema)), 200),
  );
  router.openapi(unsubscribeRoute, async (c) => {
    await unsubscribeBrowser(deps, c.get('caller'), (await readJson(c, unsubscribeBrowserSchema)).endpoint);
    return c.body(null, 204);
  });
  return router;
}
