// Where copies of cards lie, which of them are behind, and who is sending one right now.
import type { Pool, PoolClient } from 'pg';
import { channelsFor, type CardChannel } from '../../domain/reach.ts';
import type { Preferences } from '../../domain/preferences.ts';
import type { ReviewRules } from '../../domain/review-policy.ts';

export interface CopyKey {
  reviewId: string;
  channel: CardChannel;
  recipient: string;
}

export interface LeasedCopy extends CopyKey {
  place: Record<string, string> | null;
  attempts: number;
  /** It waits to be told of together with others. */
  isGathered: boolean;
}

interface CandidateRow {
  review_id: string;
  handle: string;
  slack_user_id: string | null;
  has_mailbox: boolean;
  preferences: Preferences;
  notify: ReviewRules['notify'];
}

/** Marks the copies of these reviews as behind, and plans one for each person who is asked now and has none. */
export async function planCopies(client: PoolClient, reviewIds: readonly string[], configured: readonly CardChannel[]) {
  if (reviewIds.length === 0 || configured.length === 0) return;
  await client.query(
    `UPDATE card_copies SET is_due = true, is_given_up = false, attempts = 0, available_at = clock_timestamp() WHERE review_id = ANY($1)`,
    [reviewIds],
  );
  const { rows } = await client.query<CandidateRow>(
    `SELECT c.review_id, p.handle, p.slack_user_id, p.preferences, r.terms->'rules'->'notify' AS notify,
       NOT EXISTS (SELECT FROM bounced_addresses b WHERE b.address = lower(p.email)) AS has_mailbox
     FROM review_candidates c JOIN reviews r ON r.id = c.review_id JOIN people p ON p.handle = c.handle
     WHERE c.review_id = ANY($1) AND r.closed_at IS NULL AND c.is_waiting AND p.is_active`,
    [reviewIds],
  );
  const { rows: open } = await client.query<{ id: string; channel: string }>(
    `SELECT id, terms->'rules'->'notify'->'slack'->>'channel' AS channel FROM reviews
     WHERE id = ANY($1) AND closed_at IS NULL AND terms->'rules'->'notify'->'slack'->>'channel' IS NOT NULL`,
    [reviewIds],
  );
  const copies: CopyKey[] = rows.flatMap((row) =>
    channelsFor(
      { slackUserId: row.slack_user_id, hasMailbox: row.has_mailbox, preferences: row.preferences },
      row.notify,
      configured,
    ).map((channel) => ({ reviewId: row.review_id, channel, recipient: row.handle })),
  );
  if (configured.includes('slack'))
    copies.push(
      ...open.map(({ id, channel }) => ({ reviewId: id, channel: 'slack' as const, recipient: `#${channel}` })),
    );
  await insertCopies(client, copies);
}

async function insertCopies(client: Pool | PoolClient, copies: readonly CopyKey[]): Promise<void> {
  if (copies.length === 0) return;
  await client.query(
    `INSERT INTO card_copies (review_id, channel, recipient)
     SELECT * FROM json_to_recordset($1) AS copy ("reviewId" text, channel text, recipient text) ON CONFLICT DO NOTHING`,
    [JSON.stringify(copies)],
  );
}

const dueCopies = `is_due AND NOT is_given_up AND available_at <= clock_timestamp()`;

// A few a recipient, and none of those who have their hands full: a burst for one person holds up nobody else.
const leaseSql = `
UPDATE card_copies c SET attempts = c.attempts + 1, available_at = clock_timestamp() + $3 * interval '1 millisecond'
FROM (
  SELECT review_id, channel, recipient FROM card_copies
  WHERE (review_id, channel, recipient) IN (
    SELECT review_id, channel, recipient FROM (
      SELECT review_id, channel, recipient, available_at, row_number() OVER (PARTITION BY recipient ORDER BY available_at) AS number
      FROM (SELECT * FROM card_copies WHERE channel = $1 AND ${dueCopies} AND recipient <> ALL($4) ORDER BY available_at LIMIT 1000) due) ranked
    WHERE number <= $5 ORDER BY available_at LIMIT $2)
    AND ${dueCopies}
  FOR UPDATE SKIP LOCKED
) due
WHERE c.review_id = due.review_id AND c.channel = due.channel AND c.recipient = due.recipient
RETURNING c.review_id AS "reviewId", c.channel, c.recipient, c.place, c.attempts, c.is_gathered AS "isGathered"`;

/** Takes copies that are behind, for this long: nobody else sends them meanwhile, and they come back when we die. */
export async function leaseCopies(
  pool: Pool,
  channel: CardChannel,
  { limit, leaseMs, busy, mostEach }: { limit: number; leaseMs: number; busy: readonly string[]; mostEach: number },
): Promise<LeasedCopy[]> {
  const { rows } = await pool.query<LeasedCopy>({
    name: 'lease-copies',
    text: leaseSql,
    values: [channel, limit, leaseMs, busy, mostEach],
  });
  return rows;
}

