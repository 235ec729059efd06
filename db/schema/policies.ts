import { integer, jsonb, pgTable, primaryKey, text } from 'drizzle-orm/pg-core';
import type { Policy } from '../../domain/policy.ts';
import type { RiskTier } from '../../domain/submission.ts';
import { instant } from './columns.ts';

/** Published policies: inserted once, never changed. */
export const policies = pgTable(
  'policies',
  {
    id: text('id').notNull(),
    version: integer('version').notNull(),
    riskTier: text('risk_tier').$type<RiskTier>().notNull(),
    digest: text('digest').notNull(),
    rules: jsonb('rules').$type<Policy>().notNull(),
    /** The YAML as its author wrote it. */
    source: text('source').notNull(),
    publishedBy: text('published_by').notNull(),
    publishedAt: instant('published_at').notNull().defaultNow(),
  },
  (table) => [primaryKey({ columns: [table.id, table.version] })],
);
