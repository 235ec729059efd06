// Webhooks accepted over HTTP: signature, schema, version, journal and outbox in one statement, against a bare handler.
import pg from 'pg';
import { oneRowInserts, playAgainstBare } from './against-bare.ts';
import { openArena, requireCounts, requireWholeJournal } from './arena.ts';
import type { Bench } from './bench.ts';
import type { WebhookOptions } from './requests/webhooks.ts';

const CLIENTS = 16;

export const webhook: Bench = async (context) => {
  const { isShort } = context;
  const repeats = isShort ? 2 : 5;
  const count = isShort ? 1_600 : 9_600;
  const arena = await openArena(context);
  const { postgres, databaseUrl, pool, server } = arena;
  const secret = server.webhookSecret;
  const bareUrl = await postgres.createDatabase('bare');
  await query(bareUrl, 'CREATE TABLE one_row (id bigserial PRIMARY KEY, value text NOT NULL)');

  const webhooksOf = (round: number): { requests: string; options: WebhookOptions; expected: number } => ({
    requests: import.meta.resolve('./requests/webhooks.ts'),
    options: { connections: CLIENTS, count, secret, round: `r${round}` },
    expected: 202,
  });
  const figures = await playAgainstBare(context, arena, {
    repeats,
    requests: webhooksOf,
    bare: { peer: 'bare Hono + pg transaction', file: 'bench/peers/bare-webhook.ts', args: [bareUrl, secret] },
    limit: oneRowInserts(bareUrl, { connections: CLIENTS, count }),
  });

  const { rows } = await pool.query<Record<string, number>>(`
    SELECT (SELECT count(*) FROM deliveries)::int AS deliveries, (SELECT count(DISTINCT (model, version)) FROM model_versions)::int AS versions,
      (SELECT count(*) FROM journal.entries WHERE type = 'model_version.submitted')::int AS entries, (SELECT count(DISTINCT workflow_id) FROM outbox)::int AS lines`);
  return {
    bench: 'webhook',
    unit: 'webhooks/s',
    ...figures,
    target: { rate: 3_000, p99: 15 },
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
