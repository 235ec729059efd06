import { createDecipheriv, createECDH, createPublicKey, hkdfSync, randomBytes, verify } from 'node:crypto';
import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startCourier } from '../../courier/courier.ts';
import { planNotices } from '../../courier/plan-notices.ts';
import { createPushSender } from '../../courier/push-sender.ts';
import { appendEntries } from '../../db/queries/journal.ts';
import type { RunLoop } from '../../db/run-loop.ts';
import { isBrowserKey } from '../../integrations/push/push-keys.ts';
import { vapidKeysOf } from '../../integrations/push/vapid-keys.ts';
import { createTargetGuard } from '../../integrations/webhooks/target-guard.ts';
import { openApi, type Api, type PlantedReview } from '../support/api.ts';

const eventually = <T>(look: () => T) => expect.poll(look, { timeout: 20_000, interval: 20 });
const vapid = { ...vapidKeysOf(Buffer.alloc(32, 7)), subject: 'mailto:reviews@example.com' };
const admin = { type: 'user', id: 'admin' } as const;

interface Pushed {
  path: string;
  headers: IncomingHttpHeaders;
  body: Buffer;
}

/** Somebody's push service: takes what comes, and answers as told. */
async function startPushService() {
  const pushed: Pushed[] = [];
  const service = {
    url: '',
    pushed,
    answer: (_: Pushed): [number, Record<string, string>?] => [201],
    close: async () => {},
  };
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const one = { path: request.url ?? '', headers: request.headers, body: Buffer.concat(chunks) };
    pushed.push(one);
    response.writeHead(...service.answer(one)).end();
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  service.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  service.close = () =>
    new Promise((done) => {
      server.close(() => done());
      server.closeAllConnections();
    });
  return service;
}

/** A browser's side of a subscription: opens what was encrypted for it (RFC 8291, RFC 8188). */
function newBrowser() {
  const pair = createECDH('prime256v1');
  pair.generateKeys();
  const auth = randomBytes(16);
  const derive = (key: Buffer, salt: Buffer, info: Buffer, length: number) => Buffer.from(hkdfSync('sha256', key, salt, info, length)); // prettier-ignore
  return {
    keys: { p256dh: pair.getPublicKey('base64url'), auth: auth.toString('base64url') },
    open: (body: Buffer) => {
      const salt = body.subarray(0, 16);
      const theirs = body.subarray(21, 21 + body[20]!);
      const sealed = body.subarray(21 + body[20]!);
      const info = Buffer.concat([Buffer.from('WebPush: info\0'), pair.getPublicKey(), theirs]);
      const input = derive(pair.computeSecret(theirs), auth, info, 32);
      const key = derive(input, salt, Buffer.from('Content-Encoding: aes128gcm\0'), 16);
      const nonce = derive(input, salt, Buffer.from('Content-Encoding: nonce\0'), 12);
      const cipher = createDecipheriv('aes-128-gcm', key, nonce).setAuthTag(sealed.subarray(-16));
      const record = Buffer.concat([cipher.update(sealed.subarray(0, -16)), cipher.final()]);
      // The last record ends in a 2 and padding.
      return JSON.parse(record.subarray(0, record.lastIndexOf(2)).toString()) as Record<string, string>;
    },
  };
}

/** What the authorization says, where it holds under the key that it names. */
function readVapid({ headers: { authorization = '' } }: Pushed) {
  const [, token = '', k = ''] = /^vapid t=([^,]+), k=(.+)$/.exec(authorization) ?? [];
  const [head = '', claims = '', signature = ''] = token.split('.');
  const point = Buffer.from(k, 'base64url');
  const jwk = { kty: 'EC', crv: 'P-256', x: point.subarray(1, 33).toString('base64url'), y: point.subarray(33).toString('base64url') }; // prettier-ignore
  const key = createPublicKey({ key: jwk, format: 'jwk' });
  const holds = verify('sha256', Buffer.from(`${head}.${claims}`), { key, dsaEncoding: 'ieee-p1363' }, Buffer.from(signature, 'base64url')); // prettier-ignore
  return { k, holds, claims: JSON.parse(Buffer.from(claims, 'base64url').toString()) as Record<string, unknown> };
}

