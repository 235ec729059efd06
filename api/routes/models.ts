import { createRoute } from '@hono/zod-openapi';
import { z } from 'zod';
import type { AppDeps } from '../app-deps.ts';
import { gateViewSchema, modelSummarySchema, modelViewSchema, pageOf, versionViewSchema } from '../schemas/views.ts';
import { getModel } from '../services/get-model.ts';
import { getVersion } from '../services/get-version.ts';
import { listModels } from '../services/list-models.ts';
import { waitForGate } from '../services/wait-for-gate.ts';
import {
  createRouter,
  idSchema,
  json,
  pageParameters,
  problemResponses,
  readProblems,
  signedIn,
} from './documented.ts';

const tags = ['Models'];

const listRoute = createRoute({
  method: 'get', path: '/v1/models', tags, security: signedIn, operationId: 'listModels',
  summary: 'Models by name, each with its newest version',
  request: { query: z.strictObject(pageParameters) },
  responses: { 200: json(pageOf(modelSummarySchema.meta({ id: 'ModelSummary' })), 'A page of models'), ...readProblems, ...problemResponses(422) },
}); // prettier-ignore

const modelRoute = createRoute({
  method: 'get', path: '/v1/models/{model}', tags, security: signedIn, operationId: 'getModel',
  summary: 'A model with its versions, newest first',
  request: { params: z.object({ model: idSchema }) },
  responses: { 200: json(modelViewSchema.meta({ id: 'Model' }), 'The model'), ...readProblems, ...problemResponses(404) },
}); // prettier-ignore

const versionRoute = createRoute({
  method: 'get', path: '/v1/models/{model}/versions/{version}', tags, security: signedIn, operationId: 'getVersion',
  summary: 'A version, where it stands and its processes',
  request: { params: z.object({ model: idSchema, version: idSchema }) },
  responses: { 200: json(versionViewSchema.meta({ id: 'ModelVersion' }), 'The version'), ...readProblems, ...problemResponses(404) },
}); // prettier-ignore

/** Shorter than the time after which proxies give a silent connection up. */
const LONGEST_WAIT_SECONDS = 55;

const gateRoute = createRoute({
  method: 'get', path: '/v1/models/{model}/versions/{version}/gate', tags, security: signedIn, operationId: 'waitForGate',
  summary: 'May a pipeline go on with this version?',
  description: 'While the gate is OPEN the answer waits up to `wait` seconds for people to decide; ask again as long as it is OPEN.',
  request: {
    params: z.object({ model: idSchema, version: idSchema }),
    query: z.strictObject({ wait: z.coerce.number().int().min(0).max(LONGEST_WAIT_SECONDS).default(0).describe('Seconds') }),
  },
  responses: { 200: json(gateViewSchema.meta({ id: 'Gate' }), 'Where the gate stands'), ...readProblems, ...problemResponses(404, 422) },
}); // prettier-ignore

export function createModelRoutes(deps: AppDeps) {
  const router = createRouter();
  router.openapi(listRoute, async (c) => c.json(await listModels(deps, c.get('caller'), c.req.valid('query')), 200));
  router.openapi(modelRoute, async (c) =>
    c.json(await getModel(deps, c.get('caller'), c.req.valid('param').model), 200),
  );
  router.openapi(versionRoute, async (c) => c.json(await getVersion(deps, c.get('caller'), c.req.valid('param')), 200));
  router.openapi(gateRoute, async (c) => {
    const waitMs = c.req.valid('query').wait * 1000;
    return c.json(
      await waitForGate(deps, c.get('caller'), { ...c.req.valid('param'), waitMs, signal: c.req.raw.signal }),
      200,
    );
  });
  return router;
}
