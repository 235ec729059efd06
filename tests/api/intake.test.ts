import { createServer, request as httpRequest } from 'node:http';
import type { AddressInfo } from 'node:net';
import { serve } from '@hono/node-server';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { buildSubmission, uniqueName } from '../support/build.ts';
import { signedHeaders } from '../support/house.ts';
import { openApi, type Api } from '../support/api.ts';

let api: Api;
beforeAll(async () => {
  api = await openApi();
});
afterAll(() => api.close());

const eventOf = (data: unknown, change = {}) =>
  JSON.stringify({ type: 'model_version.submitted', timestamp: '2026-11-21T10:00:00Z', data, ...change });
const deliver = (
  body: string,
  { id = uniqueName('delivery'), headers = {} as Record<string, string>, source = 'generic' } = {},
) => api.ask('POST', `/v1/hooks/${source}`, { body, headers: { ...signedHeaders(id, Buffer.from(body)), ...headers } });
const problemOf = async (answer: Response) =>
  (await answer.json()) as { status: number; code: string; errors?: { pointer: string }[] };

const stored = async () => {
  const { rows } = await api.database.pool.query<Record<string, number>>(
    `SELECT (SELECT count(*)::int FROM deliveries) AS deliveries, (SELECT count(*)::int FROM model_versions) AS versions,
      (SELECT count(*)::int FROM journal.entries) AS entries, (SELECT count(*)::int FROM outbox) AS outbox`,
  );
  return rows[0];
};

