import { sql } from 'drizzle-orm';
import { index, integer, jsonb, pgTable, text, uniqueIndex } from 'drizzle-orm/pg-core';
import type { ProcessKind, ProcessOutcome, ProcessState } from '../../domain/process.ts';
import { instant } from './columns.ts';

export const processes = pgTable(
  'processes',
  {
    id: text('id').primaryKey(),
    modelVersionId: text('model_version_id').notNull(),
    kind: text('kind').$type<ProcessKind>().notNull(),
    /** The round of evidence it is about; 0 for a lifecycle, which spans all rounds. */
    round: integer('round').notNull(),
    state: text('state').$type<ProcessState>().notNull(),
    outcome: text('outcome').$type<ProcessOutcome>(),
    /** In words, why it ended so. */
    outcomeReason: text('outcome_reason'),
    workflowId: text('workflow_id').notNull(),
    policyId: text('policy_id').notNull(),
    policyVersion: integer('policy_version').notNull(),
    details: jsonb('details').$type<Record<string, unknown>>().notNull().default({}),
    startedAt: instant('started_at').notNull().defaultNow(),
    endedAt: instant('ended_at'),
  },
  (table) => [
    uniqueIndex('processes_version_kind_round')
      .on(table.modelVersionId, table.kind, table.round)
      .where(sql`kind <> 'follow_up'`),
    index('processes_follow_ups')
      .on(table.modelVersionId)
      .where(sql`kind = 'follow_up'`),
    index('processes_running').on(table.state, table.startedAt),
  ],
);
