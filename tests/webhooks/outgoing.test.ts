import { randomBytes } from 'node:crypto';
import { Webhook } from 'standardwebhooks';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startWebhooks } from '../../courier/webhooks.ts';
import { retryScheduleMs } from '../../integrations/webhooks/retry-schedule.ts';
import { createTargetGuard } from '../../integrations/webhooks/target-guard.ts';
import type { RunLoop } from '../../db/run-loop.ts';
import { openApi, type Api } from '../support/api.ts';
import { startReceiver, type Receiver } from '../support/receiver.ts';

/** What becomes so in a moment; on a busy machine a moment may be long. */
const eventually = <T>(look: () => T) => expect.poll(look, { timeout: 20_000, interval: 20 });

const secretKey = randomBytes(32);
const guard = createTargetGuard({ allowed: ['127.0.0.1'] });

let api: Api;
let receiver: Receiver;
let loops: RunLoop[] = [];
/** How far the clock of the sender is ahead. */
let aheadMs: number;
let clock: NodeJS.Timeout | undefined;

beforeEach(async () => {
  aheadMs = 0;
  api = await openApi({ webhooks: { guard, secretKey } });
  receiver = await startReceiver();
});
afterEach(async () => {
  clearInterval(clock);
  await Promise.all(loops.map((loop) => loop.stop()));
  loops = [];
  await receiver.close();
  await api.close();
});

const start = async (count = 1) => {
  for (let number = 0; number < count; number++)
    loops.push(
      await startWebhooks({
        database: api.database,
        guard,
        secretKey,
        publicUrl: 'http://countersign.test',
        now: () => new Date(Date.now() + aheadMs),
        onError: (error) => console.error(error),
        pollMs: 20,
      }),
    );
};

interface Added {
  id: string;
  secret: string;
}
const add = async (body: Record<string, unknown> = {}): Promise<Added> => {
  const answer = await api.ask('POST', '/v1/webhook-endpoints', { as: 'admin', body: { url: receiver.url, reason: 'The pipeline wants to know', ...body } }); // prettier-ignore
  expect(answer.status).toBe(201);
  return (await answer.json()) as Added;
};
const events = () => receiver.received.map(({ body }) => JSON.parse(body) as { id: string; type: string; subject: string; data: Record<string, unknown> }); // prettier-ignore
const deliveriesOf = async (id: string) => (await api.read<{ items: { id: string; type: string; state: string; attempts: number; nextAttemptAt: string | null; lastError: string | null }[] }>(`/v1/webhook-endpoints/${id}/deliveries`)).items; // prettier-ignore

