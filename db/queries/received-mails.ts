// Mails that came in, addresses that take none, and what is told to somebody whose mail did not do what it asked.
import type { Pool } from 'pg';
import type { Person } from '../../domain/actor.ts';
import { newId } from '../new-id.ts';

/** Whether a mail of this name was taken before. */
export async function isMailKnown(pool: Pool, messageId: string): Promise<boolean> {
  const { rowCount } = await pool.query('SELECT FROM received_mails WHERE message_id = $1', [messageId]);
  return rowCount === 1;
}

export async function keepMailName(pool: Pool, messageId: string, at: Date): Promise<void> {
  await pool.query('INSERT INTO received_mails (message_id, received_at) VALUES ($1, $2) ON CONFLICT DO NOTHING', [
    messageId,
    at,
  ]);
}

/** The active person behind an address, in whatever case it is written; undefined when nobody's, or several people's. */
export async function findPersonByEmail(pool: Pool, address: string): Promise<Person | undefined> {
  const { rows } = await pool.query<Person>(
    'SELECT handle, name, email, type, roles, department FROM people WHERE lower(email) = lower($1) AND is_active',
    [address],
  );
  return rows.length === 1 ? rows[0] : undefined;
}

/** No mail goes to this address any more. */
export async function markBounced(pool: Pool, address: string, reason: string, at: Date): Promise<void> {
  await pool.query(
    'INSERT INTO bounced_addresses (address, reason, bounced_at) VALUES (lower($1), $2, $3) ON CONFLICT DO NOTHING',
    [address, reason.slice(0, 500), at],
  );
}

export interface MailNotice {
  /** Names the mail that it is about. */
  key: string;
  handle: string;
  reviewId: string;
  title: string;
  body: string;
  url: string;
  at: Date;
}

/** Tells somebody by mail what became of theirs; once. */
export async function insertMailNotice(pool: Pool, notice: MailNotice): Promise<void> {
  await pool.query(
    `INSERT INTO notices (id, key, handle, channel, kind, review_id, title, body, url, available_at, created_at)
     VALUES ($1, $2, $3, 'email', 'answer', $4, $5, $6, $7, $8, $8) ON CONFLICT DO NOTHING`,
    [newId('notice'), notice.key, notice.handle, notice.reviewId, notice.title, notice.body, notice.url, notice.at],
  );
}
