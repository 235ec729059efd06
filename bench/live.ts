// From the commit of a step to every open page: 2,000 readers, 10 steps a second, against Hono's streamSSE.
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { connectDatabase } from '../db/client.ts';
import { appendEntries } from '../db/queries/journal.ts';
import { findFreePort } from '../local/free-port.ts';
import { createWaker } from '../relay/wake-up.ts';
import { openArena, plantPeople } from './arena.ts';
import type { Bench } from './bench.ts';
import { playContest, type Contender } from './contest.ts';
import { startListeners } from './load/listeners.ts';
import { plantValidatedVersions } from './plant-versions.ts';
import { startProgram } from './servers/program.ts';

const EVERY_MS = 100;
const PEOPLE = 40;

export const live: Bench = async (context) => {
  const { folder, isShort, say, atEnd } = context;
  const repeats = isShort ? 1 : 5;
  const steps = isShort ? 20 : 150;
  const readers = isShort ? 200 : 2_000;
  const { machine, postgres, databaseUrl, pool, server } = await openArena(context);
  const people = await plantPeople(pool, 'validator', PEOPLE);
  const tokens = Array.from({ length: readers }, (_, index) => people[index % PEOPLE]!.token);
  const subjects = await plantValidatedVersions(databaseUrl, pool, steps * (repeats + 1) * 2);
  const database = connectDatabase({ url: databaseUrl, max: 4 });
  atEnd(database.close);
  const peerPort = await findFreePort();
  const peer = await startProgram({
    file: 'bench/peers/stream-sse.ts',
    args: [String(peerPort), databaseUrl],
    log: join(folder, 'peer.log'),
  });
  atEnd(peer.stop);

  const wake = createWaker(database);
  const audit = { steps: 0, heard: 0 };
  const contenders: Contender[] = [];
  for (const { name, port, path, pid, tell } of [
    { name: 'ours', port: server.port, path: '/v1/events', pid: server.pid, tell: async () => wake() },
    {
      name: 'streamSSE on NOTIFY',
      port: peerPort,
      path: '/events',
      pid: peer.pid,
      tell: async (subject: string) => {
        const event = { id: 1, type: 'process.started', at: new Date().toISOString(), reviewId: null, revision: null, state: null, modelVersionId: subject, model: 'model-1', version: '1', stage: 'validated' }; // prettier-ignore
        await database.pool.query('SELECT pg_notify($1, $2)', ['bench_live', JSON.stringify(event)]);
      },
    },
  ]) {
    const listeners = await startListeners();
    atEnd(listeners.stop);
    await listeners.connect({ port, path, tokens });
    contenders.push({
      name,
      pids: { server: pid, postgres: postgres.pid, readers: listeners.pid },
      prepare: async () => async () => {
        const start = performance.now();
        const commits: { subject: string; at: number }[] = [];
        for (let step = 0; step < steps; step++) {
          await delay(Math.max(0, start + step * EVERY_MS - performance.now()));
          const subject = subjects.pop()!;
          const entry = { stream: subject, type: 'process.started', actor: { type: 'system', id: 'bench' }, reason: 'To be told.', data: {} } as const; // prettier-ignore
          await database.withTransaction((tx) => appendEntries(tx, [entry], new Date()));
          commits.push({ subject, at: Number(process.hrtime.bigint()) / 1e6 });
          await tell(subject);
        }
        const seconds = (performance.now() - start) / 1_000;
        const { heard, ...latencies } = await listeners.report(commits, steps * readers);
        if (heard !== steps * readers)
          throw new Error(`${name}: ${steps} steps were heard ${heard} times by ${readers} readers`);
        if (name === 'ours') {
          audit.steps += steps;
          audit.heard += heard;
        }
        return { sent: heard, seconds, ...latencies };
      },
    });
  }
  const standings = await playContest({ repeats, say, contenders });
  const ours = standings.get('ours')!;
  return {
    bench: 'live',
    unit: 'messages/s',
    ours: Math.round(ours.rate.median),
    peers: { 'Hono streamSSE on NOTIFY': Math.round(standings.get('streamSSE on NOTIFY')!.rate.median) },
    limit: null,
    machine,
    target: { rate: readers * (1_000 / EVERY_MS) * 0.95, p99: 100 },
    standings: Object.fromEntries(standings),
    audit,
    notes: [
      `${readers} readers, a step every ${EVERY_MS} ms, ${steps} steps a round, ${repeats} rounds in turn. Both feeds hold their readers all the time. The rate is what was offered; latency runs from the commit to the reader.`,
    ],
  };
};
