// Rows that nobody needs any more: what was delivered or given up, what expired. The journal and what it tells of are never among them.
import type { Pool } from 'pg';

interface Clearing {
  key: string;
  /** When a row was over, as its index has it. */
  overAt: string;
  /** What else holds of a row that may go. */
  isOver?: string;
  /** Kept so long whatever the setting says: Slack sends an event again for an hour, and a signature is good for ten minutes. */
  keepMs?: number;
}

const clearings = {
  webhook_deliveries: {
    key: 'id',
    overAt: 'coalesce(delivered_at, available_at)',
    isOver: '(delivered_at IS NOT NULL OR is_given_up)',
  },
  notices: {
    key: 'id',
    overAt: 'coalesce(sent_at, available_at)',
    // That a review came to somebody is told once while it is open, however often it comes.
    isOver: `(sent_at IS NOT NULL OR is_given_up)
      AND NOT (kind = 'opened' AND EXISTS (SELECT FROM reviews r WHERE r.id = review_id AND r.closed_at IS NULL))`,
  },
  slack_requests: { key: 'request_hash', overAt: 'received_at', keepMs: 24 * 3_600_000 },
  slack_links: { key: 'code_hash', overAt: 'expires_at' },
  mail_tokens: { key: 'token_hash', overAt: 'expires_at' },
  sessions: { key: 'session_hash', overAt: 'coalesce(ended_at, expires_at)' },
} satisfies Record<string, Clearing>;

export type ClearedTable = keyof typeof clearings;

export const clearedTables = Object.keys(clearings) as readonly ClearedTable[];

// One statement: it counts what it removed, or did neither. Who comes second passes over what the first has in hand.
const statementOf = (table: ClearedTable, { key, overAt, isOver = 'true' }: Clearing): string => `
WITH gone AS (
  DELETE FROM ${table} WHERE ${key} = ANY (ARRAY(
    SELECT ${key} FROM ${table} WHERE ${overAt} < $1 AND ${isOver} ORDER BY ${overAt} LIMIT $2 FOR UPDATE SKIP LOCKED))
  RETURNING 1
)
INSERT INTO removed_rows AS r (table_name, rows, last_at) SELECT '${table}', count(*), $3 FROM gone HAVING count(*) > 0
ON CONFLICT (table_name) DO UPDATE SET rows = r.rows + excluded.rows, last_at = excluded.last_at
RETURNING (SELECT count(*)::int FROM gone) AS removed`;

export interface ClearOptions {
  now: Date;
  /** How long rows are kept after they were over. */
  keepMs: number;
  /** Rows at once. */
  limit: number;
}

/** Removes the oldest rows of one table that are over. Answers how many: fewer than `limit` when there are no more. */
export async function clearTable(
  pool: Pool,
  table: ClearedTable,
  { now, keepMs, limit }: ClearOptions,
): Promise<number> {
  const clearing: Clearing = clearings[table];
  const before = new Date(now.getTime() - (clearing.keepMs ?? keepMs));
  const { rows } = await pool.query<{ removed: number }>({
    name: `clear-${table}`,
    text: statementOf(table, clearing),
    values: [before, limit, now],
  });
  return rows[0]?.removed ?? 0;
}

/** Rows removed of each table since the beginning. */
export async function countRemoved(pool: Pool): Promise<{ table: ClearedTable; rows: number }[]> {
  const { rows } = await pool.query<{ table: ClearedTable; rows: number }>({
    name: 'count-removed',
    text: `SELECT name AS "table", coalesce(r.rows, 0)::float8 AS rows FROM unnest($1::text[]) name LEFT JOIN removed_rows r ON r.table_name = name`,
    values: [clearedTables],
  });
  return rows;
}
