import { Ajv2020 } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createSecondPlace, sealUntil, type SecondPlace } from '../support/seal.ts';
import { openApi, type Api } from '../support/api.ts';
import { mailSecret, prepareGround, type Requests } from './requests/ground.ts';
import { hookRequests } from './requests/hook-requests.ts';
import { peopleRequests } from './requests/people-requests.ts';
import { recordRequests } from './requests/record-requests.ts';
import { reviewRequests } from './requests/review-requests.ts';

interface Operation {
  operationId: string;
  parameters?: { name: string; in: string; required?: boolean; schema: unknown }[];
  requestBody?: { content: Record<string, { schema: { $ref: string } }> };
  responses: Record<string, { content?: Record<string, { schema: object }> }>;
}
interface Description {
  openapi: string;
  paths: Record<string, Record<string, Operation>>;
  components: { schemas: Record<string, object> };
}

let api: Api;
let description: Description;
let requests: Requests;
let ajv: Ajv2020;
let place: SecondPlace;
beforeAll(async () => {
  api = await openApi({ inboundMail: { secret: mailSecret, replyKey: Buffer.alloc(32, 5), authservId: undefined } });
  const ground = await prepareGround(api);
  requests = {
    ...hookRequests(ground),
    ...reviewRequests(ground),
    ...recordRequests(ground),
    ...peopleRequests(ground),
  };
  place = createSecondPlace();
  await sealUntil(api.database, place, 1);
  description = (await (await api.ask('GET', '/openapi.json')).json()) as Description;
  ajv = new Ajv2020({ strict: false, allErrors: true });
  addFormats.default(ajv);
  ajv.addSchema({ $id: 'api', components: description.components });
});
afterAll(async () => {
  place.remove();
  await api.close();
});

const operationsOf = () =>
  Object.entries(description.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ path, method: method.toUpperCase(), operation })),
  );

/** What is wrong with an answer by the description's own schema; empty when nothing is. */
async function problemsWith(operation: Operation, answer: Response): Promise<string[]> {
  const described = operation.responses[String(answer.status)];
  if (!described) return [`${answer.status} is not described`];
  const [[mediaType, content] = ['', undefined]] = Object.entries(described.content ?? {});
  if (!content) return (await answer.text()) === '' ? [] : ['has a body that is not described'];
  if (answer.headers.get('content-type')?.split(';')[0] !== mediaType)
    return [`${answer.headers.get('content-type')} is not ${mediaType}`];
  if (!/^application\/(problem\+)?json$/.test(mediaType) || !content) return [];
  const validate = ajv.compile(relocated(content.schema));
  return validate(await answer.json()) ? [] : [ajv.errorsText(validate.errors)];
}

/** References of the document as references into what ajv knows under `api`. */
const relocated = (schema: object): object =>
  JSON.parse(JSON.stringify(schema).replaceAll('"#/components/', '"api#/components/')) as object;

describe('/openapi.json', () => {
  it('describes every route under /v1, and nothing that is not there', async () => {
    expect(description.openapi).toBe('3.1.0');
    const routes = new Set(
      api.app.routes
        .filter(({ method, path }) => method !== 'ALL' && path.startsWith('/v1/'))
        .map(({ method, path }) => `${method} ${path.replaceAll(/:(\w+)/g, '{$1}')}`),
    );
    const described = operationsOf()
      .map(({ method, path }) => `${method} ${path}`)
      .filter((route) => route.includes('/v1/'));
    expect(described.sort()).toEqual([...routes].sort());
    expect(
      operationsOf()
        .map(({ operation }) => operation.operationId)
        .sort(),
    ).toEqual(Object.keys(requests).sort());
  });

  it('is true to what every operation answers, to a request that it takes and to one that it refuses', async () => {
    const found: string[] = [];
    for (const { method, operation } of operationsOf()) {
      const { valid, invalid } = requests[operation.operationId] ?? {};
      if (!valid) found.push(`${operation.operationId} is not asked`);
      for (const [kind, send] of [
        ['valid', valid],
        ['invalid', invalid],
      ] as const) {
        if (!send) continue;
        const { path, ...ask } = send();
        const answer = await api.ask(method, path, ask);
        const isOk = answer.status < 400;
        const problems = await problemsWith(operation, answer);
        if (isOk !== (kind === 'valid') || problems.length > 0)
          found.push(`${kind} ${method} ${path}: ${answer.status} ${problems.join('; ')}`);
      }
    }
    expect(found).toEqual([]);
  });

  it('has a page made from it that loads nothing from elsewhere', async () => {
    const page = await (await api.ask('GET', '/docs')).text();
    expect(page).toContain('/v1/reviews/{id}/decisions');
    expect(page).not.toMatch(/<script|https?:\/\/(?!countersign\.test)[^"]*"\s*(rel|src)|style=/);
    expect((await api.ask('GET', '/docs.css')).headers.get('content-type')).toContain('text/css');
  });
});
