// Each route as our own description tells of it, and requests to it of which one part cannot be meant.
import { z } from 'zod';
import { uniqueName } from '../support/build.ts';
import type { createPlainApp } from '../support/plain-app.ts';
import { signedHeaders } from '../support/seed.ts';
import type { Waiting } from './bring-to-review.ts';
import { badBody, badPath, badQuery, validIntake, type Pick } from './malformed.ts';

const parameterSchema = z.object({ name: z.string(), in: z.string() });
const operationSchema = z.object({
  parameters: z.array(parameterSchema).default([]),
  requestBody: z.unknown().optional(),
  security: z.unknown().optional(),
});
const descriptionSchema = z.object({ paths: z.record(z.string(), z.record(z.string(), operationSchema)) });

export interface Operation {
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

export async function readOperations(app: ReturnType<typeof createPlainApp>): Promise<Operation[]> {
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

export interface Means {
  pick: Pick;
  waiting: Waiting;
  tokenOf: (handle: string) => string;
}

interface BadRequest {
  path: string;
  init: RequestInit;
  wrong: string;
}

export async function makeBad(operation: Operation, { pick, waiting, tokenOf }: Means): Promise<BadRequest> {
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
