import { sql } from 'drizzle-orm';
import { bigint, bigserial, index, integer, pgSchema, primaryKey, text, unique } from 'drizzle-orm/pg-core';
import { bytes, instant, transactionNumber } from './columns.ts';

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
    /** Who wrote it, for the sealer: an entry is sealed once no earlier transaction can still land. */
    transaction: transactionNumber('transaction')
      .notNull()
      .default(sql`pg_current_xact_id()`),
  },
  (table) => [
    primaryKey({ columns: [table.stream, table.position] }),
    index('journal_entries_sequence').on(table.sequence),
    index('journal_entries_actor').on(table.actorId, table.sequence),
    index('journal_entries_transaction').on(table.transaction, table.sequence),
    index('journal_entries_type').on(table.type, table.sequence),
    index('journal_entries_at').using('brin', table.at),
  ],
);

/** Signed roots over the sealed entries: C2SP signed notes, kept as written. */
export const journalCheckpoints = journal.table('checkpoints', {
  size: bigint('size', { mode: 'number' }).primaryKey(),
  rootHash: text('root_hash').notNull(),
  note: text('note').notNull(),
  /** Of the key that signed it: what a stranger needs to check the note, once they trust it. */
  verifierKey: text('verifier_key').notNull(),
  sealedAt: instant('sealed_at').notNull(),
});

/** The dense number that the sealer gave an entry, counted from 0, and its leaf hash under RFC 6962. */
export const journalLeaves = journal.table(
  'leaves',
  {
    number: bigint('number', { mode: 'number' }).primaryKey(),
    stream: text('stream').notNull(),
    position: integer('position').notNull(),
    leafHash: bytes('leaf_hash').notNull(),
  },
  (table) => [unique('journal_leaves_entry').on(table.stream, table.position)],
);

/** Roots of complete subtrees of 256, 65,536, … leaves (level 1, 2, …): a proof over millions of entries reads hundreds of hashes. */
export const journalTiles = journal.table(
  'tiles',
  {
    level: integer('level').notNull(),
    index: bigint('index', { mode: 'number' }).notNull(),
    hash: bytes('hash').notNull(),
  },
  (table) => [primaryKey({ columns: [table.level, table.index] })],
);
