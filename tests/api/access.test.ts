import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { signInDemo } from '../../api/services/sign-in-demo.ts';
import { signInWithToken } from '../../api/services/sign-in-with-token.ts';
import { signOut } from '../../api/services/sign-out.ts';
import { openApi, type Api } from '../support/api.ts';
import { createPlainApp } from '../support/plain-app.ts';

let api: Api;
let clock = new Date('2026-11-21T10:00:00Z');
beforeAll(async () => {
  api = await openApi({ now: () => clock, rateLimits: { failures: { requests: 5, seconds: 60 } } });
});
afterAll(() => api.close());

const cookie = (secret: string) => ({ cookie: `__Host-countersign=${secret}` });
const statusOf = async (headers: Record<string, string>) => (await api.ask('GET', '/v1/reviews', { headers })).status;
const hours = (count: number) => new Date(clock.getTime() + count * 3_600_000);

describe('a bearer token', () => {
  it('lets its person in, by the API channel', async () => {
    expect(await statusOf({ authorization: `Bearer ${api.tokenOf('validator-1')}` })).toBe(200);
  });

  it('is kept only as its hash', async () => {
    const token = api.tokenOf('validator-1');
    const { rows } = await api.database.pool.query(
      "SELECT count(*)::int AS n FROM access_tokens WHERE token_hash LIKE '%' || $1 || '%'",
      [token],
    );
    expect(rows[0]).toEqual({ n: 0 });
  });

  it('is refused with 401 and a challenge when it is missing, of another scheme, or nobody’s; guessing is slowed down, and locks nobody out', async () => {
    const answer = await api.ask('GET', '/v1/reviews');
    expect(answer.status).toBe(401);
    expect(answer.headers.get('www-authenticate')).toContain('Bearer');
    expect(await answer.json()).toMatchObject({ code: 'UNAUTHENTICATED', status: 401 });
    const guesses = [
      'Basic dXNlcjpwYXNz',
      'Bearer',
      `Bearer cst_${'A'.repeat(43)}`,
      `Token ${api.tokenOf('auditor')}`,
      `Bearer ${api.tokenOf('auditor')}x`,
    ];
    for (const authorization of guesses) expect(await statusOf({ authorization })).toBe(401);
    const slowed = await api.ask('GET', '/v1/reviews', { headers: { authorization: 'Bearer again' } });
    expect(slowed.status).toBe(429);
    expect(Number(slowed.headers.get('retry-after'))).toBeGreaterThan(0);
    expect(await statusOf({ authorization: `Bearer ${api.tokenOf('auditor')}` })).toBe(200);
  });

  it('ends the moment it is revoked, and when its person is deactivated', async () => {
    const authorization = `Bearer ${api.tokenOf('compliance-2')}`;
    await api.database.pool.query("UPDATE people SET is_active = false WHERE handle = 'compliance-2'");
    expect([401, 429]).toContain(await statusOf({ authorization }));
    await api.database.pool.query("UPDATE people SET is_active = true WHERE handle = 'compliance-2'");
    expect(await statusOf({ authorization })).toBe(200);
    await api.database.pool.query("UPDATE access_tokens SET revoked_at = now() WHERE handle = 'compliance-2'");
    expect([401, 429]).toContain(await statusOf({ authorization }));
  });
});

describe('a token on the sign-in page', () => {
  it('lets its person in; guessing is slowed down there too, and locks nobody out', async () => {
    const app = createPlainApp(api.database, { rateLimits: { failures: { requests: 5, seconds: 60 } } });
    const signIn = async (token: string) => {
      const headers = { origin: 'http://countersign.test', 'content-type': 'application/x-www-form-urlencoded' };
      return (await app.request('/sign-in', { method: 'POST', headers, body: `token=${token}` })).status;
    };
    for (let guess = 0; guess < 5; guess++) expect(await signIn(`cst_guess${guess}`)).toBe(401);
    expect(await signIn('cst_again')).toBe(429);
    expect(await signIn(api.tokenOf('auditor'))).toBe(303);
  });
});

