// From a decision in one channel to every other copy of its card: five people's messages in Slack, over a double that answers at once.
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { Pool } from 'pg';
import { connectDatabase } from '../db/client.ts';
import { beginFollowing } from '../db/queries/follow-journal.ts';
import { plantReviews } from '../tests/support/plant-reviews.ts';
import { openArena, plantPeople } from './arena.ts';
import type { Bench } from './bench.ts';
import { playContest } from './contest.ts';
import { HttpConnection, renderRequest } from './load/http-connection.ts';
import { startSlackSink } from './load/slack-sink.ts';
import { startProgram } from './servers/program.ts';
import { latenciesOf } from './statistics.ts';

const COPIES = 5;
const EVERY_MS = 50;
const PATIENCE_MS = 120_000;

export const copies: Bench = async (context) => {
  const { folder, isShort, say, atEnd } = context;
  const repeats = isShort ? 1 : 5;
  const perRound = isShort ? 40 : 400;
  const { machine, postgres, databaseUrl, pool, server } = await openArena(context);
  const people = await plantPeople(pool, 'validator', COPIES);
  await pool.query(`UPDATE people SET slack_user_id = 'U' || upper(replace(handle, '-', '')) WHERE handle = ANY($1)`, [
    people.map(({ handle }) => handle),
  ]);
  const planted = await plantReviews(pool, {
    count: perRound * (repeats + 1),
    candidates: people.map(({ handle }) => handle),
    quorum: 2,
    prefix: 'copied',
  });
  // As if each had been sent when its review opened.
  await pool.query(
    `INSERT INTO card_copies (review_id, channel, recipient, place, shown_revision, is_due)
     SELECT review_id, 'slack', handle, json_build_object('channel', 'D' || handle, 'ts', review_id), 1, false FROM review_candidates`,
  );
  const database = connectDatabase({ url: databaseUrl, max: 2 });
  await beginFollowing(database, 'cards');
  await database.close();
  const sink = await startSlackSink();
  atEnd(sink.stop);
  const courier = await startProgram({
    file: 'bench/servers/courier.ts',
    args: [databaseUrl, sink.apiUrl],
    log: join(folder, 'courier.log'),
  });
  atEnd(courier.stop);

  const connection = await HttpConnection.open(server.port);
  atEnd(() => connection.close());
  const lag = (reviewId: string, decidedAt: number): number | undefined => {
    const times = people.map(({ handle }) => sink.changedAt.get(`D${handle}/${reviewId}`));
    return times.every((at) => at !== undefined) ? Math.max(...times) - decidedAt : undefined;
  };
  const standings = await playContest({
    repeats,
    say,
    contenders: [
      {
        name: 'ours',
        pids: { server: server.pid, courier: courier.pid, postgres: postgres.pid },
        prepare: async (round) => async () => {
          const ids = planted.ids.slice(round * perRound, (round + 1) * perRound);
          const start = performance.now();
          const decided: { id: string; at: number }[] = [];
          for (const [index, id] of ids.entries()) {
            await delay(Math.max(0, start + index * EVERY_MS - performance.now()));
            const { token } = people[index % COPIES]!;
            const status = await connection.send(
              renderRequest(
                'POST',
                `/v1/reviews/${id}/decisions`,
                { authorization: `Bearer ${token}`, 'idempotency-key': id },
                JSON.stringify({ outcome: 'APPROVED', reason: `Read the pack of ${id}.`, revision: 1, evidenceDigest: planted.evidenceDigest }),
              ),
            ); // prettier-ignore
            if (status !== 201) throw new Error(`Answered ${status}: ${connection.lastBody}`);
            decided.push({ id, at: performance.now() });
          }
          const deadline = performance.now() + PATIENCE_MS;
          while (decided.some(({ id, at }) => lag(id, at) === undefined)) {
            if (performance.now() > deadline) throw new Error('Copies were not brought up to date');
            await delay(20);
          }
          const seconds = (performance.now() - start) / 1_000;
          return { sent: ids.length, seconds, ...latenciesOf(decided.map(({ id, at }) => lag(id, at)!)) };
        },
      },
    ],
  });
  // The courier notes a change once Slack has answered it, which is after the sink heard of it.
  const notedBy = performance.now() + PATIENCE_MS;
  for (let behind = await countBehind(pool); behind > 0; behind = await countBehind(pool)) {
    if (performance.now() > notedBy) throw new Error(`${behind} copies are still behind`);
    await delay(20);
  }
  return {
    bench: 'copies',
    unit: 'decisions/s',
    ours: Math.round(standings.get('ours')!.rate.median * 10) / 10,
    peers: {},
    limit: null,
    machine,
    target: { rate: (1_000 / EVERY_MS) * 0.8, p99: 1_500 },
    standings: Object.fromEntries(standings),
    audit: { 'copies up to date': planted.ids.length * COPIES },
    notes: [
      `A decision every ${EVERY_MS} ms, ${perRound} a round, ${repeats} rounds. The rate is what was offered; latency runs from the answer to the decision to the last of the ${COPIES} copies. Asked for: p50 300 ms, p99 1,500 ms.`,
    ],
  };
};

async function countBehind(pool: Pool): Promise<number> {
  const { rows } = await pool.query<{ behind: number }>(
    `SELECT count(*)::int AS behind FROM card_copies c JOIN reviews r ON r.id = c.review_id WHERE r.revision > 1 AND (c.is_due OR c.shown_revision < r.revision)`,
  );
  return rows[0]!.behind;
}
