// A whole human task on a real Temporal server: our approval against the form that tutorials teach, on the same servers in turn.
import { join } from 'node:path';
import { Client, Connection } from '@temporalio/client';
import pg from 'pg';
import { findFreePort } from '../local/free-port.ts';
import { openTemporalArena, requireCounts, requireWholeJournal } from './arena.ts';
import type { Bench } from './bench.ts';
import { playContest } from './contest.ts';
import { renderRequest } from './load/http-connection.ts';
import { plantValidatedVersions } from './plant-versions.ts';
import { startProgram } from './servers/program.ts';
import { playTasks, type TaskForm } from './task-driver.ts';

const USERS = 16;

const openReviewsSql = `SELECT model_version_id AS id, id || ' ' || evidence_digest AS handle FROM reviews WHERE model_version_id = ANY($1) AND closed_at IS NULL`;
const doneApprovalsSql = `SELECT model_version_id AS id FROM processes WHERE model_version_id = ANY($1) AND kind = 'approval' AND state = 'COMPLETED'`;

export const humanTask: Bench = async (context) => {
  const { folder, isShort, profileFolder, say, atEnd } = context;
  const repeats = isShort ? 2 : 5;
  const count = isShort ? 48 : 240;
  const inAll = count * (repeats + 1);
  const { machine, postgres, temporal, databaseUrl, pool, server } = await openTemporalArena(context);
  const versions = await plantValidatedVersions(databaseUrl, pool, inAll);
  const secret = server.webhookSecret;
  const run = async (file: string, args: string[] = [], environment: Record<string, string> = {}) => {
    const name = file.split('/').at(-1)!;
    const program = await startProgram({
      file,
      args,
      environment,
      log: join(folder, `${name}.log`),
      ...(name === 'worker.ts' ? { profileFolder } : {}),
    });
    atEnd(program.stop);
    return program;
  };
  const worker = await run('worker.ts', [], server.workerEnvironment);
  const hookPort = await findFreePort();
  const opener = await run('bench/servers/opener.ts', [String(hookPort), databaseUrl, secret]);
  const token = server.tokenOf('compliance-1');
  const ours: TaskForm = {
    hookPort,
    decisionPort: server.port,
    secret,
    pool,
    openSql: openReviewsSql,
    doneSql: doneApprovalsSql,
    decide: (id, handle) => {
      const [reviewId, evidenceDigest] = handle.split(' ');
      return renderRequest(
        'POST',
        `/v1/reviews/${reviewId}/decisions`,
        { authorization: `Bearer ${token}`, 'idempotency-key': id },
        JSON.stringify({ outcome: 'APPROVED', reason: `Read the pack of ${id}.`, revision: 1, evidenceDigest }),
      );
    },
  };

  const naiveUrl = await postgres.createDatabase('naive');
  const naivePool = new pg.Pool({ connectionString: naiveUrl, max: 2 });
  naivePool.on('error', () => undefined);
  atEnd(() => naivePool.end());
  await naivePool.query(
    'CREATE TABLE tasks (id text PRIMARY KEY, title text NOT NULL, state text NOT NULL, outcome text)',
  );
  const naiveWorker = await run('bench/peers/naive-worker.ts', [temporal.address, naiveUrl]);
  const naivePort = await findFreePort();
  const naiveServer = await run('bench/peers/naive-server.ts', [String(naivePort), temporal.address, secret]);
  const naive: TaskForm = {
    hookPort: naivePort,
    decisionPort: naivePort,
    secret,
    pool: naivePool,
    openSql: "SELECT id, '' AS handle FROM tasks WHERE id = ANY($1) AND state = 'open'",
    doneSql: "SELECT id FROM tasks WHERE id = ANY($1) AND state = 'done'",
    decide: (id) => renderRequest('POST', `/tasks/${id}/decision`, {}, JSON.stringify({ outcome: 'APPROVED' })),
  };

  const roundOf = (round: number) => versions.slice(round * count, (round + 1) * count);
  const engine = { postgres: postgres.pid, temporal: temporal.pid };
  const standings = await playContest({
    repeats,
    say,
    contenders: [
      {
        name: 'ours',
        prepare: async (round) => () => playTasks(ours, roundOf(round), USERS),
        pids: { server: server.pid, opener: opener.pid, worker: worker.pid, ...engine },
      },
      {
        name: 'naive',
        prepare: async (round) => () => playTasks(naive, roundOf(round), USERS),
        pids: { server: naiveServer.pid, worker: naiveWorker.pid, ...engine },
      },
    ],
  });

  const { rows } = await pool.query<Record<string, number>>(`
    SELECT (SELECT count(*) FROM processes WHERE kind = 'approval' AND outcome = 'APPROVED')::int AS approvals, (SELECT count(*) FROM reviews WHERE outcome = 'APPROVED')::int AS reviews,
      (SELECT count(*) FROM decisions)::int AS decisions, (SELECT count(*) FROM model_versions WHERE stage = 'approved')::int AS versions`);
  const { rows: tasks } = await naivePool.query<Record<string, number>>(
    `SELECT count(*)::int AS "naive tasks" FROM tasks WHERE state = 'done' AND outcome = 'APPROVED'`,
  );
  const connection = await Connection.connect({ address: temporal.address });
  atEnd(() => connection.close());
  const client = new Client({ connection });
  const { rows: processes } = await pool.query<{ workflow_id: string }>('SELECT workflow_id FROM processes LIMIT 1');
  const costs = {
    ours: await costOf(client, processes[0]!.workflow_id),
    naive: await costOf(client, `naive/${versions[0]}`),
  };
  return {
    bench: 'human-task',
    unit: 'tasks/s',
    ours: rounded(standings.get('ours')!.rate.median),
    peers: { 'naive: two activities and a signal': rounded(standings.get('naive')!.rate.median) },
    limit: null,
    machine,
    target: { rate: rounded(2 * standings.get('naive')!.rate.median) },
    standings: Object.fromEntries(standings),
    audit: {
      ...requireCounts(inAll, { ...rows[0]!, ...tasks[0]! }),
      'journal entries that verify': await requireWholeJournal(databaseUrl),
    },
    notes: [
      `${USERS} users, ${count} tasks a round, ${repeats} rounds in turn, on ${temporal.version}. The target is twice the naive form.`,
      'Ours is the approval of a planted, validated version of the medium tier: the webhook runs the transaction by which a lifecycle goes on to approval (process, review, candidates, journal, outbox), then relay, eager start, decision over HTTP, update, end. No lifecycle runs above it; the line that would tell it is carried all the same.',
      `State transitions and events a task: ours ${costs.ours}, naive ${costs.naive}.`,
      ...Object.entries(standings.get('ours')!.steps ?? {}).map(([step, { p50, p99 }]) => {
        const theirs = standings.get('naive')!.steps![step]!;
        return `${step}: ours p50 ${p50.toFixed(1)}, p99 ${p99.toFixed(1)} ms; naive ${theirs.p50.toFixed(1)}, ${theirs.p99.toFixed(1)} ms`;
      }),
    ],
  };
};

const rounded = (rate: number): number => Math.round(rate * 10) / 10;

/** `<state transitions> / <events>` of a workflow that has ended. */
async function costOf(client: Client, workflowId: string): Promise<string> {
  const handle = client.workflow.getHandle(workflowId);
  await handle.result();
  const { workflowExecutionInfo: info } = (await handle.describe()).raw;
  return `${String(info?.stateTransitionCount)} / ${String(info?.historyLength)}`;
}
