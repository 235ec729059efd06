import { bigint, pgTable, text } from 'drizzle-orm/pg-core';
import { instant } from './columns.ts';

/** How many rows of each table were cleared out since the beginning, by all processes together. */
export const removedRows = pgTable('removed_rows', {
  tableName: text('table_name').primaryKey(),
  rows: bigint('rows', { mode: 'number' }).notNull(),
  lastAt: instant('last_at').notNull(),
});
