// What was delivered, given up or expired goes after a while, in small batches; what somebody still waits for, and the journal, stay.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createMetrics } from '../../api/metrics.ts';
import { startCarriers } from '../../carriers.ts';
import { readConfig } from '../../config.ts';
import { clearOut, type ClearOutOptions } from '../../relay/clear-out.ts';
import { clearTable, type ClearedTable } from '../../db/queries/clear-out.ts';
import { plantJournal } from '../support/plant-journal.ts';
import { plantReviews } from '../support/plant-reviews.ts';
import { openSlackRoom, slackUserOf, type SlackRoom } from '../support/slack-room.ts';

const DAY_MS = 24 * 3_600_000;
const KEEP_DAYS = 90;

let room: SlackRoom;
let failures: unknown[];
beforeEach(async () => {
  failures = [];
  room = await openSlackRoom({ withWorkers: false });
});
afterEach(async () => {
  await room.close();
});

const daysAgo = (days: number) => new Date(Date.now() - days * DAY_MS);

const options = (change: Partial<ClearOutOptions> = {}): ClearOutOptions => ({
  database: room.database,
  now: () => new Date(),
  keepDays: KEEP_DAYS,
  onError: (error) => failures.push(error),
  onCleared: () => undefined,
  ...change,
});

/** Until `count` rows went. */
async function clearUntil(count: number, loops: readonly Partial<ClearOutOptions>[] = [{}]): Promise<number[]> {
  const batches: number[] = [];
  const running = loops.map((change) =>
    clearOut(options({ onCleared: ({ rows }) => batches.push(rows), pollMs: 20, ...change })),
  );
  try {
    await expect.poll(() => total(batches), { timeout: 20_000, interval: 20 }).toBeGreaterThanOrEqual(count);
  } finally {
    await Promise.all(running.map((loop) => loop.stop()));
  }
  expect(failures).toEqual([]);
  return batches;
}
const total = (batches: readonly number[]) => batches.reduce((sum, rows) => sum + rows, 0);

const run = (text: string, values: unknown[] = []) => room.database.pool.query(text, values);
const namesIn = async (table: ClearedTable, column: string): Promise<string[]> =>
  (await run(`SELECT ${column} AS name FROM ${table} ORDER BY 1`)).rows.map(({ name }) => String(name));
const countOf = async (table: string): Promise<number> =>
  (await run(`SELECT count(*)::int AS count FROM ${table}`)).rows[0].count;

const plantNotice = (id: string, how: { sentAt?: Date; givenUpAt?: Date; kind?: string; reviewId?: string } = {}) =>
  run(
    `INSERT INTO notices (id, key, handle, channel, kind, review_id, title, body, url, available_at, sent_at, is_given_up, created_at)
     VALUES ($1, $1, 'validator-1', 'push', $2, $3, 't', 'b', 'http://countersign.test/', $4, $5, $6, $7)`,
    [id, how.kind ?? 'reminder', how.reviewId ?? null, how.givenUpAt ?? daysAgo(200), how.sentAt ?? null, how.givenUpAt !== undefined, daysAgo(200)],
  ); // prettier-ignore

const plantDeliveries = (name: string, count: number, how: { deliveredAt?: Date; givenUpAt?: Date } = {}) =>
  run(
    `INSERT INTO webhook_deliveries (id, endpoint_id, subject, source, type, body, available_at, delivered_at, is_given_up, created_at)
     SELECT $1 || n, 'whe_1', 'rev_1', $1 || n, 'review.decided', '{}', $3, $4, $5, $6 FROM generate_series(1, $2::int) n`,
    [name, count, how.givenUpAt ?? daysAgo(200), how.deliveredAt ?? null, how.givenUpAt !== undefined, daysAgo(200)],
  );

