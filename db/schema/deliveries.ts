import { jsonb, pgTable, primaryKey, text } from 'drizzle-orm/pg-core';
import { instant } from './columns.ts';

/** Webhooks taken in; the key makes a replay answer what was answered. */
export const deliveries = pgTable(
  'deliveries',
  {
    source: text('source').notNull(),
    deliveryId: text('delivery_id').notNull(),
    bodyDigest: text('body_digest').notNull(),
    answer: jsonb('answer').$type<Record<string, unknown>>().notNull(),
    receivedAt: instant('received_at').notNull().defaultNow(),
  },
  (table) => [primaryKey({ columns: [table.source, table.deliveryId] })],
);
