import type { Pool } from 'pg';

export interface RebaseRow {
  stream: string;
  position: number;
  /** RFC 3339, as it was journaled. */
  at: string;
  /** As it was journaled. */
  data: unknown;
}

/** The journal's entries of rebases in these streams, each stream's in order. */
export async function readRebases(pool: Pool, streams: readonly string[]): Promise<RebaseRow[]> {
  const { rows } = await pool.query<RebaseRow>(
    `SELECT e.stream, e.position, c.content->>'at' AS at, c.content->'data' AS data
     FROM journal.entries e, LATERAL (SELECT convert_from(e.content, 'UTF8')::json AS content) c
     WHERE e.type = 'policy.rebased' AND e.stream = ANY($1) ORDER BY e.stream, e.position`,
    [streams],
  );
  return rows;
}