describe('an outgoing webhook', () => {
  it('tells a pipeline the outcome of a review, in order, signed, as a CloudEvent that says who acted', async () => {
    await start();
    const { secret } = await add();
    const review = await api.plantReview();
    expect((await api.decideOn(review, 'validator-1')).status).toBe(201);
    await eventually(() => events().map(({ type }) => type)).toEqual(['review.decided', 'review.completed']);
    const [decided] = receiver.received;
    expect(new Webhook(secret).verify(decided!.body, decided!.headers as Record<string, string>)).toMatchObject({
      specversion: '1.0',
      source: 'http://countersign.test',
      subject: review.id,
      datacontenttype: 'application/json',
      authtype: 'user',
      authid: 'validator-1',
      data: {
        modelVersion: { id: review.modelVersionId, model: review.model, version: '1', riskTier: 'high' },
        review: { id: review.id, state: 'COMPLETED', outcome: 'APPROVED', revision: 2, quorum: { approvals: 1 } },
        outcome: 'APPROVED',
        reason: expect.stringContaining('Read the plan') as string,
        links: { html: `http://countersign.test/reviews/${review.id}` },
      },
    });
    expect(Math.max(...receiver.received.map(({ body }) => Buffer.byteLength(body)))).toBeLessThan(20_000);
  });

  it('comes once and in order of its review, however many processes send, whatever is refused meanwhile', async () => {
    await start(3);
    await add();
    // Every third one is refused at first, so that others could overtake it.
    const taken = new Map<string, string[]>();
    const refused = new Set<string>();
    receiver.answer(({ headers, body }, response) => {
      const id = String(headers['webhook-id']);
      if (!refused.has(id) && (receiver.received.length - refused.size) % 3 === 0) {
        refused.add(id);
        return void response.writeHead(500).end();
      }
      const { subject, type } = JSON.parse(body) as { subject: string; type: string };
      taken.set(subject, [...(taken.get(subject) ?? []), type]);
      response.writeHead(204).end();
    });
    const reviews = await Promise.all(Array.from({ length: 8 }, () => api.plantReview()));
    for (const review of reviews) {
      await api.ask('PUT', `/v1/reviews/${review.id}/assignment`, { as: 'validator-1' });
      await api.decideOn(review, 'validator-1');
    }
    // Fast enough for second attempts, slow enough for what is on its way to keep its lease.
    clock = setInterval(() => void (aheadMs += 1_000), 100);
    const expected = reviews.map(({ id }) => [id, ['review.claimed', 'review.decided', 'review.completed']]);
    await eventually(() => Object.fromEntries(taken)).toEqual(Object.fromEntries(expected));
    expect(refused.size).toBeGreaterThan(3);
  });

  it('is tried ten times at the times of the standard, then given up, which the journal says; the next one goes on', async () => {
    receiver.answer(
      ({ body }, response) => void response.writeHead(body.includes('"review.claimed"') ? 500 : 204).end(),
    );
    await start();
    const { id } = await add({ types: ['review.claimed', 'review.released'] });
    const review = await api.plantReview();
    await api.ask('PUT', `/v1/reviews/${review.id}/assignment`, { as: 'validator-1' });
    await api.ask('DELETE', `/v1/reviews/${review.id}/assignment`, { as: 'validator-1' });
    /** How long the delivery waits from now on, as a share of what the standard says; an attempt under way waits for its lease. */
    const waits = async (delayMs: number) => {
      const claimed = (await deliveriesOf(id)).at(-1);
      return claimed?.nextAttemptAt ? (Date.parse(claimed.nextAttemptAt) - Date.now() - aheadMs) / delayMs : Number.NaN;
    };
    for (const [index, delayMs] of retryScheduleMs.slice(1).entries()) {
      const attempts = index + 1;
      await eventually(() => receiver.received.length).toBe(attempts);
      // The clock of the test runs on while it looks.
      await eventually(() => waits(delayMs)).toSatisfy((share: number) => share > 0.5 && share <= 1);
      expect(receiver.received).toHaveLength(attempts);
      aheadMs += delayMs;
    }
    await eventually(async () => (await deliveriesOf(id)).at(-1)!.state).toBe('GIVEN_UP');
    expect(await api.journalOf('webhooks')).toMatchObject([
      { type: 'webhook_endpoint.added', actor: { id: 'admin' } },
      { type: 'delivery.given_up', data: { endpointId: id, type: 'review.claimed', attempts: 10, status: 500 } },
    ]);
    await eventually(async () => (await deliveriesOf(id))[0]).toMatchObject({ type: 'review.released', state: 'DELIVERED' }); // prettier-ignore
    expect(receiver.received).toHaveLength(11);
    expect(new Set(receiver.received.slice(0, 10).map(({ body }) => body)).size).toBe(1);
    expect(new Set(receiver.received.slice(0, 10).map(({ headers }) => headers['webhook-id'])).size).toBe(1);
  });

  it('goes to an endpoint no more once that says 410, which the journal says', async () => {
    receiver.answer((_, response) => void response.writeHead(410).end());
    await start();
    const { id } = await add();
    const review = await api.plantReview();
    await api.decideOn(review, 'validator-1');
    await eventually(async () => (await deliveriesOf(id)).map(({ state }) => state)).toEqual(['GIVEN_UP', 'GIVEN_UP']);
    expect(receiver.received).toHaveLength(1);
    expect((await api.journalOf('webhooks')).at(-1)).toMatchObject({ type: 'webhook_endpoint.disabled', data: { endpointId: id } }); // prettier-ignore
    expect(await api.read(`/v1/webhook-endpoints/${id}`)).toMatchObject({ isActive: false, disabledReason: 'The endpoint answered 410: it wants no more.' }); // prettier-ignore
  });

  it('waits as long as the receiver asks for', async () => {
    receiver.answer((_, response) => void response.writeHead(429, { 'retry-after': '3600' }).end());
    await start();
    const { id } = await add({ types: ['review.completed'] });
    const review = await api.plantReview();
    await api.decideOn(review, 'validator-1');
    await eventually(async () => (await deliveriesOf(id))[0]?.lastError).toBe('answered 429');
    const [waiting] = await deliveriesOf(id);
    expect(Date.parse(waiting!.nextAttemptAt!) - Date.now()).toBeGreaterThan(3_500_000);
  });

  it('tells only what was asked for: types and model', async () => {
    await start();
    const review = await api.plantReview();
    await add({ types: ['gate.approved'] });
    await add({ model: 'another-model' });
    await add({ types: ['review.completed'], model: review.model });
    await api.decideOn(review, 'validator-1');
    const last = await api.plantReview();
    await add({ model: last.model, types: ['review.claimed'] });
    await api.ask('PUT', `/v1/reviews/${last.id}/assignment`, { as: 'validator-1' });
    await eventually(() => events().map(({ type, subject }) => `${type} ${subject}`)).toEqual([`review.completed ${review.id}`, `review.claimed ${last.id}`]); // prettier-ignore
    expect(receiver.received).toHaveLength(2);
  });
});

