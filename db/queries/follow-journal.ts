// Following the journal: each reader gets every entry once and in order, and its place moves in the transaction of what it does about them.
import type { PoolClient } from 'pg';
import { entryContentSchema, type EntryContent } from '../../domain/journal.ts';
import type { Database } from '../client.ts';

export interface FollowedEntry extends EntryContent {
  /** Orders entries as they are handed to readers; compare only for paging. */
  transaction: string;
  sequence: number;
}

/** Lets a reader begin at what is written from now on; one that has begun keeps its place. */
export async function beginFollowing(database: Database, reader: string): Promise<void> {
  await database.pool.query(
    `INSERT INTO journal_readers (reader, transaction, sequence) VALUES ($1, pg_snapshot_xmin(pg_current_snapshot()), 0) ON CONFLICT DO NOTHING`,
    [reader],
  );
}

// Commits land out of order: an entry is handed on only when no earlier transaction can still write one before it.
const nextSql = `
SELECT e.content, e.transaction::text AS transaction, e.sequence FROM journal_readers r, journal.entries e
WHERE r.reader = $1 AND (e.transaction, e.sequence) > (r.transaction, r.sequence) AND e.transaction < pg_snapshot_xmin(pg_current_snapshot())
ORDER BY e.transaction, e.sequence LIMIT $2`;

/**
 * Hands the next entries to `work` in one transaction with the reader's place: what it writes there is written once, whoever is killed when.
 * Answers how many there were; 0 also while another process follows for the same reader.
 */
export async function followJournal(
  database: Database,
  reader: string,
  limit: number,
  work: (entries: readonly FollowedEntry[], client: PoolClient) => Promise<void>,
): Promise<number> {
  return database.withTransaction(async (_tx, client) => {
    const mine = await client.query(`SELECT 1 FROM journal_readers WHERE reader = $1 FOR UPDATE SKIP LOCKED`, [reader]);
    if (mine.rowCount === 0) return 0;
    const { rows } = await client.query<{ content: Buffer; transaction: string; sequence: string }>({
      name: 'follow-journal',
      text: nextSql,
      values: [reader, limit],
    });
    const last = rows.at(-1);
    if (!last) return 0;
    const entries = rows.map((row) => ({
      ...entryContentSchema.parse(JSON.parse(row.content.toString())),
      transaction: row.transaction,
      sequence: Number(row.sequence),
    }));
    await work(entries, client);
    await client.query(`UPDATE journal_readers SET transaction = $2::xid8, sequence = $3 WHERE reader = $1`, [
      reader,
      last.transaction,
      last.sequence,
    ]);
    return rows.length;
  });
}
