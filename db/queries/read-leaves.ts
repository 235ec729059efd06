import { and, asc, gt, lte, sql } from 'drizzle-orm';
import type { DbOrTx } from '../client.ts';
import { journalCheckpoints } from '../schema/index.ts';
import type { CheckpointRow } from './sealing.ts';

export interface LeafWithContent {
  number: number;
  stream: string;
  position: number;
  leafHash: Buffer;
  /** null: the entry is gone. */
  content: Buffer | null;
}

/** The next leaves from `number` on, with the bytes of their entries. */
export async function readLeaves(db: DbOrTx, number: number, limit: number): Promise<LeafWithContent[]> {
  const { rows } = await db.execute<Omit<LeafWithContent, 'number'> & { number: string }>(sql`
    SELECT leaf.number, leaf.stream, leaf.position, leaf.leaf_hash AS "leafHash", entry.content
    FROM (SELECT * FROM journal.leaves WHERE number >= ${number} ORDER BY number LIMIT ${limit}) leaf
    LEFT JOIN journal.entries entry ON entry.stream = leaf.stream AND entry.position = leaf.position
    ORDER BY leaf.number`);
  return rows.map((row) => ({ ...row, number: Number(row.number) }));
}

/** Stored checkpoints over more than `above` and up to `upTo` entries, smallest first. */
export async function readCheckpoints(db: DbOrTx, above: number, upTo: number): Promise<CheckpointRow[]> {
  const { size } = journalCheckpoints;
  return db
    .select()
    .from(journalCheckpoints)
    .where(and(gt(size, above), lte(size, upTo)))
    .orderBy(asc(size));
}