describe('endpoints of outgoing webhooks', () => {
  it('are for administrators; auditors may look', async () => {
    const { id } = await add();
    const path = `/v1/webhook-endpoints/${id}`;
    for (const as of ['validator-1', 'pipeline', 'data-scientist-1'])
      for (const [method, where] of [
        ['GET', '/v1/webhook-endpoints'],
        ['GET', path],
        ['GET', `${path}/deliveries`],
        ['DELETE', `${path}?reason=x`],
        ['POST', `${path}/test`],
      ] as const)
        // prettier-ignore
        expect((await api.ask(method, where, { as })).status, `${as} ${method} ${where}`).toBe(403);
    expect((await api.ask('POST', '/v1/webhook-endpoints', { as: 'auditor', body: { url: receiver.url, reason: 'x' } })).status).toBe(403); // prettier-ignore
    expect((await api.ask('POST', `${path}/rotate-secret`, { as: 'auditor', body: { reason: 'x' } })).status).toBe(403);
    expect((await api.ask('GET', path, { as: 'auditor' })).status).toBe(200);
    expect((await api.journalOf('webhooks')).map(({ type }) => type)).toEqual(['webhook_endpoint.added']);
  });

  it('lie on the open internet; anything else is refused with the field, and nothing is written', async () => {
    for (const url of ['http://169.254.169.254/latest', 'https://localhost/', 'https://10.0.0.1/', 'https://user:pw@hooks.example.com/', 'ftp://hooks.example.com/', 'nonsense']) {
      const answer = await api.ask('POST', '/v1/webhook-endpoints', { as: 'admin', body: { url, reason: 'x' } });
      expect([answer.status, await answer.json()]).toMatchObject([422, { code: 'INVALID', errors: [{ pointer: '/url' }] }]); // prettier-ignore
    }
    expect(await api.read('/v1/webhook-endpoints')).toEqual({ items: [], nextCursor: null });
    expect(await api.journalOf('webhooks')).toEqual([]);
  }); // prettier-ignore

  it('show a secret once, and keep none in the clear', async () => {
    const { id, secret } = await add();
    expect(secret).toMatch(/^whsec_/);
    expect(await api.read(`/v1/webhook-endpoints/${id}`)).not.toHaveProperty('secret');
    const { rows } = await api.database.pool.query<{ text: string }>('SELECT row_to_json(e)::text AS text FROM webhook_endpoints e'); // prettier-ignore
    expect(rows[0]!.text).not.toContain(secret.slice(6, 30));
    const signed = (await (await api.ask('POST', '/v1/webhook-endpoints', { as: 'admin', body: { url: receiver.url, algorithm: 'v1a', reason: 'x' } })).json()) as Record<string, unknown>; // prettier-ignore
    expect(signed).toMatchObject({ secret: null, publicKey: expect.stringMatching(/^whpk_/) as string });
  });

  it('rotate their secret without a gap: for a day both sign', async () => {
    await start();
    const { id, secret: old } = await add({ types: ['webhook_endpoint.test'] });
    const rotated = (await (await api.ask('POST', `/v1/webhook-endpoints/${id}/rotate-secret`, { as: 'admin', body: { reason: 'Yearly' } })).json()) as Added; // prettier-ignore
    const signersOf = ({ body, headers }: Receiver['received'][number]) =>
      [old, rotated.secret].filter((secret) => {
        try {
          return new Webhook(secret).verify(body, headers as Record<string, string>) !== undefined;
        } catch {
          return false;
        }
      });
    await api.ask('POST', `/v1/webhook-endpoints/${id}/test`, { as: 'admin' });
    await eventually(() => receiver.received.length).toBe(1);
    expect(signersOf(receiver.received[0]!)).toEqual([old, rotated.secret]);
    await api.database.pool.query(`UPDATE webhook_endpoints SET previous_secret_until = now() - interval '1 second'`);
    await api.ask('POST', `/v1/webhook-endpoints/${id}/test`, { as: 'admin' });
    await eventually(() => receiver.received.length).toBe(2);
    expect(signersOf(receiver.received[1]!)).toEqual([rotated.secret]);
  });

  it('say so when they cannot be signed for any more, and stay readable', async () => {
    await start();
    const { id } = await add({ types: ['webhook_endpoint.test'], algorithm: 'v1a' });
    await api.database.pool.query(`UPDATE webhook_endpoints SET secret = 'gcm.' || repeat('A', 120)`);
    await api.ask('POST', `/v1/webhook-endpoints/${id}/test`, { as: 'admin' });
    await eventually(async () => (await deliveriesOf(id))[0]?.lastError).toContain('cannot be opened');
    expect(receiver.received).toEqual([]);
    expect(await api.read(`/v1/webhook-endpoints/${id}`)).toMatchObject({ id, publicKey: null });
  });

  it('get nothing more once removed', async () => {
    await start();
    const { id } = await add();
    expect((await api.ask('DELETE', `/v1/webhook-endpoints/${id}?reason=Gone`, { as: 'admin' })).status).toBe(204);
    expect((await api.ask('GET', `/v1/webhook-endpoints/${id}`, { as: 'admin' })).status).toBe(404);
    expect((await api.ask('DELETE', `/v1/webhook-endpoints/${id}?reason=Gone`, { as: 'admin' })).status).toBe(404);
    const other = await add({ types: ['review.completed'] });
    const review = await api.plantReview();
    await api.decideOn(review, 'validator-1');
    await eventually(async () => (await deliveriesOf(other.id))[0]?.state).toBe('DELIVERED');
    expect(receiver.received).toHaveLength(1);
  });
});
