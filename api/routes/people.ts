import { createRoute } from '@hono/zod-openapi';
import { z } from 'zod';
import type { AppDeps } from '../app-deps.ts';
import { readJson } from '../read-body.ts';
import { absenceSchema, absenceViewSchema, qualificationViewSchema, qualifySchema } from '../schemas/standing-in.ts';
import { pageOf, personViewSchema } from '../schemas/views.ts';
import { listPeople } from '../services/list-people.ts';
import { clearAbsence, listAbsences, setAbsence } from '../services/absences.ts';
import {
  addPerson,
  addPersonSchema,
  changePerson,
  changePersonSchema,
  deactivatePerson,
  issueToken,
  reasonedSchema,
} from '../services/manage-people.ts';
import { disqualifyPerson, listQualifications, qualifyPerson } from '../services/qualify-person.ts';
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

const changeRoute = createRoute({
  method: 'patch', path: '/v1/people/{handle}', tags, security: signedIn, operationId: 'changePerson',
  summary: 'Change what is known of somebody',
  description: 'For administrators: name, department, groups, time zone, aliases, and who answers for software. What is not named stays.',
  request: { params, body: bodyOf('ChangePersonCommand') },
  responses: { 200: json(person, 'As it stands now'), ...readProblems, ...problemResponses(400, 403, 404, 413, 415, 422) },
}); // prettier-ignore

const absence = absenceViewSchema.meta({ id: 'Absence' });
const absenceParams = z.object({ id: idSchema });

const absencesRoute = createRoute({
  method: 'get', path: '/v1/people/me/absences', tags, security: signedIn, operationId: 'listAbsences',
  summary: 'When you are away, and who stands in',
  responses: { 200: json(pageOf(absence), 'Absences that are not over, soonest first'), ...readProblems },
}); // prettier-ignore

const absentRoute = createRoute({
  method: 'post', path: '/v1/people/me/absences', tags, security: signedIn, operationId: 'setAbsence',
  summary: 'Say that you will be away',
  description: 'From the beginning on your deputy is asked too wherever you are asked, as far as they may decide: independent, in one of the roles, qualified. The two of you are one voice.',
  request: { body: bodyOf('AbsenceCommand') },
  responses: { 201: json(absence, 'Said'), 200: json(absence, 'Said before'), ...readProblems, ...problemResponses(400, 409, 413, 415, 422) },
}); // prettier-ignore

const returnRoute = createRoute({
  method: 'delete', path: '/v1/people/me/absences/{id}', tags, security: signedIn, operationId: 'clearAbsence',
  summary: 'Take an absence back', description: 'Deputies who are not at it are let go.',
  request: { params: absenceParams },
  responses: { 204: { description: 'You are there' }, ...readProblems, ...problemResponses(404) },
}); // prettier-ignore

const qualification = qualificationViewSchema.meta({ id: 'Qualification' });
const qualificationParams = params.extend({ name: idSchema });

const qualificationsRoute = createRoute({
  method: 'get', path: '/v1/people/{handle}/qualifications', tags, security: signedIn, operationId: 'listQualifications',
  summary: 'What somebody is qualified for, and until when', description: 'Your own; those of others for administrators and auditors. Expired ones stay in the list.',
  request: { params },
  responses: { 200: json(pageOf(qualification), 'Qualifications'), ...readProblems, ...problemResponses(403, 404) },
}); // prettier-ignore

const qualifyRoute = createRoute({
  method: 'put', path: '/v1/people/{handle}/qualifications/{name}', tags, security: signedIn, operationId: 'qualifyPerson',
  summary: 'Say that somebody is qualified', description: 'For administrators. A sign-off that asks for this qualification asks only people who hold it, until it expires.',
  request: { params: qualificationParams, body: bodyOf('QualifyCommand') },
  responses: { 200: json(qualification, 'It stands'), ...readProblems, ...problemResponses(400, 403, 404, 413, 415, 422) },
}); // prettier-ignore

const disqualifyRoute = createRoute({
  method: 'post', path: '/v1/people/{handle}/qualifications/{name}/revocation', tags, security: signedIn, operationId: 'disqualifyPerson',
  summary: 'Take a qualification away', description: 'For administrators.',
  request: { params: qualificationParams, body: bodyOf('ReasonedCommand') },
  responses: { 204: { description: 'They hold it no longer' }, ...readProblems, ...problemResponses(400, 403, 404, 413, 415, 422) },
}); // prettier-ignore

export function createPeopleRoutes(deps: AppDeps) {
  const router = createRouter();
  router.openAPIRegistry.registerComponent('schemas', 'AddPersonCommand', inputSchemaOf(addPersonSchema));
  router.openAPIRegistry.registerComponent('schemas', 'ReasonedCommand', inputSchemaOf(reasonedSchema));
  router.openAPIRegistry.registerComponent('schemas', 'ChangePersonCommand', inputSchemaOf(changePersonSchema));
  router.openAPIRegistry.registerComponent('schemas', 'AbsenceCommand', inputSchemaOf(absenceSchema));
  router.openAPIRegistry.registerComponent('schemas', 'QualifyCommand', inputSchemaOf(qualifySchema));
  router.openapi(absencesRoute, async (c) =>
    c.json({ items: await listAbsences(deps, c.get('caller')), nextCursor: null }, 200),
  );
  router.openapi(absentRoute, async (c) => {
    const { absence: said, repeated } = await setAbsence(deps, c.get('caller'), await readJson(c, absenceSchema));
    return c.json(said, repeated ? 200 : 201);
  });
  router.openapi(returnRoute, async (c) => {
    await clearAbsence(deps, c.get('caller'), c.req.valid('param').id);
    return c.body(null, 204);
  });
  router.openapi(qualificationsRoute, async (c) => {
    const items = await listQualifications(deps, c.get('caller'), c.req.valid('param').handle);
    return c.json({ items, nextCursor: null }, 200);
  });
  router.openapi(qualifyRoute, async (c) => {
    const command = { ...c.req.valid('param'), ...(await readJson(c, qualifySchema)) };
    return c.json(await qualifyPerson(deps, c.get('caller'), command), 200);
  });
  router.openapi(disqualifyRoute, async (c) => {
    const command = { ...c.req.valid('param'), ...(await readJson(c, reasonedSchema)) };
    await disqualifyPerson(deps, c.get('caller'), command);
    return c.body(null, 204);
  });
  router.openapi(changeRoute, async (c) => {
    const command = await readJson(c, changePersonSchema);
    return c.json(await changePerson(deps, c.get('caller'), c.req.valid('param').handle, command), 200);
  });
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
