import { bigserial, index, integer, jsonb, pgTable, text } from 'drizzle-orm/pg-core';
import { sql } from 'drizzle-orm';
import type { OutboxMessage } from '../../workflows/contract.ts';
import { instant } from './columns.ts';

/** What workflows are to hear of, written in the transaction that made it true; the relay deletes a line once Temporal has it. */
export const outbox = pgTable(
  'outbox',
  {
    id: bigserial('id', { mode: 'number' }).primaryKey(),
    workflowId: text('workflow_id').notNull(),
    message: jsonb('message').$type<OutboxMessage>().notNull(),
    attempts: integer('attempts').notNull().default(0),
    lastError: text('last_error'),
    availableAt: instant('available_at').notNull().default(sql`clock_timestamp()`),
    createdAt: instant('created_at').notNull().default(sql`clock_timestamp()`),
  },
  (table) => [index('outbox_available').on(table.availableAt, table.id), index('outbox_workflow').on(table.workflowId, table.id)],
); // prettier-ignore