let api: Api;
let service: Awaited<ReturnType<typeof startPushService>>;
let courier: RunLoop | undefined;
beforeEach(async () => {
  api = await openApi();
  service = await startPushService();
});
afterEach(async () => {
  await courier?.stop();
  courier = undefined;
  await service.close();
  await api.close();
});

const startPushing = async (allowed = ['127.0.0.1']) => {
  const { database } = api;
  const push = createPushSender({ pool: database.pool, guard: createTargetGuard({ allowed }), vapid, now: () => new Date() }); // prettier-ignore
  courier = await startCourier({
    database,
    senders: [],
    noticeSenders: [push],
    publicUrl: 'http://countersign.test',
    plan: async (entries, client) => void (await planNotices(entries, client, new Date(), { publicUrl: 'http://countersign.test', configured: ['push'] })), // prettier-ignore
    onError: () => {},
    pollMs: 20,
  });
};

const path = '/v1/people/me/push';
const subscribe = (as: string, endpoint: string, keys = newBrowser().keys) => api.ask('PUT', path, { as, body: { endpoint, keys } }); // prettier-ignore
const endpointsOf = async (as: string) =>
  (await api.read<{ subscriptions: { endpoint: string }[] }>(path, as)).subscriptions.map(({ endpoint }) => endpoint);

/** A browser whose push service is ours; that speaks no https, so its place is written down behind the route. */
async function subscribeHere(as: string, name: string, url = service.url) {
  const browser = newBrowser();
  expect((await subscribe(as, `https://push.example.com/${name}`, browser.keys)).status).toBe(200);
  await api.database.pool.query(`UPDATE push_subscriptions SET endpoint = $2 WHERE endpoint = $1`, [`https://push.example.com/${name}`, `${url}/${name}`]); // prettier-ignore
  return browser;
}

const journal = (review: PlantedReview, type: 'review.opened' | 'review.forwarded' | 'review.reminded' | 'review.commented', data = {}, reason = 'Because') =>
  api.database.withTransaction((tx) => appendEntries(tx, [{ stream: review.modelVersionId, type, actor: admin, reason, data: { reviewId: review.id, ...data } }], new Date())); // prettier-ignore
const notices = async () =>
  (await api.database.pool.query<{ handle: string; kind: string; sent: boolean; given_up: boolean; last_error: string | null }>(
    `SELECT handle, kind, sent_at IS NOT NULL AS sent, is_given_up AS given_up, last_error FROM notices WHERE channel = 'push' ORDER BY created_at, kind, handle`,
  )).rows; // prettier-ignore
const settled = async () => (await notices()).map(({ sent, given_up }) => sent || given_up);

