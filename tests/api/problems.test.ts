import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { connectDatabase } from '../../db/client.ts';
import { createApp } from '../../api/app.ts';
import { openApi, type Api } from '../support/api.ts';

let api: Api;
beforeAll(async () => {
  api = await openApi({ rateLimits: { caller: { requests: 40, seconds: 60 } } });
});
afterAll(() => api.close());

describe('every answer', () => {
  it('carries a request id and headers that keep other sites out', async () => {
    for (const path of ['/healthz', '/docs', '/nothing', '/v1/reviews']) {
      const { headers } = await api.ask('GET', path);
      expect(headers.get('x-request-id')).toMatch(/^[0-9a-f-]{36}$/);
      expect(headers.get('content-security-policy')).toBe(
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; connect-src 'self'; manifest-src 'self'; worker-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'; frame-src 'self'",
      );
      expect(headers.get('x-content-type-options')).toBe('nosniff');
      expect(headers.get('cross-origin-opener-policy')).toBe('same-origin');
    }
  });

  it('is logged in one line of JSON with who and how, and without token, query or body', async () => {
    const review = await api.plantReview();
    api.log.length = 0;
    await api.decideOn(review, 'validator-1', { reason: 'Secret words of a reviewer' });
    await api.ask('GET', '/v1/reviews?model=secret-model', { as: 'validator-1' });
    expect(api.log.map((line) => JSON.parse(line) as unknown)).toMatchObject([
      {
        method: 'POST',
        route: '/v1/reviews/:id/decisions',
        status: 201,
        caller: 'validator-1',
        channel: 'api',
        msg: 'request',
      },
      { method: 'GET', route: '/v1/reviews', path: '/v1/reviews', status: 200 },
    ]);
    expect(api.log.join('')).not.toMatch(/secret|cst_/i);
  });
});

describe('a problem', () => {
  it('is problem+json with a stable code for what is not there', async () => {
    const answer = await api.ask('GET', '/v1/nothing', { as: 'auditor' });
    expect(answer.headers.get('content-type')).toBe('application/problem+json');
    const problem = (await answer.json()) as { instance: string };
    expect(problem).toMatchObject({ type: 'http://countersign.test/docs#NOT_FOUND', status: 404, code: 'NOT_FOUND' });
    expect(problem.instance).toBe(`urn:uuid:${answer.headers.get('x-request-id')}`);
  });

  it('names the methods that a route has', async () => {
    const answer = await api.ask('PUT', '/v1/reviews', { as: 'auditor' });
    expect(answer.status).toBe(405);
    expect(answer.headers.get('allow')).toBe('GET, HEAD');
    expect(await answer.json()).toMatchObject({ code: 'METHOD_NOT_ALLOWED' });
    expect((await api.ask('GET', '/v1/hooks/generic')).headers.get('allow')).toBe('POST');
  });

  it('says how long to wait when one caller asks too often', async () => {
    let answer = await api.ask('GET', '/v1/policies', { as: 'domain-expert' });
    for (let i = 0; i < 45 && answer.ok; i++) answer = await api.ask('GET', '/v1/policies', { as: 'domain-expert' });
    expect(await answer.json()).toMatchObject({ status: 429, code: 'RATE_LIMITED' });
    expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(0);
    expect((await api.ask('GET', '/v1/policies', { as: 'compliance-1' })).status).toBe(200);
  });

  it('of ours says nothing of its cause, to the sender or in the log what they sent', async () => {
    await api.database.pool.query("UPDATE reviews SET terms = 'null'");
    const review = await api.plantReview();
    await api.database.pool.query("UPDATE reviews SET terms = 'null' WHERE id = $1", [review.id]);
    const answer = await api.ask('GET', `/v1/reviews/${review.id}`, { as: 'auditor' });
    const problem = (await answer.json()) as { detail: string; requestId: string };
    expect(problem).toMatchObject({ status: 500, code: 'INTERNAL', requestId: answer.headers.get('x-request-id') });
    expect(problem.detail).not.toMatch(/null|undefined|property/i);
    expect(api.log.some((line) => line.includes(problem.requestId) && line.includes('stack'))).toBe(true);
  });
});

describe('without its database', () => {
  it('the app answers 503 with Retry-After, /readyz names who is away, and /healthz still answers', async () => {
    const database = connectDatabase({ url: 'postgres://nobody@127.0.0.1:9/none', max: 1 });
    const app = createApp({ ...api.deps, database, temporalProbe: async () => Promise.reject(new Error('away')) });
    const answer = await app.request('/v1/reviews', { headers: { authorization: `Bearer ${api.tokenOf('auditor')}` } });
    expect(await answer.json()).toMatchObject({ status: 503, code: 'NOT_READY' });
    expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(0);
    const ready = await app.request('/readyz');
    expect(await ready.json()).toMatchObject({ status: 503, code: 'NOT_READY', away: ['PostgreSQL', 'Temporal'] });
    expect((await app.request('/healthz')).status).toBe(200);
    await database.close();
  });
});

describe('operation', () => {
  it('is ready when PostgreSQL and Temporal answer a real call', async () => {
    expect(await (await api.ask('GET', '/readyz')).json()).toEqual({ status: 'ready' });
  });

  it('shows metrics to whoever is signed in: requests by route, work that waits, connections', async () => {
    await api.plantReview();
    expect((await api.ask('GET', '/metrics')).status).toBe(401);
    const text = await (await api.ask('GET', '/metrics', { as: 'admin' })).text();
    for (const name of [
      'countersign_http_request_duration_seconds_count{method="GET",route="/v1/policies",status="200"}',
      'countersign_outbox_lines',
      'countersign_reviews_open',
      'countersign_database_connections{state="idle"}',
    ])
      expect(text).toContain(name);
    expect(Number(/^countersign_reviews_open (\d+)$/m.exec(text)?.[1])).toBeGreaterThan(0);
  });
});
