import type { Pool } from 'pg';

/** A review that rests until somebody answers. */
export interface OpenQuestion {
  reviewId: string;
  model: string;
  version: string;
  /** Who asks: a handle. */
  by: string;
  text: string;
  askedAt: Date;
}

// Few reviews rest at a time, and an index holds those alone.
const asked = `reviews r JOIN review_comments q ON q.id = r.suspension->>'questionId'
  WHERE r.suspension IS NOT NULL AND r.closed_at IS NULL AND $1 = ANY (q.mentions)`;

/** Questions that wait for this person's answer, the oldest first; at most 50. */
export async function findOpenQuestions(pool: Pool, handle: string): Promise<OpenQuestion[]> {
  const { rows } = await pool.query<OpenQuestion>({
    name: 'open-questions',
    text: `SELECT r.id AS "reviewId", r.model, r.version, q.handle AS by, q.text, q.created_at AS "askedAt" FROM ${asked} ORDER BY q.created_at, r.id LIMIT 50`,
    values: [handle],
  });
  return rows;
}

/** How many reviews wait for this very person: to decide, or to answer a question. */
export async function countWaiting(pool: Pool, handle: string): Promise<number> {
  const { rows } = await pool.query<{ count: number }>({
    name: 'count-waiting',
    text: `SELECT (SELECT count(*) FROM review_candidates WHERE handle = $1 AND is_waiting)::int + (
      SELECT count(*) FROM ${asked} AND NOT EXISTS (SELECT FROM review_candidates c WHERE c.review_id = r.id AND c.handle = $1 AND c.is_waiting))::int AS count`,
    values: [handle],
  });
  return rows[0]?.count ?? 0;
}
