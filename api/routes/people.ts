import { createRoute } from '@hono/zod-openapi';
import type { AppDeps } from '../app-deps.ts';
import { pageOf, personViewSchema } from '../schemas/views.ts';
import { listPeople } from '../services/list-people.ts';
import { createRouter, json, problemResponses, readProblems, signedIn } from './documented.ts';

const listRoute = createRoute({
  method: 'get', path: '/v1/people', tags: ['People'], security: signedIn, operationId: 'listPeople',
  summary: 'People and service accounts with their roles',
  description: 'For administrators and auditors.',
  responses: { 200: json(pageOf(personViewSchema.meta({ id: 'Person' })), 'Everybody, active or not'), ...readProblems, ...problemResponses(403) },
}); // prettier-ignore

export function createPeopleRoutes(deps: AppDeps) {
  const router = createRouter();
  router.openapi(listRoute, async (c) =>
    c.json({ items: await listPeople(deps, c.get('caller')), nextCursor: null }, 200),
  );
  return router;
}