describe('a push', () => {
  it('tells each browser of a person, in words that only that browser reads, of a review that came to them', async () => {
    const phone = await subscribeHere('validator-1', 'phone');
    const laptop = await subscribeHere('validator-1', 'laptop');
    await subscribeHere('compliance-1', 'not-asked');
    const review = await api.plantReview();
    await startPushing();
    await journal(review, 'review.opened');
    await eventually(() => service.pushed.map((one) => one.path).sort()).toEqual(['/laptop', '/phone']);
    for (const [browser, name] of [[phone, '/phone'], [laptop, '/laptop']] as const) {
      const pushed = service.pushed.find((one) => one.path === name)!;
      expect(browser.open(pushed.body)).toEqual({
        title: `Validation of ${review.model} 1 waits for you`,
        body: `Is ${review.model} 1 sound?`,
        url: `/reviews/${review.id}`,
        tag: pushed.headers.topic,
      });
      expect(pushed.headers).toMatchObject({ 'content-encoding': 'aes128gcm', ttl: '86400' });
      expect(pushed.body.includes(review.model)).toBe(false);
      const { k, holds, claims } = readVapid(pushed);
      expect([k, holds, claims.aud, claims.sub]).toEqual([vapid.publicKey, true, service.url, vapid.subject]);
    }
    expect(() => phone.open(service.pushed.find((one) => one.path === '/laptop')!.body)).toThrow('unable to authenticate');
    expect((await api.read<{ publicKey: string }>(path, 'validator-1')).publicKey).toBe(vapid.publicKey);
  }); // prettier-ignore

  it('comes once, by however many steps the review comes, and not of a review that is over', async () => {
    await subscribeHere('validator-1', 'phone');
    const review = await api.plantReview();
    const over = await api.plantReview();
    await journal(over, 'review.opened');
    await startPushing();
    await journal(review, 'review.opened');
    await journal(review, 'review.forwarded', { to: 'validator-1' });
    await api.decideOn(over, 'validator-2');
    await journal(over, 'review.opened');
    await journal(review, 'review.reminded');
    await eventually(settled).toEqual([true, true]);
    expect((await notices()).map(({ kind }) => kind)).toEqual(['opened', 'reminded']);
    expect(service.pushed).toHaveLength(2);
  });

  it('of a mention leaves out the words that the policy holds back from Slack', async () => {
    const phone = await subscribeHere('compliance-1', 'phone');
    const review = await api.plantReview();
    await startPushing();
    await journal(review, 'review.commented', { mentions: ['compliance-1'] }, 'Look at the gap.');
    await eventually(() => service.pushed.length).toBe(1);
    await api.database.pool.query(`UPDATE reviews SET terms = jsonb_set(terms, '{rules,notify,slack,redact}', '["reasons"]') WHERE id = $1`, [review.id]); // prettier-ignore
    await journal(review, 'review.commented', { mentions: ['compliance-1'] }, 'Look at the gap.');
    await eventually(() => service.pushed.length).toBe(2);
    expect(service.pushed.map(({ body }) => phone.open(body).body!.includes('Look at the gap.'))).toEqual([true, false]); // prettier-ignore
  });

  it('waits for the end of quiet hours, and is not sent when the review ended meanwhile', async () => {
    await subscribeHere('validator-1', 'phone');
    const inHours = (count: number) => new Date(Date.now() + count * 3_600_000).toISOString().slice(11, 16);
    await api.ask('PUT', '/v1/people/me/preferences', { as: 'validator-1', body: { quietHours: { from: inHours(-1), to: inHours(3) } } }); // prettier-ignore
    const review = await api.plantReview();
    await startPushing();
    await journal(review, 'review.opened');
    await eventually(async () => (await notices()).length).toBe(1);
    expect(await settled()).toEqual([false]);
    await api.decideOn(review, 'validator-2');
    await api.database.pool.query('UPDATE notices SET available_at = clock_timestamp()');
    await eventually(settled).toEqual([true]);
    expect(service.pushed).toEqual([]);
  });

  it('goes no more to a browser that its service forgot, again where that is busy, and once where it refuses', async () => {
    for (const name of ['gone', 'busy', 'refusing', 'elsewhere']) await subscribeHere('validator-1', name);
    const times = new Map<string, number>();
    const canary = await startPushService();
    service.answer = ({ path: its }) => {
      const time = (times.get(its) ?? 0) + 1;
      times.set(its, time);
      if (its === '/gone') return [410];
      if (its === '/refusing') return [403];
      if (its === '/elsewhere') return [307, { location: canary.url }];
      return time === 1 ? [503] : [201];
    };
    const review = await api.plantReview();
    await startPushing();
    await journal(review, 'review.opened');
    await eventually(settled).toEqual([true, true, true, true]);
    expect(Object.fromEntries(times)).toEqual({ '/gone': 1, '/busy': 2, '/refusing': 1, '/elsewhere': 1 });
    expect(canary.pushed).toEqual([]);
    expect((await endpointsOf('validator-1')).map((one) => new URL(one).pathname).sort()).toEqual(['/busy', '/elsewhere', '/refusing']); // prettier-ignore
    expect((await notices()).flatMap((one) => (one.given_up ? String(one.last_error) : [])).sort()).toEqual(['answered 307', 'answered 403']); // prettier-ignore
    await canary.close();
  });

  it('never goes to what only we can reach', async () => {
    await subscribeHere('validator-1', 'inside');
    const review = await api.plantReview();
    await startPushing([]);
    await journal(review, 'review.opened');
    await eventually(settled).toEqual([true]);
    expect(await notices()).toMatchObject([{ given_up: true, last_error: '127.0.0.1 is not an address of the open internet.' }]); // prettier-ignore
    expect(service.pushed).toEqual([]);
  });
});

