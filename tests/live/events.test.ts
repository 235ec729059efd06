import { connect, type AddressInfo, type Socket } from 'node:net';
import { serve, type ServerType } from '@hono/node-server';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createLiveFeed } from '../../api/live/live-feed.ts';
import { startTail } from '../../relay/tail-loop.ts';
import { listenForWakeUps } from '../../relay/wake-up.ts';
import type { RunLoop } from '../../db/run-loop.ts';
import { openApi, type Api } from '../support/api.ts';
import { connectLive, type LiveClient } from '../support/live-client.ts';

/** What becomes so in a moment; on a busy machine a moment may be long. */
const eventually = <T>(look: () => T) => expect.poll(look, { timeout: 20_000, interval: 20 });

const live = createLiveFeed({ kept: 40, replayed: 10, heartbeatMs: 100 });
let api: Api;
let server: ServerType;
let port: number;
let tail: RunLoop;
let stopListening: () => Promise<void>;

beforeAll(async () => {
  api = await openApi({ live });
  tail = startTail({
    database: api.database,
    isWanted: live.isWanted,
    onBegin: live.begin,
    onPause: live.pause,
    onEntries: ({ events, deactivated }) => {
      live.publish(events);
      live.dismiss(deactivated);
    },
    onError: (error) => console.error(error),
  });
  live.whenWanted(tail.wake);
  stopListening = listenForWakeUps(api.databaseUrls.databaseUrl, tail.wake);
  server = serve({ fetch: api.app.fetch, port: 0, hostname: '127.0.0.1' });
  await new Promise((done) => server.once('listening', done));
  ({ port } = server.address() as AddressInfo);
});
afterAll(async () => {
  live.stop();
  server.close();
  await stopListening();
  await tail.stop();
  await api.close();
});

const listen = (as: string, lastEventId?: string): Promise<LiveClient> =>
  connectLive(port, { token: api.tokenOf(as), ...(lastEventId === undefined ? {} : { lastEventId }) });

const heard = (client: LiveClient, count: number) => eventually(() => client.messages.length).toBe(count);

/** A review that waits, once nothing of its making is under way to any listener. */
async function plantQuietly() {
  const watcher = await listen('auditor');
  const review = await api.plantReview();
  await eventually(() => watcher.messages.some((event) => event.modelVersionId === review.modelVersionId)).toBe(true);
  watcher.close();
  return review;
}