describe('clearing out', () => {
  it('removes webhooks that were delivered or given up long ago, and none that is young or still waits', async () => {
    await plantDeliveries('old-delivered-', 1, { deliveredAt: daysAgo(91) });
    await plantDeliveries('old-given-up-', 1, { givenUpAt: daysAgo(91) });
    await plantDeliveries('young-delivered-', 1, { deliveredAt: daysAgo(89) });
    await plantDeliveries('young-given-up-', 1, { givenUpAt: daysAgo(89) });
    await plantDeliveries('waits-', 1);
    await clearUntil(2);
    expect(await namesIn('webhook_deliveries', 'id')).toEqual(['waits-1', 'young-delivered-1', 'young-given-up-1']);
  });

  it('removes notices that were sent or given up long ago, but not the one that keeps an open review from being told of twice', async () => {
    const { ids } = await plantReviews(room.database.pool, { count: 2, candidates: ['validator-1'] });
    const [open = '', closed = ''] = ids;
    await run(`UPDATE reviews SET closed_at = now(), state = 'COMPLETED', outcome = 'APPROVED' WHERE id = $1`, [
      closed,
    ]);
    await plantNotice('old-sent', { sentAt: daysAgo(91) });
    await plantNotice('old-given-up', { givenUpAt: daysAgo(91) });
    await plantNotice('old-told-of-closed', { sentAt: daysAgo(91), kind: 'opened', reviewId: closed });
    await plantNotice('told-of-open', { sentAt: daysAgo(91), kind: 'opened', reviewId: open });
    await plantNotice('waits');
    await plantNotice('young-sent', { sentAt: daysAgo(89) });
    await clearUntil(3);
    expect(await namesIn('notices', 'id')).toEqual(['told-of-open', 'waits', 'young-sent']);
  });

  it('removes codes and sessions that were over long ago, and lets the others live', async () => {
    await run('DELETE FROM sessions');
    for (const [name, expiresAt] of [
      ['good', new Date(Date.now() + DAY_MS)],
      ['old', daysAgo(91)],
      ['young', daysAgo(89)],
    ] as const) {
      // prettier-ignore
      await run(`INSERT INTO mail_tokens (token_hash, review_id, handle, revision, expires_at, created_at) VALUES ($1, 'rev_1', 'validator-1', 1, $2, $2)`, [name, expiresAt]); // prettier-ignore
      await run(`INSERT INTO slack_links (code_hash, slack_user_id, expires_at) VALUES ($1, 'U1', $2)`, [name, expiresAt]); // prettier-ignore
      await run(`INSERT INTO sessions (session_hash, handle, expires_at) VALUES ($1, 'validator-1', $2)`, [name, expiresAt]); // prettier-ignore
    }
    await run(`INSERT INTO sessions (session_hash, handle, expires_at, ended_at) VALUES ('ended', 'validator-1', now(), $1)`, [daysAgo(91)]); // prettier-ignore
    await clearUntil(4);
    expect(await namesIn('mail_tokens', 'token_hash')).toEqual(['good', 'young']);
    expect(await namesIn('slack_links', 'code_hash')).toEqual(['good', 'young']);
    expect(await namesIn('sessions', 'session_hash')).toEqual(['good', 'young']);
  });

  it('removes no row twice when several do it at once, in batches, and the metric tells how many went', async () => {
    await plantDeliveries('old-', 2_500, { deliveredAt: daysAgo(91) });
    await plantDeliveries('young-', 100, { deliveredAt: daysAgo(1) });
    const batches = await clearUntil(2_500, [{ rowsAtOnce: 100 }, { rowsAtOnce: 100 }, { rowsAtOnce: 100 }]);
    expect(Math.max(...batches)).toBe(100);
    expect(total(batches)).toBe(2_500);
    expect(await countOf('webhook_deliveries')).toBe(100);
    const metrics = createMetrics(room.database);
    for (let reading = 0; reading < 2; reading++) {
      const { text } = await metrics.render();
      expect(text).toContain('countersign_removed_rows_total{table="webhook_deliveries"} 2500');
      expect(text).toContain('countersign_removed_rows_total{table="notices"} 0');
    }
  });

  it('passes over what somebody else holds, instead of waiting for it', async () => {
    await plantDeliveries('old-', 3, { deliveredAt: daysAgo(91) });
    const limits = { now: new Date(), keepMs: KEEP_DAYS * DAY_MS, limit: 10 };
    await room.database.withTransaction(async (_, client) => {
      await client.query(`SELECT FROM webhook_deliveries WHERE id = 'old-2' FOR UPDATE`);
      expect(await clearTable(room.database.pool, 'webhook_deliveries', limits)).toBe(2);
    });
    expect(await namesIn('webhook_deliveries', 'id')).toEqual(['old-2']);
    expect(await clearTable(room.database.pool, 'webhook_deliveries', limits)).toBe(1);
  });

  it('forgets requests of Slack after a day, so that a repeat within the hour in which Slack repeats does nothing', async () => {
    await run(`INSERT INTO slack_requests (request_hash, received_at) VALUES ('old', $1)`, [daysAgo(1.1)]);
    const event = JSON.stringify({
      type: 'event_callback',
      team_id: 'T0COUNTERS',
      event_id: 'Ev1',
      event: { type: 'app_home_opened', tab: 'home', user: slackUserOf('auditor'), channel: 'D1' },
    });
    const post = () => room.post(event, { contentType: 'application/json' });
    const homes = () => room.workspace.everything().homes.filter(({ user }) => user === slackUserOf('auditor'));
    expect((await post()).status).toBe(200);
    await expect.poll(homes, { timeout: 10_000, interval: 20 }).toHaveLength(1);
    const remembered = (await namesIn('slack_requests', 'request_hash')).filter((hash) => hash !== 'old');
    await clearUntil(1);
    expect(await namesIn('slack_requests', 'request_hash')).toEqual(remembered);
    room.advance(3_600_000);
    expect((await post()).status).toBe(200);
    expect((await namesIn('slack_requests', 'request_hash')).length).toBe(remembered.length);
    expect(homes()).toHaveLength(1);
  });

  it('is what every worker does when it starts, after as many days as are set, and logs how many rows went', async () => {
    await plantDeliveries('older-', 3, { deliveredAt: daysAgo(11) });
    await plantDeliveries('younger-', 2, { deliveredAt: daysAgo(9) });
    const lines: string[] = [];
    const home = mkdtempSync(join(tmpdir(), 'countersign-carriers-'));
    const config = readConfig({
      COUNTERSIGN_HOME: home,
      COUNTERSIGN_DEMO: 'off',
      COUNTERSIGN_KEEP_FINISHED_DAYS: '10',
    });
    const carriers = await startCarriers(config, room.database, pino({}, { write: (line) => void lines.push(line) }));
    try {
      const removals = () => lines.filter((line) => line.includes('Old rows were removed'));
      await expect.poll(removals, { timeout: 20_000, interval: 20 }).toHaveLength(1);
      expect(JSON.parse(removals()[0]!)).toMatchObject({ table: 'webhook_deliveries', rows: 3 });
      expect(await countOf('webhook_deliveries')).toBe(2);
    } finally {
      await carriers.stop();
      rmSync(home, { recursive: true });
    }
  });

  it('leaves the journal and what pipelines were answered as they are', async () => {
    await plantJournal(room.database, [5]);
    await plantDeliveries('old-', 5, { deliveredAt: daysAgo(91) });
    const [entries, answered] = [await countOf('journal.entries'), await countOf('deliveries')];
    expect(entries).toBeGreaterThan(0);
    const muchLater = { now: () => new Date(Date.now() + 10_000 * DAY_MS) };
    await clearUntil(5, [muchLater]);
    expect([await countOf('journal.entries'), await countOf('deliveries')]).toEqual([entries, answered]);
  });
});
