import { z } from 'zod';
import { connectDatabase, type Database } from '../../db/client.ts';
import { uniqueName } from '../support/build.ts';
import { cloneDatabase } from '../support/ground.ts';
import { createPlainApp, giveTokens } from '../support/plain-app.ts';
import { seed, signedHeaders } from '../support/seed.ts';
import { bringToReview, type Waiting } from './bring-to-review.ts';
import { crowdPolicies } from './crowd.ts';
import { newLedger } from './ledger.ts';
import { badBody, badPath, badQuery, badSegments, validIntake, type Pick } from './malformed.ts';
import { mulberry32 } from './simulate-review.ts';
import { newCount, type Suite } from './suite.ts';

const parameterSchema = z.object({ name: z.string(), in: z.string() });
const operationSchema = z.object({
  parameters: z.array(parameterSchema).default([]),
  requestBody: z.unknown().optional(),
  security: z.unknown().optional(),
});
const descriptionSchema = z.object({ paths: z.record(z.string(), z.record(z.string(), operationSchema)) });

interface Operation {
  method: string;
  path: string;
  query: string[];
  takesBody: boolean;
  isSignedIn: boolean;
}

/** Roles that may do what a route is for, so that it is the input that is refused. */
const callerFor = ({ path, method }: Operation): string => {
  if (path.startsWith('/v1/reviews') && method !== 'GET') return 'validator-1';
  return method === 'GET' ? 'auditor' : 'admin';
};

const SEED = 1;

export const malformedBodies: Suite = {
  name: 'malformed-bodies',
  does: 'broken paths, parameters, headers, JSON and forms on every route; nothing may be stored, nothing may fail (A-01, A-05)',
  run: async ({ ground, isShort, say }) => {
    const count = newCount();
    const store = await cloneDatabase(ground.postgres);
    const database = connectDatabase({ url: store.databaseUrl, max: 8 });
    await seed(database, crowdPolicies);
    const app = createPlainApp(database);
    const tokenOf = await giveTokens(database);
    const waiting = await bringToReview(database, newLedger());
    const cookie = await signIn(app);
    const operations = await readOperations(app);
    const random = mulberry32(SEED);
    const pick: Pick = (from) => from[Math.floor(random() * from.length)]!;
    const before = await countRows(database);
    const memoryBefore = process.memoryUsage.rss();

    const judge = async (name: string, answer: Response, wrong: string) => {
      count.injected++;
      await answer.arrayBuffer();
      if (answer.status >= 500) count.undetected.push(`${name} failed with ${answer.status} on ${wrong}`);
      else if (answer.status < 400) count.let_through.push(`${name} answered ${answer.status} to ${wrong}`);
    };
    for (const operation of operations) {
      const name = `${operation.method} ${operation.path}`;
      const times = (isShort ? 60 : 2_000) * (operation.takesBody ? 5 : 1);
      for (let time = 0; time < times; time++) {
        const bad = await makeBad(operation, { pick, waiting, tokenOf });
        await judge(name, await app.request(bad.path, bad.init), bad.wrong);
      }
    }
    for (const { path, form } of forms(waiting.reviewId))
      for (let time = 0; time < (isShort ? 60 : 2_000); time++) {
        const body = badForm(form, pick);
        const answer = await app.request(path, {
          method: 'POST',
          headers: {
            cookie,
            origin: 'http://countersign.test',
            'content-type': pick([
              'application/x-www-form-urlencoded',
              'multipart/form-data',
              'multipart/form-data; boundary=x',
              'text/plain',
            ]),
          },
          body,
        });
        count.injected++;
        const text = await answer.text();
        if (answer.status >= 500)
          count.undetected.push(
            `POST ${path} failed with ${answer.status} on ${body.slice(0, 200)}: ${text.slice(0, 100)}`,
          );
      }
    for (const page of pages)
      for (let time = 0; time < (isShort ? 60 : 2_000); time++) {
        const path = badPath(page, pick) + (pick([true, false]) ? `?${pick(pageParameters)}=${pick(badSegments)}` : '');
        const answer = await app.request(path, { headers: { cookie } });
        count.injected++;
        await answer.arrayBuffer();
        if (answer.status >= 500) count.undetected.push(`GET ${path} failed with ${answer.status}`);
      }
    const after = await countRows(database);
    for (const [table, rows] of Object.entries(after))
      if (rows !== before[table]) count.let_through.push(`${table} has ${rows} rows, before it had ${before[table]}`);
    const grown = (process.memoryUsage.rss() - memoryBefore) / 1024 ** 2;
    say(
      `${operations.length} routes and ${forms('').length} forms, ${pages.length} pages, seed ${SEED}; memory grew by ${grown.toFixed(0)} MiB`,
    );
    await database.close();
    await store.drop();
    return count;
  },
};

