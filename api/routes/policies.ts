import { createRoute } from '@hono/zod-openapi';
import { z } from 'zod';
import type { AppDeps } from '../app-deps.ts';
import { readJson } from '../read-body.ts';
import { pageOf, policySummarySchema, policyViewSchema } from '../schemas/views.ts';
import { simulationSchema } from '../schemas/simulation-views.ts';
import { getPolicy } from '../services/get-policy.ts';
import { listPolicies } from '../services/list-policies.ts';
import { publishPolicy } from '../services/publish-policy.ts';
import { simulateCommandSchema, simulatePolicy } from '../services/simulate-policy.ts';
import {
  bodyOf,
  createRouter,
  idSchema,
  inputSchemaOf,
  json,
  problemResponses,
  readProblems,
  signedIn,
  textParameter,
} from './documented.ts';

const tags = ['Policies'];
const policy = policyViewSchema.meta({ id: 'Policy' });
const summary = policySummarySchema.meta({ id: 'PolicySummary' });
const versionParameter = z.coerce.number().int().min(1).max(2_147_483_647);

const publishCommandSchema = z.strictObject({
  source: textParameter(512 * 1024).describe('The policy in YAML'),
  reason: textParameter(4000).describe('Why it changes; stands in the journal'),
});

const listRoute = createRoute({
  method: 'get', path: '/v1/policies', tags, security: signedIn, operationId: 'listPolicies',
  summary: 'The newest version of each policy',
  responses: { 200: json(pageOf(summary), 'All policies'), ...readProblems },
}); // prettier-ignore

const newestRoute = createRoute({
  method: 'get', path: '/v1/policies/{id}', tags, security: signedIn, operationId: 'getNewestPolicy',
  summary: 'The newest version of a policy',
  request: { params: z.object({ id: idSchema }) },
  responses: { 200: json(policy, 'The policy'), ...readProblems, ...problemResponses(404) },
}); // prettier-ignore

const versionRoute = createRoute({
  method: 'get', path: '/v1/policies/{id}/versions/{version}', tags, security: signedIn, operationId: 'getPolicy',
  summary: 'A published version; it never changes',
  request: { params: z.object({ id: idSchema, version: versionParameter }) },
  responses: { 200: json(policy, 'The policy'), ...readProblems, ...problemResponses(404) },
}); // prettier-ignore

const publishRoute = createRoute({
  method: 'post', path: '/v1/policies', tags, security: signedIn, operationId: 'publishPolicy',
  summary: 'Publish the next version of a policy',
  description: 'For administrators. Processes that run keep the version that they started with.',
  request: { body: bodyOf('PublishPolicyCommand') },
  responses: { 201: json(summary, 'Published'), 200: json(summary, 'The newest version says the same; nothing was published'), ...readProblems, ...problemResponses(400, 403, 413, 415, 422) },
}); // prettier-ignore

const simulateRoute = createRoute({
  method: 'post', path: '/v1/policies/{id}/simulate', tags, security: signedIn, operationId: 'simulatePolicy',
  summary: 'Try a policy before it is published',
  description:
    'Who would be asked for each sign-off and why others not, what would block a version, and how decided and open reviews would fare. Changes nothing: no row, no journal entry.',
  request: { params: z.object({ id: idSchema }), body: bodyOf('SimulatePolicyCommand') },
  responses: { 200: json(simulationSchema.meta({ id: 'Simulation' }), 'What it comes to'), ...readProblems, ...problemResponses(400, 403, 404, 413, 415, 422) },
}); // prettier-ignore

export function createPolicyRoutes(deps: AppDeps) {
  const router = createRouter();
  router.openAPIRegistry.registerComponent('schemas', 'PublishPolicyCommand', inputSchemaOf(publishCommandSchema));
  router.openAPIRegistry.registerComponent('schemas', 'SimulatePolicyCommand', inputSchemaOf(simulateCommandSchema));
  router.openapi(
    simulateRoute,
    async (c) =>
    c.json(await simulatePolicy(deps, c.get('caller'), c.req.valid('param').id, await readJson(c, simulateCommandSchema)), 200), // prettier-ignore
  );
  router.openapi(listRoute, async (c) => c.json({ items: await listPolicies(deps), nextCursor: null }, 200));
  router.openapi(newestRoute, async (c) => c.json(await getPolicy(deps, c.req.valid('param').id), 200));
  router.openapi(versionRoute, async (c) =>
    c.json(await getPolicy(deps, c.req.valid('param').id, c.req.valid('param').version), 200),
  );
  router.openapi(publishRoute, async (c) => {
    const { policy: published, isNew } = await publishPolicy(
      deps,
      c.get('caller'),
      await readJson(c, publishCommandSchema),
    );
    return c.json(published, isNew ? 201 : 200);
  });
  return router;
}
