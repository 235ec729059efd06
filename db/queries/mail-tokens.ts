// One-time codes in mails: random, kept as a hash, good for one person, one review and what it showed.
import { randomBytes } from 'node:crypto';
import type { Pool } from 'pg';
import type { Person } from '../../domain/actor.ts';
import { sha256 } from '../sha256.ts';

const HOUR_MS = 3_600_000;
const LONGEST_MS = 7 * 24 * HOUR_MS;

export interface ShownReview {
  reviewId: string;
  revision: number;
  /** RFC 3339. */
  dueAt: string;
}

/** 256 random bits; good until the review is due, at least an hour and at most a week. */
export async function issueMailToken(
  pool: Pool,
  { reviewId, revision, dueAt }: ShownReview,
  { handle }: { handle: string },
  now: Date,
): Promise<string> {
  const code = randomBytes(32).toString('base64url');
  const leftMs = Math.max(HOUR_MS, Math.min(LONGEST_MS, Date.parse(dueAt) - now.getTime()));
  await pool.query(
    `INSERT INTO mail_tokens (token_hash, review_id, handle, revision, expires_at, created_at) VALUES ($1, $2, $3, $4, $5, $6)`,
    [mailTokenHash(code), reviewId, handle, revision, new Date(now.getTime() + leftMs), now],
  );
  return code;
}

export const mailTokenHash = (code: string): string => sha256(`mail token\0${code}`);

const holderSql = `
SELECT p.handle, p.name, p.email, p.type, p.roles, p.department
FROM mail_tokens t
JOIN reviews r ON r.id = t.review_id
JOIN review_candidates c ON c.review_id = r.id AND c.handle = t.handle
JOIN people p ON p.handle = t.handle
WHERE t.token_hash = $1 AND t.review_id = $2 AND t.used_at IS NULL AND t.expires_at > $3
  AND r.closed_at IS NULL AND t.revision >= r.material_revision AND (r.assignee IS NULL OR r.assignee = t.handle)
  AND c.is_waiting AND p.is_active`;

/** Whom the code lets decide at this moment; undefined once it was used or expired, the review moved on, or they are not asked any more. */
export async function findTokenHolder(
  pool: Pool,
  { code, reviewId, now }: { code: string; reviewId: string; now: Date },
): Promise<Person | undefined> {
  const { rows } = await pool.query<Person>({
    name: 'mail-token-holder',
    text: holderSql,
    values: [mailTokenHash(code), reviewId, now],
  });
  return rows[0];
}

/** Whose code it is, whether or not it still lets them decide. */
export async function findTokenOwner(
  pool: Pool,
  { code, reviewId }: { code: string; reviewId: string },
): Promise<Person | undefined> {
  const { rows } = await pool.query<Person>(
    `SELECT p.handle, p.name, p.email, p.type, p.roles, p.department FROM mail_tokens t JOIN people p ON p.handle = t.handle
     WHERE t.token_hash = $1 AND t.review_id = $2 AND p.is_active`,
    [mailTokenHash(code), reviewId],
  );
  return rows[0];
}

/** Ends all codes of this person for this review. */
export async function spendMailTokens(pool: Pool, reviewId: string, handle: string, at: Date): Promise<void> {
  await pool.query(`UPDATE mail_tokens SET used_at = $3 WHERE review_id = $1 AND handle = $2 AND used_at IS NULL`, [
    reviewId,
    handle,
    at,
  ]);
}