interface Means {
  pick: Pick;
  waiting: Waiting;
  tokenOf: (handle: string) => string;
}

interface BadRequest {
  path: string;
  init: RequestInit;
  wrong: string;
}

async function makeBad(operation: Operation, { pick, waiting, tokenOf }: Means): Promise<BadRequest> {
  const { method, path, query, takesBody, isSignedIn } = operation;
  const authorization = `Bearer ${tokenOf(callerFor(operation))}`;
  const goodPath = path
    .replace('{id}', waiting.reviewId)
    .replace('{source}', 'generic')
    .replaceAll(/\{[^}]+\}/g, '1');
  const headers: Record<string, string> = isSignedIn ? { authorization } : {};
  const ways = [
    ...(path.includes('{') ? ['path'] : []),
    ...(query.some((name) => badQuery([name], pick)) ? ['query'] : []),
    ...(isSignedIn ? ['token'] : []),
    ...(takesBody ? ['body', 'body', 'body', 'body', 'type', 'key'] : []),
    'method',
  ];
  switch (pick(ways)) {
    case 'path': {
      const bad = badPath(path, pick);
      return { path: bad, init: { method, headers, ...(takesBody ? { body: '{}' } : {}) }, wrong: bad };
    }
    case 'query': {
      const bad = badQuery(query, pick)!;
      return { path: `${goodPath}?${bad}`, init: { method, headers }, wrong: bad };
    }
    case 'token': {
      const token = pick([
        '',
        'Bearer',
        'Bearer  ',
        `Bearer ${'x'.repeat(5_000)}`,
        'Basic YTpi',
        `Bearer cst_${'A'.repeat(43)}`,
        `bearer ${authorization}`,
        'Bearer null',
      ]);
      return {
        path: goodPath,
        init: { method, headers: { authorization: token } },
        wrong: `authorization ${token.slice(0, 40)}`,
      };
    }
    case 'method': {
      const other = pick(['PATCH', 'TRACE', 'PROPFIND', 'LINK', 'X'.repeat(50)].filter((word) => word !== 'TRACE'));
      return { path: goodPath, init: { method: other, headers }, wrong: `method ${other}` };
    }
    case 'type': {
      const type = pick([
        'text/plain',
        'application/xml',
        'application/json; charset=utf-16',
        '',
        'multipart/form-data',
        'application/x-www-form-urlencoded',
        'application/json, text/html',
      ]);
      const body = JSON.stringify(validBody(path, waiting.evidenceDigest));
      return {
        path: goodPath,
        init: { method, headers: { ...headers, ...signed(path, body), 'content-type': type }, body },
        wrong: `content-type ${type}`,
      };
    }
    case 'key': {
      // Wrong beside a body that is right; where there is no such header the encoding is wrong instead.
      const body = JSON.stringify(validBody(path, waiting.evidenceDigest));
      const isDecision = path.endsWith('/decisions');
      const wrong: Record<string, string> = isDecision
        ? pick<Record<string, string>>([
            {},
            { 'idempotency-key': '' },
            { 'idempotency-key': 'a b' },
            { 'idempotency-key': 'x'.repeat(201) },
            { 'idempotency-key': 'k', 'if-match': '"999"' },
            { 'idempotency-key': 'k', 'if-match': 'x' },
          ])
        : { 'content-encoding': pick(['gzip', 'br', 'deflate', 'x']) };
      return {
        path: goodPath,
        init: {
          method,
          headers: { ...headers, ...signed(path, body), 'content-type': 'application/json', ...wrong },
          body,
        },
        wrong: JSON.stringify(wrong),
      };
    }
    default: {
      const body = badBody(validBody(path, waiting.evidenceDigest), pick);
      return {
        path: goodPath,
        init: {
          method,
          headers: {
            ...headers,
            'content-type': 'application/json',
            'idempotency-key': uniqueName('key'),
            ...signed(path, body),
          },
          body: body as string | Uint8Array<ArrayBuffer>,
        },
        wrong: body.toString().slice(0, 200),
      };
    }
  }
}

