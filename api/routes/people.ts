import { createRoute } from '@hono/zod-openapi';
import { z } from 'zod';
import type { AppDeps } from '../app-deps.ts';
import { readJson } from '../read-body.ts';
import { pageOf, personViewSchema } from '../schemas/views.ts';
import { listPeople } from '../services/list-people.ts';
import { addPerson, addPersonSchema, deactivatePerson, issueToken, reasonedSchema } from '../services/manage-people.ts';
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

const tags = ['People'];
const person = personViewSchema.meta({ id: 'Person' });
const params = z.object({ handle: idSchema });

const listRoute = createRoute({
  method: 'get', path: '/v1/people', tags, security: signedIn, operationId: 'listPeople',
  summary: 'People and service accounts with their roles',
  description: 'For administrators and auditors.',
  responses: { 200: json(pageOf(person), 'Everybody, active or not'), ...readProblems, ...problemResponses(403) },
}); // prettier-ignore

const addRoute = createRoute({
  method: 'post', path: '/v1/people', tags, security: signedIn, operationId: 'addPerson',
  summary: 'Add a person or service account',
  description: 'For administrators.',
  request: { body: bodyOf('AddPersonCommand') },
  responses: { 201: json(person, 'Added'), ...readProblems, ...problemResponses(400, 403, 409, 413, 415, 422) },
}); // prettier-ignore

const deactivateRoute = createRoute({
  method: 'post', path: '/v1/people/{handle}/deactivation', tags, security: signedIn, operationId: 'deactivatePerson',
  summary: 'Take all access away from a person who left',
  description: 'For administrators. Sessions and tokens end at once; past decisions stay valid and attributable.',
  request: { params, body: bodyOf('ReasonedCommand') },
  responses: { 204: { description: 'Nobody signs in under this handle any more' }, ...readProblems, ...problemResponses(400, 403, 404, 413, 415, 422) },
}); // prettier-ignore

const tokenRoute = createRoute({
  method: 'post', path: '/v1/people/{handle}/tokens', tags, security: signedIn, operationId: 'issueToken',
  summary: 'Issue an access token',
  description: 'For administrators. The token is shown this once.',
  request: { params, body: bodyOf('ReasonedCommand') },
  responses: { 201: json(z.object({ token: z.string() }).meta({ id: 'IssuedToken' }), 'The token'), ...readProblems, ...problemResponses(400, 403, 404, 413, 415, 422) },
}); // prettier-ignore

export function createPeopleRoutes(deps: AppDeps) {
  const router = createRouter();
  router.openAPIRegistry.registerComponent('schemas', 'AddPersonCommand', inputSchemaOf(addPersonSchema));
  router.openAPIRegistry.registerComponent('schemas', 'ReasonedCommand', inputSchemaOf(reasonedSchema));
  router.openapi(listRoute, async (c) =>
    c.json({ items: await listPeople(deps, c.get('caller')), nextCursor: null }, 200),
  );
  router.openapi(addRoute, async (c) =>
    c.json(await addPerson(deps, c.get('caller'), await readJson(c, addPersonSchema)), 201),
  );
  router.openapi(deactivateRoute, async (c) => {
    await deactivatePerson(deps, c.get('caller'), c.req.valid('param').handle, await readJson(c, reasonedSchema));
    return c.body(null, 204);
  });
  router.openapi(tokenRoute, async (c) =>
    c.json(
      await issueToken(deps, c.get('caller'), c.req.valid('param').handle, await readJson(c, reasonedSchema)),
      201,
    ),
  );
  return router;
}
