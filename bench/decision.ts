// Decisions over HTTP: who, may they, is it still open, then row, decision, journal and outbox in one statement, against a bare handler.
import { hash } from 'node:crypto';
import pg from 'pg';
import { plantReviews, type PlantedReviews } from '../tests/support/plant-reviews.ts';
import { oneRowInserts, playAgainstBare } from './against-bare.ts';
import { openArena, plantPeople, requireCounts, requireWholeJournal } from './arena.ts';
import type { Bench } from './bench.ts';
import type { DecisionOptions } from './requests/decisions.ts';

const CLIENTS = 16;
/** Each review asks two people; each of them decides on every other one. */
const ASKED = 2;

export const decision: Bench = async (context) => {
  const { isShort } = context;
  const repeats = isShort ? 2 : 5;
  const count = isShort ? 1_600 : 9_600;
  const arena = await openArena(context);
  const { postgres, databaseUrl, pool } = arena;
  const people = await plantPeople(pool, 'validator', CLIENTS);

  const pairs: PlantedReviews[] = [];
  const inAll = count * (repeats + 1);
  for (let pair = 0; pair < CLIENTS / ASKED; pair++) {
    const candidates = people.slice(pair * ASKED, (pair + 1) * ASKED).map(({ handle }) => handle);
    pairs.push(await plantReviews(pool, { count: (inAll / CLIENTS) * ASKED, candidates, prefix: `p${pair}x` }));
  }
  const bareUrl = await postgres.createDatabase('bare');
  await plantBareReviews(bareUrl, people, pairs);

  const each = count / CLIENTS;
  const decisionsOf = (round: number): { requests: string; options: DecisionOptions; expected: number } => ({
    requests: import.meta.resolve('./requests/decisions.ts'),
    options: {
      deciders: people.map(({ token }, index) => {
        const { ids, evidenceDigest } = pairs[Math.floor(index / ASKED)]!;
        const reviewIds = ids.slice(round * each * ASKED, (round + 1) * each * ASKED);
        return { token, evidenceDigest, reviewIds: reviewIds.filter((_, number) => number % ASKED === index % ASKED) };
      }),
    },
    expected: 201,
  });
  const figures = await playAgainstBare(context, arena, {
    repeats,
    requests: decisionsOf,
    bare: { peer: 'bare Hono + pg compare-and-set', file: 'bench/peers/bare-decision.ts', args: [bareUrl] },
    limit: oneRowInserts(bareUrl, { connections: CLIENTS, count }),
  });

  const { rows } = await pool.query<Record<string, number>>(`
    SELECT (SELECT count(*) FROM reviews WHERE state = 'COMPLETED' AND outcome = 'APPROVED' AND approvals = 1 AND revision = 2)::int AS "reviews closed",
      (SELECT count(DISTINCT review_id) FROM decisions)::int AS decisions, (SELECT count(*) FROM journal.entries WHERE type = 'decision.recorded')::int AS entries,
      (SELECT count(DISTINCT workflow_id) FROM outbox)::int AS lines`);
  return {
    bench: 'decision',
    unit: 'decisions/s',
    ...figures,
    target: { rate: 3_000, p99: 12 },
    audit: {
      ...requireCounts(inAll, rows[0]!),
      'journal entries that verify': await requireWholeJournal(databaseUrl),
    },
    notes: [
      `${CLIENTS} people with tokens of their own on keep-alive connections, ${count} decisions a round with distinct reasons, ${repeats} rounds in turn; each closes its review.`,
    ],
  };
};

async function plantBareReviews(
  url: string,
  people: readonly { handle: string; token: string }[],
  planted: readonly { ids: string[]; evidenceDigest: string }[],
): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    await client.query(`
      CREATE TABLE tokens (hash text PRIMARY KEY, handle text NOT NULL);
      CREATE TABLE reviews (id text PRIMARY KEY, state text NOT NULL, outcome text, revision int NOT NULL, evidence_digest text NOT NULL);
      CREATE TABLE decisions (id uuid PRIMARY KEY, review_id text NOT NULL UNIQUE, handle text NOT NULL, outcome text NOT NULL, reason text NOT NULL, key text NOT NULL, at timestamptz NOT NULL DEFAULT now(), UNIQUE (handle, key));
      CREATE TABLE outbox (id bigserial PRIMARY KEY, message jsonb NOT NULL, created_at timestamptz NOT NULL DEFAULT now());
      CREATE TABLE one_row (id bigserial PRIMARY KEY, value text NOT NULL)`);
    for (const { handle, token } of people)
      await client.query('INSERT INTO tokens VALUES ($1, $2)', [hash('sha256', token, 'hex'), handle]);
    for (const { ids, evidenceDigest } of planted)
      await client.query(
        "INSERT INTO reviews (id, state, revision, evidence_digest) SELECT id, 'READY', 1, $2 FROM unnest($1::text[]) id",
        [ids, evidenceDigest],
      );
    await client.query('ANALYZE');
  } finally {
    await client.end();
  }
}
