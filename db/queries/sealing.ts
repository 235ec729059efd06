import { desc, sql } from 'drizzle-orm';
import type { DbOrTx } from '../client.ts';
import { journalCheckpoints, journalLeaves, journalTiles } from '../schema/index.ts';

export type CheckpointRow = typeof journalCheckpoints.$inferSelect;

export async function findLatestCheckpoint(db: DbOrTx): Promise<CheckpointRow | undefined> {
  const [row] = await db.select().from(journalCheckpoints).orderBy(desc(journalCheckpoints.size)).limit(1);
  return row;
}

/** A place in the order in which entries are sealed: by transaction, then as they were written. */
export interface SealingPlace {
  transaction: string;
  sequence: string;
}

export interface UnsealedEntry extends SealingPlace {
  stream: string;
  position: number;
  content: Buffer;
}

const nowhere: SealingPlace = { transaction: '0', sequence: '0' };

/**
 * Entries behind `after` of which no earlier one can still appear: every transaction before the snapshot's oldest has ended.
 * Ask in a transaction of one snapshot.
 */
export async function readUnsealed(
  db: DbOrTx,
  after: SealingPlace | undefined,
  limit: number,
): Promise<UnsealedEntry[]> {
  const { transaction, sequence } = after ?? nowhere;
  return readEntries(
    db,
    sql`(transaction, sequence) > (${transaction}::xid8, ${sequence}::bigint) AND transaction < pg_snapshot_xmin(pg_current_snapshot())`,
    limit,
  );
}

/**
 * Entries without a leaf anywhere in the journal: after a restore into another cluster, where transactions count anew,
 * their order says nothing. Reads everything; ask in a transaction of one snapshot.
 */
export async function readMissed(db: DbOrTx, limit: number): Promise<UnsealedEntry[]> {
  return readEntries(
    db,
    sql`(transaction < pg_snapshot_xmin(pg_current_snapshot()) OR transaction >= pg_snapshot_xmax(pg_current_snapshot()))
      AND NOT EXISTS (SELECT FROM journal.leaves leaf WHERE leaf.stream = entry.stream AND leaf.position = entry.position)`,
    limit,
  );
}

async function readEntries(db: DbOrTx, condition: ReturnType<typeof sql>, limit: number): Promise<UnsealedEntry[]> {
  const { rows } = await db.execute<UnsealedEntry & Record<string, unknown>>(sql`
    SELECT stream, position, sequence::text, transaction::text, content FROM journal.entries entry
    WHERE ${condition} ORDER BY entry.transaction, entry.sequence LIMIT ${limit}`);
  return rows;
}

/** Where the sealing order begins anew: everything of earlier transactions is sealed. */
export async function readFence(db: DbOrTx): Promise<SealingPlace> {
  const { rows } = await db.execute<{ fence: string }>(
    sql`SELECT pg_snapshot_xmin(pg_current_snapshot())::text AS fence`,
  );
  return { transaction: rows[0]!.fence, sequence: '0' };
}

/** The place of the last leaf's entry; undefined when there is none. `entriesUpTo` counts the entries up to there. */
export async function findLastSealed(db: DbOrTx): Promise<(SealingPlace & { entriesUpTo: number }) | undefined> {
  const { rows } = await db.execute<{ transaction: string; sequence: string; entries: string }>(sql`
    SELECT last.transaction::text, last.sequence::text,
      (SELECT count(*) FROM journal.entries WHERE (transaction, sequence) <= (last.transaction, last.sequence)) AS entries
    FROM (SELECT stream, position FROM journal.leaves ORDER BY number DESC LIMIT 1) leaf
    JOIN journal.entries last ON last.stream = leaf.stream AND last.position = leaf.position`);
  const [row] = rows;
  return row && { transaction: row.transaction, sequence: row.sequence, entriesUpTo: Number(row.entries) };
}

export interface Seal {
  leaves: readonly { number: number; stream: string; position: number; leafHash: Buffer }[];
  tiles: readonly { level: number; index: number; hash: Buffer }[];
  checkpoint: CheckpointRow;
}

export async function insertSeal(tx: DbOrTx, { leaves, tiles, checkpoint }: Seal): Promise<void> {
  await tx.execute(sql`
    INSERT INTO journal.leaves (number, stream, position, leaf_hash)
    SELECT * FROM unnest(${sql.param(leaves.map((leaf) => leaf.number))}::bigint[], ${sql.param(leaves.map((leaf) => leaf.stream))}::text[],
      ${sql.param(leaves.map((leaf) => leaf.position))}::int[], ${sql.param(leaves.map((leaf) => leaf.leafHash))}::bytea[])`);
  if (tiles.length > 0) await tx.insert(journalTiles).values([...tiles]);
  await tx.insert(journalCheckpoints).values(checkpoint);
}

/** Stored hashes `start` up to but not with `end`: leaves at level 0, tiles above. */
export async function readTreeHashes(
  db: DbOrTx,
  level: number,
  range: { start: number; end: number },
): Promise<Buffer[]> {
  const { rows } = await db.execute<{ hash: Buffer }>(
    level === 0
      ? sql`SELECT leaf_hash AS hash FROM journal.leaves WHERE number >= ${range.start} AND number < ${range.end} ORDER BY number`
      : sql`SELECT hash FROM journal.tiles WHERE level = ${level} AND index >= ${range.start} AND index < ${range.end} ORDER BY index`,
  );
  return rows.map((row) => row.hash);
}

export async function findLeaf(
  db: DbOrTx,
  stream: string,
  position: number,
): Promise<typeof journalLeaves.$inferSelect | undefined> {
  const [row] = await db
    .select()
    .from(journalLeaves)
    .where(sql`${journalLeaves.stream} = ${stream} AND ${journalLeaves.position} = ${position}`);
  return row;
}
