import type { Pool } from 'pg';
import type { Person } from '../../domain/actor.ts';

const personOfSessionSql = `
SELECT p.handle, p.name, p.email, p.type, p.roles, p.department, s.last_seen_at AS "lastSeenAt", s.stepped_up_at AS "steppedUpAt"
FROM sessions s JOIN people p ON p.handle = s.handle
WHERE s.session_hash = $1 AND s.ended_at IS NULL AND s.expires_at > $2 AND s.last_seen_at > $3 AND p.is_active`;

/** Whose session this is; undefined once it ended, expired at `now`, or was last used before `idleSince`. */
export async function findPersonOfSession(
  pool: Pool,
  sessionHash: string,
  now: Date,
  idleSince: Date,
): Promise<(Person & { lastSeenAt: Date; steppedUpAt: Date | null }) | undefined> {
  const { rows } = await pool.query<Person & { lastSeenAt: Date; steppedUpAt: Date | null }>({
    name: 'person-of-session',
    text: personOfSessionSql,
    values: [sessionHash, now, idleSince],
  });
  return rows[0];
}

export async function touchSession(pool: Pool, sessionHash: string, at: Date): Promise<void> {
  await pool.query({
    name: 'touch-session',
    text: 'UPDATE sessions SET last_seen_at = $2 WHERE session_hash = $1 AND last_seen_at < $2',
    values: [sessionHash, at],
  });
}

/** The person before this browser proved again who they are. */
export async function stepUpSession(pool: Pool, sessionHash: string, at: Date): Promise<void> {
  await pool.query('UPDATE sessions SET stepped_up_at = $2 WHERE session_hash = $1 AND ended_at IS NULL', [
    sessionHash,
    at,
  ]);
}

export interface SessionRow {
  sessionHash: string;
  handle: string;
  at: Date;
  expiresAt: Date;
}

export async function insertSession(pool: Pool, { sessionHash, handle, at, expiresAt }: SessionRow): Promise<void> {
  await pool.query(
    'INSERT INTO sessions (session_hash, handle, created_at, last_seen_at, expires_at) VALUES ($1, $2, $3, $3, $4)',
    [sessionHash, handle, at, expiresAt],
  );
}

/** Ends a session for good; one that ended before stays as it ended. */
export async function endSession(pool: Pool, sessionHash: string, at: Date): Promise<void> {
  await pool.query('UPDATE sessions SET ended_at = $2 WHERE session_hash = $1 AND ended_at IS NULL', [sessionHash, at]);
}
