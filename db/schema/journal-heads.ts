import { integer, pgTable, text } from 'drizzle-orm/pg-core';

/** The end of each stream's chain: the lock and the starting point of the next entry. Outside the journal's schema, because it is updated. */
export const journalHeads = pgTable('journal_heads', {
  stream: text('stream').primaryKey(),
  position: integer('position').notNull(),
  hash: text('hash').notNull(),
});
