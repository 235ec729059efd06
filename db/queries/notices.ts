// Messages that are sent once: which are due, and who is sending one right now.
import type { Pool } from 'pg';
import type { NoticeChannel } from '../../domain/reach.ts';

export interface LeasedNotice {
  id: string;
  key: string;
  handle: string;
  channel: NoticeChannel;
  kind: string;
  reviewId: string | null;
  title: string;
  body: string;
  url: string;
  attempts: number;
}

const leaseSql = `
UPDATE notices n SET attempts = n.attempts + 1, available_at = clock_timestamp() + $3 * interval '1 millisecond'
FROM (SELECT id FROM notices WHERE channel = $1 AND sent_at IS NULL AND NOT is_given_up AND available_at <= clock_timestamp() ORDER BY available_at LIMIT $2 FOR UPDATE SKIP LOCKED) due
WHERE n.id = due.id
RETURNING n.id, n.key, n.handle, n.channel, n.kind, n.review_id AS "reviewId", n.title, n.body, n.url, n.attempts`;

export async function leaseNotices(
  pool: Pool,
  channel: NoticeChannel,
  { limit, leaseMs }: { limit: number; leaseMs: number },
): Promise<LeasedNotice[]> {
  const { rows } = await pool.query<LeasedNotice>({
    name: 'lease-notices',
    text: leaseSql,
    values: [channel, limit, leaseMs],
  });
  return rows;
}

export async function settleNotice(pool: Pool, id: string): Promise<void> {
  await pool.query('UPDATE notices SET sent_at = clock_timestamp(), last_error = NULL WHERE id = $1', [id]);
}

export async function postponeNotice(pool: Pool, id: string, { delayMs, reason }: { delayMs: number; reason: string }) {
  await pool.query(
    `UPDATE notices SET last_error = $3, available_at = clock_timestamp() + $2 * interval '1 millisecond' WHERE id = $1`,
    [id, delayMs, reason],
  );
}

export async function giveUpNotice(pool: Pool, id: string, reason: string): Promise<void> {
  await pool.query('UPDATE notices SET is_given_up = true, last_error = $2 WHERE id = $1', [id, reason]);
}