describe('GET /v1/events', () => {
  it('tells everybody alike that a review moved, and says nothing of who decided or why', async () => {
    const review = await plantQuietly();
    const clients = await Promise.all(['validator-1', 'compliance-1', 'auditor'].map((handle) => listen(handle)));
    expect((await api.decideOn(review, 'validator-1')).status).toBe(201);
    for (const client of clients) await heard(client, 2);
    const [first] = clients;
    expect(first!.messages).toMatchObject([
      { type: 'decision.recorded', reviewId: review.id, revision: 2, state: 'COMPLETED', model: review.model, version: '1' },
      { type: 'review.closed', reviewId: review.id, revision: 2, state: 'COMPLETED' },
    ]); // prettier-ignore
    for (const client of clients) expect(client.messages).toEqual(first!.messages);
    expect(JSON.stringify(first!.messages)).not.toMatch(/validator-1|Read the plan/);
    for (const client of clients) client.close();
  });

  it('is not held back by proxies, and keeps the headers that every answer has', async () => {
    const client = await listen('auditor');
    expect(client.status).toBe(200);
    await eventually(() => client.named).toEqual(['ready']);
    expect(client.headers).toMatchObject({
      'content-type': 'text/event-stream; charset=utf-8',
      'x-accel-buffering': 'no',
      'cache-control': 'no-store, no-transform',
      'x-content-type-options': 'nosniff',
    });
    expect(client.headers['x-request-id']).toMatch(/^[0-9a-f-]{36}$/);
    expect(client.headers).not.toHaveProperty('x-hono-already-sent');
    client.close();
  });

  it('asks for a sign-in', async () => {
    expect((await connectLive(port, { token: 'cst_nobody' })).status).toBe(401);
  });

  it('tells software of its own versions only', async () => {
    await api.ask('POST', '/v1/people', {
      as: 'admin',
      body: { handle: 'other-pipeline', name: 'Other', email: 'other@example.com', type: 'service_account', roles: ['submitter'], reason: 'A second source' },
    }); // prettier-ignore
    const issued = await api.ask('POST', '/v1/people/other-pipeline/tokens', { as: 'admin', body: { reason: 'Its own' } }); // prettier-ignore
    const { token } = (await issued.json()) as { token: string };
    const [mine, other, all] = await Promise.all([listen('pipeline'), connectLive(port, { token }), listen('auditor')]);
    const { modelVersionId } = await api.plantReview();
    await heard(all, 1);
    await heard(mine, 1);
    expect(mine.messages[0]).toMatchObject({ type: 'model_version.submitted', modelVersionId, stage: 'registered' });
    expect(other.messages).toEqual([]);
    for (const client of [mine, other, all]) client.close();
  });

  it('goes on where a reader stopped, without a gap and without a repeat', async () => {
    const review = await plantQuietly();
    const [before, watcher] = await Promise.all([listen('auditor'), listen('auditor')]);
    // It learns where it stands after it is let in.
    await eventually(() => before.lastId()).toBeDefined();
    before.close();
    await api.ask('PUT', `/v1/reviews/${review.id}/assignment`, { as: 'validator-1' });
    await heard(watcher, 1);
    await api.ask('DELETE', `/v1/reviews/${review.id}/assignment`, { as: 'validator-1' });
    await heard(watcher, 2);
    const all = await listen('auditor', before.lastId());
    await heard(all, 2);
    expect(all.messages).toEqual(watcher.messages);
    const second = await listen('auditor', watcher.messages[0]!.id);
    await heard(second, 1);
    expect(second.messages).toEqual(watcher.messages.slice(1));
    for (const client of [watcher, all, second]) client.close();
  });

  it('says so when more was missed than is kept: read again', async () => {
    for (const lastEventId of ['1-1', 'nonsense', '%00', '-1', `${'9'.repeat(40)}-1`]) {
      const client = await listen('auditor', lastEventId);
      await eventually(() => client.named).toEqual(['reset']);
      expect(client.messages).toEqual([]);
      client.close();
    }
  });

  it('also hears what happens after the wake-up was lost with its connection', async () => {
    const client = await listen('auditor');
    const killed = await api.database.pool.query(
      `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'countersign-relay' AND datname = current_database()`,
    );
    expect(killed.rowCount).toBe(1);
    await api.plantReview();
    await heard(client, 1);
    client.close();
  });

  it('ends for who loses access', async () => {
    const [leaver, other] = await Promise.all([listen('data-scientist-2'), listen('auditor')]);
    await api.ask('POST', '/v1/people/data-scientist-2/deactivation', { as: 'admin', body: { reason: 'Left' } });
    await leaver.ended;
    // Readers of tests before may still be on their way out.
    await expect.poll(() => live.count()).toBe(1);
    other.close();
  });

  it('lets go of readers that take nothing, and owes none of them more than the limit', async () => {
    await eventually(() => live.count()).toBe(0);
    const idle = await Promise.all(Array.from({ length: 20 }, () => connectAndNeverRead()));
    await eventually(() => live.count()).toBe(20);
    const events = Array.from({ length: 500 }, (_, index) => ({
      submittedBy: 'pipeline',
      event: { id: `0-${index}`, type: 'review.opened', at: '2026-11-21T10:00:00.000Z', reviewId: 'r'.repeat(2_000), revision: 1, state: 'READY' as const, modelVersionId: 'm', model: 'm', version: '1', stage: 'validating' as const },
    })); // prettier-ignore
    await eventually(() => {
      live.publish(events);
      return live.count();
    }).toBe(0);
    expect(idle.every((socket) => socket.bytesRead < 8 * 1024 * 1024)).toBe(true);
    for (const socket of idle) socket.destroy();
  });

  it('survives everybody coming back at once, again and again', async () => {
    for (let round = 0; round < 5; round++) {
      const clients = await Promise.all(Array.from({ length: 90 }, () => listen('auditor', '1-1')));
      expect(live.count()).toBe(90);
      for (const client of clients) client.close();
      await eventually(() => live.count()).toBe(0);
    }
  });

  it('has room for so many connections of one person, and says when to come back', async () => {
    const clients = await Promise.all(Array.from({ length: 100 }, () => listen('auditor')));
    const refused = await listen('auditor');
    expect(refused.status).toBe(429);
    expect(refused.headers['retry-after']).toBe('15');
    expect((await listen('validator-1')).status).toBe(200);
    for (const client of clients) client.close();
  });
});

async function connectAndNeverRead(): Promise<Socket> {
  const socket = connect(port, '127.0.0.1');
  socket.pause();
  await new Promise<void>((done) => socket.once('connect', done));
  socket.write(`GET /v1/events HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${api.tokenOf('compliance-1')}\r\n\r\n`);
  return socket;
}
