import { createRoute } from '@hono/zod-openapi';
import { z } from 'zod';
import { Refused } from '../../domain/errors.ts';
import { intakeSchema } from '../../domain/submission.ts';
import type { AppDeps } from '../app-deps.ts';
import { readBody, requireJson } from '../read-body.ts';
import { intakeAnswerSchema } from '../schemas/views.ts';
import { receiveDelivery } from '../services/receive-delivery.ts';
import { bodyOf, createRouter, idSchema, inputSchemaOf, json, problemResponses } from './documented.ts';

const signatureHeaders = ['webhook-id', 'webhook-timestamp', 'webhook-signature'] as const;

const receiveRoute = createRoute({
  method: 'post', path: '/v1/hooks/{source}', tags: ['Webhooks'], operationId: 'receiveDelivery',
  summary: 'Submit a version, bring new evidence, or withdraw',
  description: 'Signed by Standard Webhooks 1.0 (`v1`), in the headers webhook-id, webhook-timestamp and webhook-signature. The same id and body again is answered the same, with `replayed: true`.',
  request: { params: z.object({ source: idSchema }), body: bodyOf('Intake') },
  responses: { 202: json(intakeAnswerSchema.meta({ id: 'IntakeAnswer' }), 'Taken in'), ...problemResponses(400, 401, 404, 409, 413, 415, 422, 429, 500, 503) },
}); // prettier-ignore

export function createHookRoutes(deps: AppDeps) {
  const router = createRouter();
  router.openAPIRegistry.registerComponent('schemas', 'Intake', inputSchemaOf(intakeSchema));
  router.openapi(receiveRoute, async (c) => {
    requireJson(c);
    const headers = Object.fromEntries(signatureHeaders.map((name) => [name, onlyOne(name, c.req.header(name))]));
    const answer = await receiveDelivery(deps, {
      source: c.req.valid('param').source,
      headers,
      rawBody: await readBody(c),
    });
    return c.json(answer, 202);
  });
  return router;
}

/** Two headers of one name arrive joined by a comma and a space, which none of the three can hold. */
function onlyOne(name: string, value: string | undefined): string | undefined {
  if (value?.includes(', ')) throw new Refused('BAD_SIGNATURE', `The header ${name} stands twice.`);
  return value;
}
