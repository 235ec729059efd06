// Webhooks accepted over HTTP: signature, schema, version, journal and outbox in one statement, against a bare handler.
import { join } from 'node:path';
import pg from 'pg';
import { findFreePort } from '../local/free-port.ts';
import { openArena, requireCounts, requireWholeJournal } from './arena.ts';
import type { Bench } from './bench.ts';
import { contenderOf, playContest } from './contest.ts';
import type { WebhookOptions } from './requests/webhooks.ts';
import { startProgram } from './servers/program.ts';

const CLIENTS = 16;

export const webhook: Bench = async (context) => {
  const { folder, isShort, say, atEnd } = context;
  const repeats = isShort ? 2 : 5;
  const count = isShort ? 1_600 : 9_600;
  const { machine, postgres, databaseUrl, pool, server, load } = await openArena(context);
  const secret = server.webhookSecret;
  const bareUrl = await postgres.createDatabase('bare');
  const barePort = await findFreePort();
  const bare = await startProgram({
    file: 'bench/peers/bare-webhook.ts',
    args: [String(barePort), bareUrl, secret],
    log: join(folder, 'bare.log'),
  });
  atEnd(bare.stop);
  await query(bareUrl, 'CREATE TABLE one_row (id bigserial PRIMARY KEY, value text NOT NULL)');

  const webhooks = (round: number, path: string): { requests: string; options: WebhookOptions; expected: number } => ({
    requests: import.meta.resolve('./requests/webhooks.ts'),
    options: { connections: CLIENTS, count, secret, round: `r${round}`, path },
    expected: 202,
  });
  const standings = await playContest({
    repeats,
    say,
    contenders: [
      contenderOf(load, {
        name: 'ours',
        order: (round) => ({ target: { port: server.port }, ...webhooks(round, '/v1/hooks/generic') }),
        pids: { server: server.pid, postgres: postgres.pid },
      }),
      contenderOf(load, {
        name: 'bare handler',
        order: (round) => ({ target: { port: barePort }, ...webhooks(round, '/hooks') }),
        pids: { server: bare.pid, postgres: postgres.pid },
      }),
      contenderOf(load, {
        name: 'limit: one-row inserts',
        order: () => ({
          target: { databaseUrl: bareUrl },
          requests: import.meta.resolve('./requests/one-row-inserts.ts'),
          options: { connections: CLIENTS, count },
          expected: 200,
        }),
        pids: { postgres: postgres.pid },
      }),
    ],
  });

  const { rows } = await pool.query<Record<string, number>>(`
    SELECT (SELECT count(*) FROM deliveries)::int AS deliveries, (SELECT count(DISTINCT (model, version)) FROM model_versions)::int AS versions,
      (SELECT count(*) FROM journal.entries WHERE type = 'model_version.submitted')::int AS entries, (SELECT count(DISTINCT workflow_id) FROM outbox)::int AS lines`);
  return {
    bench: 'webhook',
    unit: 'webhooks/s',
    ours: Math.round(standings.get('ours')!.rate.median),
    peers: { 'bare Hono + pg transaction': Math.round(standings.get('bare handler')!.rate.median) },
    limit: Math.round(standings.get('limit: one-row inserts')!.rate.median),
    machine,
    target: { rate: 3_000, p99: 15 },
    standings: Object.fromEntries(standings),
    audit: {
      ...requireCounts((repeats + 1) * count, rows[0]!),
      'journal entries that verify': await requireWholeJournal(databaseUrl),
    },
    notes: [
      `${CLIENTS} clients on keep-alive connections, ${count} distinct signed submissions a round, ${repeats} rounds in turn; no worker runs, so that nothing but the intake is measured.`,
    ],
  };
};

async function query(connectionString: string, text: string): Promise<void> {
  const client = new pg.Client({ connectionString });
  await client.connect();
  await client.query(text).finally(() => client.end());
}
