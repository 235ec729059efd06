import { jsonb, pgTable, primaryKey, text } from 'drizzle-orm/pg-core';
import { instant } from './columns.ts';

/** What a pipeline is answered, and answered again on each replay. */
export interface DeliveryAnswer {
  deliveryId: string;
  modelVersionId: string;
  processId: string;
  links: { self: string; html: string };
}

/** Webhooks taken in; the key makes a replay answer what was answered. */
export const deliveries = pgTable(
  'deliveries',
  {
    source: text('source').notNull(),
    deliveryId: text('delivery_id').notNull(),
    bodyDigest: text('body_digest').notNull(),
    answer: jsonb('answer').$type<DeliveryAnswer>().notNull(),
    receivedAt: instant('received_at').notNull().defaultNow(),
  },
  (table) => [primaryKey({ columns: [table.source, table.deliveryId] })],
);