/** Lets a new copy wait for others of the same recipient, to be told of together. */
export async function gatherCopy(
  pool: Pool,
  { reviewId, channel, recipient }: CopyKey,
  delayMs: number,
): Promise<void> {
  await pool.query(
    `UPDATE card_copies SET is_gathered = true, attempts = 0, available_at = clock_timestamp() + $4 * interval '1 millisecond'
     WHERE review_id = $1 AND channel = $2 AND recipient = $3`,
    [reviewId, channel, recipient, delayMs],
  );
}

/** Takes all that was gathered for this recipient, ready or not; who comes second gets none. Should we die, each comes back by itself. */
export async function leaseGathered(
  pool: Pool,
  { channel, recipient }: Pick<CopyKey, 'channel' | 'recipient'>,
  leaseMs: number,
): Promise<LeasedCopy[]> {
  const { rows } = await pool.query<LeasedCopy>(
    `UPDATE card_copies SET is_gathered = false, available_at = clock_timestamp() + $3 * interval '1 millisecond'
     WHERE channel = $1 AND recipient = $2 AND is_gathered AND is_due AND NOT is_given_up AND place IS NULL
     RETURNING review_id AS "reviewId", channel, recipient, place, attempts, is_gathered AS "isGathered"`,
    [channel, recipient, leaseMs],
  );
  return rows;
}

/** The copy shows this revision now; it is still behind when the review moved meanwhile. */
export async function settleCopy(
  pool: Pool,
  { reviewId, channel, recipient }: CopyKey,
  shown: { place: Record<string, string> | null; revision: number },
): Promise<void> {
  await pool.query(
    `UPDATE card_copies SET place = $4, shown_revision = $5, attempts = 0, last_error = NULL, is_gathered = false, available_at = clock_timestamp(),
       is_due = EXISTS (SELECT FROM reviews WHERE id = $1 AND revision > $5)
     WHERE review_id = $1 AND channel = $2 AND recipient = $3`,
    [reviewId, channel, recipient, shown.place, shown.revision],
  );
}

export async function postponeCopy(
  pool: Pool,
  { reviewId, channel, recipient }: CopyKey,
  { delayMs, reason }: { delayMs: number; reason: string },
): Promise<void> {
  await pool.query(
    `UPDATE card_copies SET last_error = $5, available_at = clock_timestamp() + $4 * interval '1 millisecond'
     WHERE review_id = $1 AND channel = $2 AND recipient = $3`,
    [reviewId, channel, recipient, delayMs, reason],
  );
}

/** Tries no more, until the review changes again. */
export async function giveUpCopy(pool: Pool, { reviewId, channel, recipient }: CopyKey, reason: string): Promise<void> {
  await pool.query(
    `UPDATE card_copies SET is_given_up = true, last_error = $4 WHERE review_id = $1 AND channel = $2 AND recipient = $3`,
    [reviewId, channel, recipient, reason],
  );
}

/** Lets the person's other channel take over, whatever they prefer, when it reaches them. */
export async function takeOver(
  pool: Pool,
  { reviewId, channel, recipient }: CopyKey,
  configured: readonly CardChannel[],
): Promise<void> {
  if (recipient.startsWith('#')) return;
  const others = configured.filter((other) => other !== channel);
  await pool.query(
    `INSERT INTO card_copies (review_id, channel, recipient)
     SELECT r.id, other, p.handle FROM reviews r, people p, unnest($3::text[]) other
     WHERE r.id = $1 AND r.closed_at IS NULL AND p.handle = $2
       AND CASE other WHEN 'slack' THEN p.slack_user_id IS NOT NULL ELSE NOT EXISTS (SELECT FROM bounced_addresses b WHERE b.address = lower(p.email)) END
     ON CONFLICT DO NOTHING`,
    [reviewId, recipient, others],
  );
}

export interface RecipientRow {
  handle: string;
  name: string;
  email: string;
  slackUserId: string | null;
  timeZone: string;
}

export async function findRecipient(pool: Pool, handle: string): Promise<RecipientRow | undefined> {
  const { rows } = await pool.query<RecipientRow>({
    name: 'find-recipient',
    text: `SELECT handle, name, email, slack_user_id AS "slackUserId", time_zone AS "timeZone" FROM people WHERE handle = $1`,
    values: [handle],
  });
  return rows[0];
}

/** Where the copy of a review lies, for a message in its thread. */
export async function findPlace(pool: Pool, { reviewId, channel, recipient }: CopyKey) {
  const { rows } = await pool.query<{ place: Record<string, string> | null }>(
    `SELECT place FROM card_copies WHERE review_id = $1 AND channel = $2 AND recipient = $3`,
    [reviewId, channel, recipient],
  );
  return rows[0]?.place ?? null;
}
