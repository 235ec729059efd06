import { sql } from 'drizzle-orm';
import type { VersionFacts } from '../../domain/reconciliation.ts';
import type { DbOrTx } from '../client.ts';

interface FactsRow extends Record<string, unknown> {
  id: string;
  stage: string | null;
  head: number | null;
  entries: { position: number; content: string }[];
  processes: VersionFacts['processes'];
  reviews: VersionFacts['reviews'];
  decisions: VersionFacts['decisions'];
}

/** The next versions after `after`, by id, each with all that rows and journal hold about it. Versions that only one of them knows are among them. */
export async function readVersionFacts(db: DbOrTx, after: string, limit: number): Promise<VersionFacts[]> {
  const { rows } = await db.execute<FactsRow>(sql`
    SELECT subject.id, version.stage,
      (SELECT position FROM journal_heads WHERE stream = subject.id) AS head,
      (SELECT coalesce(json_agg(json_build_object('position', position, 'content', encode(content, 'base64')) ORDER BY position), '[]')
        FROM journal.entries WHERE stream = subject.id) AS entries,
      (SELECT coalesce(json_agg(json_build_object('id', id, 'kind', kind, 'state', state, 'outcome', outcome)), '[]')
        FROM processes WHERE model_version_id = subject.id) AS processes,
      (SELECT coalesce(json_agg(json_build_object('id', id, 'isOpen', closed_at IS NULL, 'state', state, 'outcome', outcome)), '[]')
        FROM reviews WHERE model_version_id = subject.id) AS reviews,
      (SELECT coalesce(json_agg(json_build_object('id', decision.id, 'reviewId', review_id, 'outcome', decision.outcome)), '[]')
        FROM decisions decision JOIN reviews review ON review.id = review_id WHERE model_version_id = subject.id) AS decisions
    FROM (
      (SELECT id FROM model_versions WHERE id > ${after} ORDER BY id LIMIT ${limit})
      UNION (SELECT stream FROM journal_heads WHERE stream > ${after} AND stream LIKE 'mver\\_%' AND position > 0 ORDER BY stream LIMIT ${limit})
      ORDER BY 1 LIMIT ${limit}
    ) subject LEFT JOIN model_versions version ON version.id = subject.id
    ORDER BY subject.id`);
  return rows.map((row) => ({
    ...row,
    stage: row.stage ?? undefined,
    head: row.head ?? 0,
    entries: row.entries.map(({ position, content }) => ({
      position,
      content: Buffer.from(content, 'base64').toString(),
    })),
  }));
}

export interface ProcessRowFacts {
  id: string;
  workflowId: string;
  kind: string;
  isRunning: boolean;
  outcome: string | null;
  ageMs: number;
  lines: number;
  waitsSinceMs: number | undefined;
}

/** The next processes after `after`, by id: those that run, and those that ended since. With `ids`, only these. */
export async function readProcessFacts(
  db: DbOrTx,
  query: { after: string; limit: number; endedSince: Date; ids?: readonly string[] },
): Promise<ProcessRowFacts[]> {
  const only = query.ids === undefined ? sql`true` : sql`process.id = ANY(${sql.param([...query.ids])}::text[])`;
  const { rows } = await db.execute<
    Record<string, unknown> & Omit<ProcessRowFacts, 'waitsSinceMs'> & { waitsSinceMs: number | null }
  >(sql`
    SELECT process.id, workflow_id AS "workflowId", kind, state = 'RUNNING' AS "isRunning", outcome,
      extract(epoch FROM clock_timestamp() - coalesce(ended_at, started_at))::float8 * 1000 AS "ageMs",
      (SELECT count(*)::int FROM outbox WHERE outbox.workflow_id = process.workflow_id) AS lines,
      (SELECT CASE WHEN count(*) > 0 AND count(*) = count(closed_at) THEN extract(epoch FROM clock_timestamp() - max(closed_at))::float8 * 1000 END
        FROM reviews WHERE process_id = process.id) AS "waitsSinceMs"
    FROM processes process
    WHERE process.id > ${query.after} AND (state = 'RUNNING' OR ended_at >= ${query.endedSince.toISOString()}) AND ${only}
    ORDER BY process.id LIMIT ${query.limit}`);
  return rows.map((row) => ({ ...row, waitsSinceMs: row.waitsSinceMs ?? undefined }));
}

/** Lines of the outbox older than a minute, oldest first. */
export async function readOldLines(
  db: DbOrTx,
  limit: number,
): Promise<{ id: string; workflowId: string; attempts: number; lastError: string | null; ageMs: number }[]> {
  const { rows } = await db.execute<{
    id: string;
    workflowId: string;
    attempts: number;
    lastError: string | null;
    ageMs: number;
  }>(sql`
    SELECT id, workflow_id AS "workflowId", attempts, last_error AS "lastError", extract(epoch FROM clock_timestamp() - created_at)::float8 * 1000 AS "ageMs"
    FROM outbox WHERE created_at < clock_timestamp() - interval '1 minute' ORDER BY id LIMIT ${limit}`);
  return rows;
}

/** How many entries of finished transactions wait for the sealer for more than a minute. */
export async function countUnsealed(db: DbOrTx): Promise<number> {
  const { rows } = await db.execute<{ waiting: string }>(sql`
    SELECT (SELECT count(*) FROM journal.entries WHERE at < clock_timestamp() - interval '1 minute')
      - (SELECT count(*) FROM journal.leaves leaf JOIN journal.entries USING (stream, position) WHERE at < clock_timestamp() - interval '1 minute') AS waiting`);
  return Number(rows[0]?.waiting ?? 0);
}
