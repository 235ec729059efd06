import { createRoute } from '@hono/zod-openapi';
import { z } from 'zod';
import type { AppDeps } from '../app-deps.ts';
import { processViewSchema } from '../schemas/views.ts';
import { getProcess } from '../services/get-process.ts';
import { createRouter, idSchema, json, problemResponses, readProblems, signedIn } from './documented.ts';

const getRoute = createRoute({
  method: 'get', path: '/v1/processes/{id}', tags: ['Processes'], security: signedIn, operationId: 'getProcess',
  summary: 'A process and its sign-offs',
  request: { params: z.object({ id: idSchema }) },
  responses: { 200: json(processViewSchema.meta({ id: 'Process' }), 'The process'), ...readProblems, ...problemResponses(404) },
}); // prettier-ignore

export function createProcessRoutes(deps: AppDeps) {
  const router = createRouter();
  router.openapi(getRoute, async (c) => c.json(await getProcess(deps, c.get('caller'), c.req.valid('param').id), 200));
  return router;
}
