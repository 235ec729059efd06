// Whether deciding stays as fast, and a worker as small, while twenty times as many reviews wait on Temporal.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { Pool } from 'pg';
import { beginProcess } from '../activities/begin-process.ts';
import { connectDatabase, type Database } from '../db/client.ts';
import { createWaker } from '../relay/wake-up.ts';
import { openTemporalArena, requireWholeJournal } from './arena.ts';
import type { Bench } from './bench.ts';
import { playContest, type Played } from './contest.ts';
import { HttpConnection, renderRequest } from './load/http-connection.ts';
import { plantValidatedVersions } from './plant-versions.ts';
import { startProgram } from './servers/program.ts';
import { latenciesOf } from './statistics.ts';

const AT_ONCE = 24;
const PATIENCE_MS = 20 * 60_000;

export const waiting: Bench = async (context) => {
  const { folder, isShort, say, atEnd } = context;
  const repeats = isShort ? 1 : 5;
  const perRound = isShort ? 50 : 400;
  const sizes = isShort ? { few: 100, many: 600 } : { few: 1_000, many: 20_000 };
  const decided = perRound * (repeats + 1);
  const { machine, postgres, temporal, databaseUrl, pool, server } = await openTemporalArena(context);
  const versions = await plantValidatedVersions(databaseUrl, pool, sizes.many + 2 * decided);
  const worker = await startProgram({
    file: 'worker.ts',
    environment: server.workerEnvironment,
    log: join(folder, 'worker.log'),
  });
  atEnd(worker.stop);
  const database = connectDatabase({ url: databaseUrl, max: AT_ONCE });
  atEnd(database.close);

  const play = async (): Promise<Played> => {
    const { rows } = await pool.query<{ id: string; digest: string }>(
      `SELECT id, evidence_digest AS digest FROM reviews WHERE closed_at IS NULL ORDER BY random() LIMIT $1`,
      [perRound],
    );
    const connection = await HttpConnection.open(server.port);
    const times: number[] = [];
    const start = performance.now();
    for (const { id, digest } of rows) {
      const sent = performance.now();
      const body = { outcome: 'APPROVED', reason: `Read the pack of ${id}.`, revision: 1, evidenceDigest: digest };
      const headers = { authorization: `Bearer ${server.tokenOf('compliance-1')}`, 'idempotency-key': id };
      const status = await connection.send(renderRequest('POST', `/v1/reviews/${id}/decisions`, headers, JSON.stringify(body))); // prettier-ignore
      if (status !== 201) throw new Error(`Answered ${status}: ${connection.lastBody}`);
      times.push(performance.now() - sent);
    }
    const seconds = (performance.now() - start) / 1_000;
    connection.close();
    return { sent: rows.length, seconds, ...latenciesOf(times) };
  };
  const pids = { server: server.pid, worker: worker.pid, postgres: postgres.pid, temporal: temporal.pid };
  const measure = async (name: string) =>
    (await playContest({ repeats, say, contenders: [{ name, pids, prepare: async () => play }] })).get(name)!;

  await waitFor(database, pool, versions.splice(0, sizes.few + decided), sizes.few + decided);
  const few = await measure(`${sizes.few} wait`);
  const memoryAtFew = memoryOf(worker.pid);
  const startedAt = performance.now();
  await waitFor(database, pool, versions.splice(0, sizes.many - sizes.few + decided), sizes.many + decided);
  say(`  ${sizes.many} reviews wait; opening them took ${((performance.now() - startedAt) / 1_000).toFixed(0)} s`);
  const many = await measure('ours');
  const memoryAtMany = memoryOf(worker.pid);
  return {
    bench: 'waiting',
    unit: 'decisions/s',
    ours: Math.round(many.rate.median),
    peers: { [`ours while ${sizes.few} wait`]: Math.round(few.rate.median) },
    limit: null,
    machine,
    target: { rate: Math.round(few.rate.median / 1.1), p99: few.p99.median * 1.1 },
    standings: { ours: many, [`${sizes.few} wait`]: few },
    audit: { 'journal entries that verify': await requireWholeJournal(databaseUrl) },
    notes: [
      `${sizes.many} reviews wait on ${temporal.version}, against ${sizes.few}; one client decides, ${perRound} a round, ${repeats} rounds each. Asked for: p99 at most 1.1 ×; it is ${(many.p99.median / few.p99.median).toFixed(2)} × (${many.p99.median.toFixed(1)} against ${few.p99.median.toFixed(1)} ms).`,
      `The worker holds ${memoryAtFew} MiB while ${sizes.few} wait and ${memoryAtMany} MiB while ${sizes.many} do; it keeps at most 1,000 workflows in memory.`,
    ],
  };
};

/** Begins approvals of these versions, and waits until as many reviews are open and Temporal has heard of all. */
async function waitFor(database: Database, pool: Pool, versions: readonly string[], open: number): Promise<void> {
  const deps = { database, now: () => new Date(), fileRoots: [], wakeRelay: createWaker(database) };
  const left = [...versions];
  const begin = async () => {
    for (let id = left.pop(); id !== undefined; id = left.pop())
      await beginProcess(deps, { lifecycleId: `of-${id}`, modelVersionId: id, kind: 'approval', round: 1 });
  };
  await Promise.all(Array.from({ length: AT_ONCE }, begin));
  const deadline = performance.now() + PATIENCE_MS;
  for (;;) {
    const { rows } = await pool.query<{ open: number; lines: number }>(
      `SELECT (SELECT count(*)::int FROM reviews WHERE closed_at IS NULL) AS open, (SELECT count(*)::int FROM outbox) AS lines`,
    );
    if (rows[0]!.open >= open && rows[0]!.lines === 0) return;
    if (performance.now() > deadline)
      throw new Error(`${rows[0]!.open} reviews are open, ${rows[0]!.lines} lines wait`);
    await delay(500);
  }
}

/** Resident memory in MiB. */
const memoryOf = (pid: number): number =>
  Math.round(Number(/VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0) / 1_024);