describe('browsers that get pushes', () => {
  it("are a person's own: nobody else reads them, ends them or takes them over", async () => {
    const endpoint = 'https://push.example.com/of-validator-1';
    const { keys } = newBrowser();
    expect((await subscribe('validator-1', endpoint, keys)).status).toBe(200);
    expect(await endpointsOf('validator-2')).toEqual([]);
    expect((await api.ask('DELETE', path, { as: 'validator-2', body: { endpoint } })).status).toBe(204);
    expect((await subscribe('validator-2', endpoint)).status).toBe(403);
    expect(await endpointsOf('validator-1')).toEqual([endpoint]);
    // The browser itself proves by its keys that somebody else sits before it now.
    expect((await subscribe('validator-2', endpoint, keys)).status).toBe(200);
    expect([await endpointsOf('validator-1'), await endpointsOf('validator-2')]).toEqual([[], [endpoint]]);
    expect((await api.ask('DELETE', path, { as: 'validator-2', body: { endpoint } })).status).toBe(204);
    expect(await endpointsOf('validator-2')).toEqual([]);
    expect((await api.ask('GET', path)).status).toBe(401);
    expect((await subscribe('pipeline', endpoint)).status).toBe(403);
  });

  it('are ten at most: the oldest gives way', async () => {
    for (let number = 1; number <= 12; number++) await subscribe('validator-1', `https://push.example.com/${number}`);
    const kept = await endpointsOf('validator-1');
    expect(kept).toHaveLength(10);
    expect(kept).not.toContain('https://push.example.com/2');
  });

  it('are refused where address or keys cannot be', async () => {
    const { keys } = newBrowser();
    const good = { endpoint: 'https://push.example.com/x', keys };
    const offCurve = Buffer.concat([Buffer.from([4]), Buffer.alloc(64, 1)]).toString('base64url');
    for (const [body, pointer] of [
      [{ ...good, endpoint: 'http://push.example.com/x' }, '/endpoint'],
      [{ ...good, endpoint: 'https://10.0.0.1/x' }, '/endpoint'],
      [{ ...good, endpoint: 'https://localhost/x' }, '/endpoint'],
      [{ ...good, endpoint: `https://push.example.com/${'x'.repeat(1000)}` }, '/endpoint'],
      [{ ...good, keys: { ...keys, p256dh: offCurve } }, '/keys/p256dh'],
      [{ ...good, keys: { ...keys, p256dh: `${keys.p256dh}==` } }, '/keys/p256dh'],
      [{ ...good, keys: { ...keys, auth: 'AAAA' } }, '/keys/auth'],
      [{ ...good, expirationTime: null }, '/expirationTime'],
    ] as const) {
      const answer = await api.ask('PUT', path, { as: 'validator-1', body });
      expect([answer.status, await answer.json()]).toMatchObject([422, { errors: [{ pointer }] }]);
    }
    expect(await endpointsOf('validator-1')).toEqual([]);
  });

  it('know the installation by one key, made of its secret alone', () => {
    const seeds = Array.from({ length: 50 }, () => randomBytes(32));
    for (const seed of seeds) {
      const { publicKey, privateKey } = vapidKeysOf(seed);
      expect(vapidKeysOf(seed)).toEqual({ publicKey, privateKey });
      expect([isBrowserKey(publicKey), Buffer.from(privateKey, 'base64url').length]).toEqual([true, 32]);
    }
    expect(new Set(seeds.map((seed) => vapidKeysOf(seed).publicKey)).size).toBe(50);
  });
});