describe('POST /v1/hooks/generic', () => {
  it('takes a signed version in with 202, and answers a replay the same without doing anything', async () => {
    const submission = buildSubmission();
    const id = uniqueName('delivery');
    const first = await deliver(eventOf(submission), { id });
    expect(first.status).toBe(202);
    const answer = (await first.json()) as { links: { self: string; html: string } };
    expect(answer.links).toEqual({
      self: `http://countersign.test/v1/models/${submission.model}/versions/1`,
      html: `http://countersign.test/models/${submission.model}/versions/1`,
    });
    const before = await stored();
    const replay = await deliver(eventOf(submission), { id });
    expect(replay.status).toBe(202);
    expect(await replay.json()).toEqual({ ...answer, replayed: true });
    expect(await stored()).toEqual(before);
    const version = await api.read<{ stage: string; processes: unknown[] }>(
      new URL(answer.links.self).pathname,
      'pipeline',
    );
    expect(version).toMatchObject({
      stage: 'registered',
      submittedBy: 'pipeline',
      processes: [{ kind: 'lifecycle', state: 'RUNNING' }],
    });
  });

  it('refuses, storing nothing, what is not signed, not fresh, not JSON, not known, or not one message', async () => {
    const body = eventOf(buildSubmission());
    const before = await stored();
    const now = Date.now();
    const at = (ms: number) => signedHeaders('late', Buffer.from(body), undefined, new Date(now + ms));
    const cases: [string, Promise<Response>, number, string][] = [
      ['another body', deliver(body, { headers: signedHeaders('x', Buffer.from('{}')) }), 401, 'BAD_SIGNATURE'],
      ['no signature', api.ask('POST', '/v1/hooks/generic', { body }), 401, 'BAD_SIGNATURE'],
      ['two ids', deliver(body, { headers: { 'webhook-id': 'a, b' } }), 401, 'BAD_SIGNATURE'],
      ['an old time', deliver(body, { headers: at(-301_000) }), 401, 'STALE_TIMESTAMP'],
      ['a future time', deliver(body, { headers: at(302_000) }), 401, 'STALE_TIMESTAMP'],
      ['a token instead', api.ask('POST', '/v1/hooks/generic', { body, as: 'pipeline' }), 401, 'BAD_SIGNATURE'],
      ['text', deliver(body, { headers: { 'content-type': 'text/plain' } }), 415, 'UNSUPPORTED_MEDIA_TYPE'],
      [
        'another charset',
        deliver(body, { headers: { 'content-type': 'application/json; charset=utf-16' } }),
        415,
        'UNSUPPORTED_MEDIA_TYPE',
      ],
      ['a packed body', deliver(body, { headers: { 'content-encoding': 'gzip' } }), 415, 'UNSUPPORTED_MEDIA_TYPE'],
      ['no JSON', deliver('{"type":'), 400, 'MALFORMED_JSON'],
      ['one key twice', deliver('{"type":"a","type":"b"}'), 400, 'MALFORMED_JSON'],
      ['another source', deliver(body, { source: 'mlflow' }), 404, 'NOT_FOUND'],
      ['an owner nobody knows', deliver(eventOf(buildSubmission({ owner: 'nobody' }))), 422, 'INVALID'],
      [
        'a file outside',
        deliver(
          eventOf(buildSubmission({ artifact: { uri: 'file:///etc/passwd', digest: `sha256:${'0'.repeat(64)}` } })),
        ),
        422,
        'INVALID',
      ],
    ];
    for (const [what, answer, status, code] of cases)
      expect({ what, ...(await problemOf(await answer)) }).toMatchObject({ what, status, code });
    expect(await stored()).toEqual(before);
  });

  it('points at every field that is wrong, missing or unknown', async () => {
    const { artifact: _, ...data } = buildSubmission();
    const answer = await deliver(eventOf({ ...data, riskTier: 'none', approved: true }, { admin: 1 }));
    const { status, errors } = await problemOf(answer);
    expect(status).toBe(422);
    expect(errors?.map((error) => error.pointer).sort()).toEqual([
      '/admin',
      '/data/approved',
      '/data/artifact',
      '/data/riskTier',
    ]);
  });

  it('tells a conflict of deliveries from a conflict of versions', async () => {
    const submission = buildSubmission();
    const id = uniqueName('delivery');
    await deliver(eventOf(submission), { id });
    expect(
      await problemOf(await deliver(eventOf(submission, { timestamp: '2026-11-21T10:00:01Z' }), { id })),
    ).toMatchObject({ status: 409, code: 'DELIVERY_CONFLICT' });
    const other = { ...submission, artifact: { ...submission.artifact, digest: `sha256:${'1'.repeat(64)}` } };
    expect(await problemOf(await deliver(eventOf(other)))).toMatchObject({ status: 409, code: 'VERSION_CONFLICT' });
  });

  it('opens no more rounds of evidence than the policy allows', async () => {
    const submission = buildSubmission();
    await deliver(eventOf(submission));
    const renew = () => deliver(eventOf(submission, { type: 'model_version.evidence_updated' }));
    for (let round = 2; round <= 10; round++) expect((await renew()).status).toBe(202);
    expect(await problemOf(await renew())).toMatchObject({ status: 409, code: 'WRONG_STATE' });
  });
});

describe('a body over 1 MiB', () => {
  it('is refused before it is held, with and without a declared length', async () => {
    const server = serve({ fetch: api.app.fetch, port: 0, hostname: '127.0.0.1', createServer });
    const { port } = await new Promise<AddressInfo>((resolve) =>
      server.once('listening', () => resolve(server.address() as AddressInfo)),
    );
    const send = (headers: Record<string, string | number>, chunks: number) =>
      new Promise<number | undefined>((resolve, reject) => {
        const sending = httpRequest(
          {
            host: '127.0.0.1',
            port,
            path: '/v1/hooks/generic',
            method: 'POST',
            headers: { 'content-type': 'application/json', ...headers },
          },
          (answer) => {
            resolve(answer.statusCode);
            sending.destroy();
          },
        );
        sending.on('error', (error: NodeJS.ErrnoException) =>
          error.code === 'ECONNRESET' || error.code === 'EPIPE' ? undefined : reject(error),
        );
        for (let i = 0; i < chunks; i++) sending.write(Buffer.alloc(64 * 1024, 32));
        sending.end();
      });
    expect(await send({ 'content-length': 1_048_577 }, 0)).toBe(413);
    expect(await send({ 'transfer-encoding': 'chunked' }, 100)).toBe(413);
    expect(await send({ 'transfer-encoding': 'chunked' }, 16)).toBe(401);
    await new Promise((resolve) => server.close(resolve));
  });
});
