import type { Pool } from 'pg';

export interface Work {
  outboxLines: number;
  /** 0 when there are none. */
  outboxOldestSeconds: number;
  openReviews: number;
  overdueReviews: number;
}

const workSql = `
SELECT (SELECT count(*)::int FROM outbox) AS "outboxLines",
  (SELECT coalesce(extract(epoch FROM clock_timestamp() - min(created_at)), 0)::float8 FROM outbox) AS "outboxOldestSeconds",
  (SELECT count(*)::int FROM reviews WHERE closed_at IS NULL) AS "openReviews",
  (SELECT count(*)::int FROM reviews WHERE closed_at IS NULL AND due_at < clock_timestamp()) AS "overdueReviews"`;

/** How much waits: for workflows in the outbox, for people in reviews. */
export async function countWork(pool: Pool): Promise<Work> {
  const { rows } = await pool.query<Work>({ name: 'count-work', text: workSql });
  return rows[0]!;
}
