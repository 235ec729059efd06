import { sql } from 'drizzle-orm';
import { chainEntries, emptyHead, type ChainedEntry, type ChainHead, type NewEntry } from '../../domain/journal.ts';
import type { DbOrTx } from '../client.ts';
import { journalEntries, journalHeads } from '../schema/index.ts';
import { sha256 } from '../sha256.ts';

/**
 * Writes entries at the end of their streams, in the caller's transaction: the step and its entry stand or fall together.
 * The head row is the lock of its stream, so take row locks of the subject before, never after.
 */
export async function appendEntries(tx: DbOrTx, entries: readonly NewEntry[], at: Date): Promise<void> {
  for (const [stream, ofStream] of Map.groupBy(entries, (entry) => entry.stream)) {
    const head = await lockHead(tx, stream);
    const { chained, head: last } = chainEntries(head, ofStream, at.toISOString(), sha256);
    // Named, so that PostgreSQL plans them once: every step of every process passes here.
    await tx.insert(journalEntries).values(chained.map(entryRow)).prepare(`append-entries-${chained.length}`).execute();
    await tx
      .update(journalHeads)
      .set(last)
      .where(sql`${journalHeads.stream} = ${stream}`)
      .prepare('move-head')
      .execute();
  }
}

async function lockHead(tx: DbOrTx, stream: string): Promise<ChainHead> {
  const standing = await lockStandingHead(tx, stream);
  if (standing) return standing;
  await tx
    .insert(journalHeads)
    .values({ stream, ...emptyHead })
    .onConflictDoNothing();
  const made = await lockStandingHead(tx, stream);
  if (!made) throw new Error(`The journal head of ${stream} is gone`);
  return made;
}

async function lockStandingHead(tx: DbOrTx, stream: string): Promise<ChainHead | undefined> {
  const [head] = await tx
    .select()
    .from(journalHeads)
    .where(sql`${journalHeads.stream} = ${stream}`)
    .for('update')
    .prepare('lock-head')
    .execute();
  return head;
}

/** The row of a chained entry: its bytes as they were hashed, and copies of what is searched by. */
export function entryRow(entry: ChainedEntry) {
  const { content } = entry;
  return {
    stream: content.stream,
    position: content.position,
    type: content.type,
    at: new Date(content.at),
    actorType: content.actor.type,
    actorId: content.actor.id,
    content: Buffer.from(entry.bytes),
    hash: entry.hash,
  };
}

/** The same copies as columns of a JSON record, for statements that write many entries at once. */
export function searchableCopies({ content, hash }: ChainedEntry) {
  return {
    position: content.position,
    type: content.type,
    at: content.at,
    actor_type: content.actor.type,
    actor_id: content.actor.id,
    hash,
  };
}