/** Webhooks are signed whatever they hold: it is the body that is to be refused. */
const signed = (path: string, body: string | Buffer): Record<string, string> =>
  path.startsWith('/v1/hooks/') ? signedHeaders(uniqueName('delivery'), Buffer.from(body)) : {};

function validBody(path: string, evidenceDigest: string): Record<string, unknown> {
  if (path.startsWith('/v1/hooks/')) return validIntake();
  if (path.endsWith('/decisions'))
    return {
      outcome: 'APPROVED',
      reason: 'Read the plan and the metrics',
      revision: 1,
      evidenceDigest,
      form: { dispositions: [] },
    };
  // Refused for what it says, too: no other route that takes a body may store one of these.
  return { source: 'id: nothing', reason: 'Because.' };
}

const forms = (reviewId: string) => [
  {
    path: `/reviews/${reviewId}/decisions`,
    form: { outcome: 'APPROVED', reason: 'x', revision: '1', evidenceDigest: 'sha256:x', key: 'k' },
  },
  { path: '/sign-in', form: { handle: 'nobody', next: '//evil.example', token: 'x' } },
  { path: '/theme', form: { theme: 'dark', next: 'javascript:alert(1)' } },
];

const pages = [
  '/sign-in',
  '/reviews',
  '/reviews/{id}',
  '/reviews/{id}/documents/{digest}',
  '/models',
  '/models/{model}',
  '/models/{model}/versions/{version}',
  '/models/{model}/versions/{version}/documents/{digest}',
  '/journal',
  '/journal/verify',
  '/policies',
  '/policies/{id}/versions/{version}',
  '/assets/{name}',
];
const pageParameters = [
  'next',
  'view',
  'state',
  'model',
  'cursor',
  'stream',
  'type',
  'actor',
  'from',
  'to',
  'queue',
  'limit',
  'q',
];

function badForm(form: Record<string, string>, pick: Pick): string {
  const bad = pick([
    '%00',
    '%ff',
    '%',
    '%zz',
    '=',
    '&&&',
    '%F0%9F%98%80'.repeat(500),
    '1e999',
    '-1',
    '{"a":1}',
    "'--",
    '%0d%0a',
    '[]=1',
    '__proto__=1',
    'x'.repeat(20_000),
  ]);
  const key = pick(Object.keys(form));
  const entries = Object.entries(form).map(
    ([name, value]) => `${name}=${name === key ? bad : encodeURIComponent(value)}`,
  );
  return pick([entries.join('&'), bad, `${bad}=${bad}`, entries.slice(1).join('&'), '']);
}

async function signIn(app: ReturnType<typeof createPlainApp>): Promise<string> {
  const answer = await app.request('/sign-in', {
    method: 'POST',
    headers: { origin: 'http://countersign.test', 'content-type': 'application/x-www-form-urlencoded' },
    body: 'handle=validator-1',
  });
  const cookie = answer.headers.get('set-cookie')?.split(';')[0];
  if (!cookie) throw new Error(`Nobody could sign in: ${answer.status}`);
  return cookie;
}

async function readOperations(app: ReturnType<typeof createPlainApp>): Promise<Operation[]> {
  const description = descriptionSchema.parse(await (await app.request('/openapi.json')).json());
  return Object.entries(description.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, { parameters, requestBody, security }]) => ({
      method: method.toUpperCase(),
      path,
      query: parameters.filter((parameter) => parameter.in === 'query').map((parameter) => parameter.name),
      takesBody: requestBody !== undefined,
      isSignedIn: security !== undefined,
    })),
  );
}

const tables = [
  'deliveries',
  'models',
  'model_versions',
  'processes',
  'reviews',
  'decisions',
  'policies',
  'outbox',
  'people',
  'access_tokens',
  // Who reads evidence is journaled, and a page that shows a form again reads it.
  `journal.entries WHERE type <> 'evidence.read'`,
];

async function countRows({ pool }: Database): Promise<Record<string, string>> {
  const counts = await Promise.all(
    tables.map(async (table) => {
      const { rows } = await pool.query<{ n: string }>(`SELECT count(*) AS n FROM ${table}`);
      return [table, rows[0]!.n] as const;
    }),
  );
  return Object.fromEntries(counts);
}