describe('a session', () => {
  it('lets a browser in, and is of no use after signing out', async () => {
    const { secret } = await signInDemo(api.deps, 'validator-1');
    expect(await statusOf(cookie(secret))).toBe(200);
    await signOut(api.deps, secret);
    expect(await statusOf(cookie(secret))).toBe(401);
  });

  it('gets a new secret at every sign-in, and the one before ends', async () => {
    const first = await signInDemo(api.deps, 'validator-1');
    const second = await signInWithToken(api.deps, api.tokenOf('validator-1'), first.secret);
    expect(second.secret).not.toBe(first.secret);
    expect(await statusOf(cookie(first.secret))).toBe(401);
    expect(await statusOf(cookie(second.secret))).toBe(200);
  });

  it('ends after 12 idle hours, and after 24 however busy', async () => {
    const start = clock;
    const idle = await signInDemo(api.deps, 'validator-1');
    const busy = await signInDemo(api.deps, 'validator-2');
    clock = hours(11.9);
    expect(await statusOf(cookie(busy.secret))).toBe(200);
    clock = hours(0.2);
    expect(await statusOf(cookie(idle.secret))).toBe(401);
    expect(await statusOf(cookie(busy.secret))).toBe(200);
    clock = new Date(start.getTime() + 23 * 3_600_000);
    expect(await statusOf(cookie(busy.secret))).toBe(200);
    clock = new Date(start.getTime() + 24 * 3_600_000);
    expect(await statusOf(cookie(busy.secret))).toBe(401);
    clock = start;
  });

  it('of a deactivated person ends at once', async () => {
    const { secret } = await signInDemo(api.deps, 'domain-expert');
    await api.database.pool.query("UPDATE people SET is_active = false WHERE handle = 'domain-expert'");
    expect(await statusOf(cookie(secret))).toBe(401);
  });

  it('is not given to software, and by a press only in the demonstration', async () => {
    await expect(signInDemo(api.deps, 'pipeline')).rejects.toMatchObject({ code: 'NOT_FOUND' });
    await expect(signInWithToken(api.deps, api.tokenOf('pipeline'))).rejects.toMatchObject({ code: 'UNAUTHENTICATED' });
    await expect(signInDemo({ ...api.deps, demo: false }, 'validator-1')).rejects.toMatchObject({ code: 'FORBIDDEN' });
  });
});

describe('an export, which is journaled in the name of who asks', () => {
  const paths = ['/v1/journal/export', '/v1/approvals/export'];
  const exports = async () => {
    const { rows } = await api.database.pool.query<{ count: number }>("SELECT count(*)::int FROM journal.entries WHERE type IN ('journal.exported', 'approvals.exported')"); // prettier-ignore
    return rows[0]!.count;
  };
  const statusFrom = async (path: string, headers: Record<string, string>, method = 'GET') => {
    const answer = await api.ask(method, path, { headers: { host: 'countersign.test', ...headers } });
    await answer.text();
    return answer.status;
  };

  it.each(paths)('is not made by a link elsewhere, but by our pages, by hand and by tokens (%s)', async (path) => {
    const { secret } = await signInDemo(api.deps, 'auditor');
    const before = await exports();
    for (const site of ['cross-site', 'same-site', 'cross-site, same-origin'])
      expect(await statusFrom(path, { ...cookie(secret), 'sec-fetch-site': site, 'sec-fetch-mode': 'navigate' })).toBe(403); // prettier-ignore
    expect(await exports()).toBe(before);
    for (const site of ['same-origin', 'none'])
      expect(await statusFrom(path, { ...cookie(secret), 'sec-fetch-site': site })).toBe(200);
    const authorization = `Bearer ${api.tokenOf('auditor')}`;
    expect(await statusFrom(path, { authorization, 'sec-fetch-site': 'cross-site' })).toBe(200);
    expect(await exports()).toBe(before + 3);
  });

  it.each(paths)('is not made by asking for its headers (%s)', async (path) => {
    const before = await exports();
    const answer = await api.ask('HEAD', path, { as: 'auditor' });
    expect([answer.status, await answer.text()]).toEqual([200, '']);
    expect(answer.headers.get('content-disposition')).toMatch(/^attachment; filename="/);
    expect(await exports()).toBe(before);
  });
});

describe('a request that another site made a browser send', () => {
  const claim = async (headers: Record<string, string>) => {
    const { secret } = await signInDemo(api.deps, 'validator-1');
    const review = await api.plantReview();
    return (
      await api.ask('PUT', `/v1/reviews/${review.id}/assignment`, {
        headers: { ...cookie(secret), host: 'countersign.test', ...headers },
      })
    ).status;
  };

  it('is refused by where it comes from', async () => {
    expect(await claim({ origin: 'http://evil.test' })).toBe(403);
    expect(await claim({ origin: 'null' })).toBe(403);
    expect(await claim({ 'sec-fetch-site': 'cross-site', origin: 'http://countersign.test' })).toBe(403);
    expect(await claim({ 'sec-fetch-site': 'same-site' })).toBe(403);
  });

  it('is told from one of our own pages, and from what no browser sends', async () => {
    expect(await claim({ origin: 'http://countersign.test' })).toBe(200);
    expect(await claim({ 'sec-fetch-site': 'same-origin', origin: 'null' })).toBe(200);
    expect(await claim({})).toBe(200);
  });

  it('cannot decide by GET, nor with a form', async () => {
    const { secret } = await signInDemo(api.deps, 'validator-1');
    const review = await api.plantReview();
    const path = `/v1/reviews/${review.id}/decisions`;
    expect((await api.ask('GET', path, { headers: cookie(secret) })).status).toBe(405);
    for (const type of ['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data']) {
      const headers = {
        ...cookie(secret),
        origin: 'http://countersign.test',
        'content-type': type,
        'idempotency-key': 'k',
      };
      expect((await api.ask('POST', path, { headers, body: '{"outcome":"APPROVED"}' })).status).toBe(415);
    }
  });
});
