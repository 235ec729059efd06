import { bigint, bigserial, index, integer, pgSchema, primaryKey, text } from 'drizzle-orm/pg-core';
import { bytes, instant } from './columns.ts';

/** A schema of its own, in which the application's role can insert and select and nothing else. */
export const journal = pgSchema('journal');

/** No foreign keys: entries outlive what they are about. `content` is what was hashed; the other columns are copies to search by. */
export const journalEntries = journal.table(
  'entries',
  {
    stream: text('stream').notNull(),
    position: integer('position').notNull(),
    /** Order of writing, with gaps; for paging, never for proof. */
    sequence: bigserial('sequence', { mode: 'number' }).notNull(),
    type: text('type').notNull(),
    at: instant('at').notNull(),
    actorType: text('actor_type').notNull(),
    actorId: text('actor_id').notNull(),
    content: bytes('content').notNull(),
    hash: text('hash').notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.stream, table.position] }),
    index('journal_entries_sequence').on(table.sequence),
    index('journal_entries_actor').on(table.actorId, table.sequence),
    index('journal_entries_type').on(table.type, table.sequence),
  ],
);

/** Signed roots over the sealed entries: C2SP signed notes, kept as written. */
export const journalCheckpoints = journal.table('checkpoints', {
  size: bigint('size', { mode: 'number' }).primaryKey(),
  rootHash: text('root_hash').notNull(),
  note: text('note').notNull(),
  sealedAt: instant('sealed_at').notNull(),
});

/** The dense number that the sealer gave an entry, and its leaf hash under RFC 6962. */
export const journalLeaves = journal.table('leaves', {
  number: bigint('number', { mode: 'number' }).primaryKey(),
  stream: text('stream').notNull(),
  position: integer('position').notNull(),
  leafHash: bytes('leaf_hash').notNull(),
});
