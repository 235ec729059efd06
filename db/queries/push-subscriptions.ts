// Browsers that a person chose for pushes. An endpoint is a secret between that browser, its push service and us.
import type { Pool } from 'pg';

export interface PushSubscription {
  endpoint: string;
  keys: { p256dh: string; auth: string };
}

/** What names a browser in the keys of notices: the endpoint itself would give away where to push. */
export const browserKeySql = (table: string): string =>
  `left(encode(sha256(convert_to(${table}.endpoint, 'UTF8')), 'hex'), 32)`;

/**
 * Keeps a person's subscription, and of theirs only the newest `most`. False when it is somebody else's: it passes to another
 * person only from that very browser, which alone knows its keys.
 */
export async function keepPushSubscription(
  pool: Pool,
  { endpoint, keys }: PushSubscription,
  { handle, most, at }: { handle: string; most: number; at: Date },
): Promise<boolean> {
  const { rowCount } = await pool.query(
    `INSERT INTO push_subscriptions AS s (endpoint, handle, keys, created_at) VALUES ($1, $2, $3, $4)
     ON CONFLICT (endpoint) DO UPDATE SET handle = excluded.handle, keys = excluded.keys, created_at = excluded.created_at
     WHERE s.handle = excluded.handle OR s.keys = excluded.keys`,
    [endpoint, handle, JSON.stringify(keys), at],
  );
  if (rowCount !== 1) return false;
  await pool.query(
    `DELETE FROM push_subscriptions WHERE handle = $1 AND endpoint IN
       (SELECT endpoint FROM push_subscriptions WHERE handle = $1 ORDER BY created_at DESC, endpoint OFFSET $2)`,
    [handle, most],
  );
  return true;
}

/**
 * The browser that a notice is for; undefined when that chose no pushes any more, the person left, or the review that
 * came to them is no longer theirs to answer.
 */
export async function findPushTarget(pool: Pool, noticeKey: string): Promise<PushSubscription | undefined> {
  const { rows } = await pool.query<PushSubscription>({
    name: 'find-push-target',
    text: `SELECT s.endpoint, s.keys FROM notices n JOIN people p ON p.handle = n.handle
      JOIN push_subscriptions s ON s.handle = n.handle AND right(n.key, 32) = ${browserKeySql('s')}
      WHERE n.key = $1 AND n.channel = 'push' AND p.is_active AND (n.kind <> 'opened' OR EXISTS (
        SELECT FROM review_candidates c JOIN reviews r ON r.id = c.review_id
        WHERE c.review_id = n.review_id AND c.handle = n.handle AND c.is_waiting AND r.closed_at IS NULL))`,
    values: [noticeKey],
  });
  return rows[0];
}

/** The push service knows it no more. */
export async function dropPushSubscription(pool: Pool, endpoint: string): Promise<void> {
  await pool.query('DELETE FROM push_subscriptions WHERE endpoint = $1', [endpoint]);
}
