// What the inbox needs beside lists: filters that are kept, and one answer for several reviews.
import { createRoute } from '@hono/zod-openapi';
import { z } from 'zod';
import type { AppDeps } from '../app-deps.ts';
import { readJson } from '../read-body.ts';
import { pageOf } from '../schemas/views.ts';
import { batchAnswerSchema, batchSchema, decideBatch } from '../services/decide-batch.ts';
import { filterViewSchema, listFilters, newFilterSchema, removeFilter, saveFilter } from '../services/saved-filters.ts';
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

const filter = filterViewSchema.meta({ id: 'SavedFilter' });

const listRoute = createRoute({
  method: 'get', path: '/v1/filters', tags: ['Reviews'], security: signedIn, operationId: 'listFilters',
  summary: 'Filters of the inbox that the caller kept, and those that others share',
  responses: { 200: json(pageOf(filter), 'One’s own, then those of others, each by name'), ...readProblems },
}); // prettier-ignore

const saveRoute = createRoute({
  method: 'post', path: '/v1/filters', tags: ['Reviews'], security: signedIn, operationId: 'saveFilter',
  summary: 'Keep a filter of the inbox', description: 'The same name again takes the place of what it said before. People share filters, software may not (403).',
  request: { body: bodyOf('FilterCommand') },
  responses: { 201: json(filter, 'It is kept'), ...readProblems, ...problemResponses(400, 403, 409, 413, 415, 422) },
}); // prettier-ignore

const removeRoute = createRoute({
  method: 'delete', path: '/v1/filters/{id}', tags: ['Reviews'], security: signedIn, operationId: 'removeFilter',
  summary: 'Remove a filter of one’s own',
  request: { params: z.object({ id: idSchema }) },
  responses: { 204: { description: 'It is gone' }, ...readProblems, ...problemResponses(404) },
}); // prettier-ignore

const batchRoute = createRoute({
  method: 'post', path: '/v1/reviews/batch', tags: ['Reviews'], security: signedIn, operationId: 'decideBatch',
  summary: 'Give several reviews one answer with one reason',
  description: 'Each is a decision of its own and is answered by itself. Nothing is decided where one is unknown (404 `NOT_FOUND`; `errors` names each) or where one (422 `INVALID`, likewise) is of tier high, or has findings or questions that an approval must answer. The same again under its `Idempotency-Key` answers the same, and goes on where it stopped; another batch under it is refused (409 `IDEMPOTENCY_CONFLICT`).',
  request: {
    headers: z.object({ 'Idempotency-Key': z.string().regex(/^[\x21-\x7e]{1,100}$/, 'is 1 to 100 printable characters without spaces') }),
    body: bodyOf('BatchCommand'),
  },
  responses: { 200: json(batchAnswerSchema.meta({ id: 'BatchAnswer' }), 'What became of each, in the order in which they were sent'), ...readProblems, ...problemResponses(400, 404, 409, 413, 415, 422) },
}); // prettier-ignore

export function createInboxRoutes(deps: AppDeps) {
  const router = createRouter();
  router.openAPIRegistry.registerComponent('schemas', 'FilterCommand', inputSchemaOf(newFilterSchema));
  router.openAPIRegistry.registerComponent('schemas', 'BatchCommand', inputSchemaOf(batchSchema));
  router.openapi(listRoute, async (c) =>
    c.json({ items: await listFilters(deps, c.get('caller')), nextCursor: null }, 200),
  );
  router.openapi(saveRoute, async (c) =>
    c.json(await saveFilter(deps, c.get('caller'), await readJson(c, newFilterSchema)), 201),
  );
  router.openapi(removeRoute, async (c) => {
    await removeFilter(deps, c.get('caller'), c.req.valid('param').id);
    return c.body(null, 204);
  });
  router.openapi(batchRoute, async (c) => {
    const key = c.req.valid('header')['Idempotency-Key'];
    return c.json(await decideBatch(deps, c.get('caller'), await readJson(c, batchSchema), key), 200);
  });
  return router;
}
