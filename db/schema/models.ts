import { boolean, index, integer, jsonb, pgTable, text, unique } from 'drizzle-orm/pg-core';
import type { Stage } from '../../domain/stage.ts';
import type { RiskTier, Submission } from '../../domain/submission.ts';
import { instant } from './columns.ts';

export const models = pgTable('models', {
  name: text('name').primaryKey(),
  createdAt: instant('created_at').notNull().defaultNow(),
});

export const modelVersions = pgTable(
  'model_versions',
  {
    id: text('id').primaryKey(),
    model: text('model').notNull(),
    version: text('version').notNull(),
    stage: text('stage').$type<Stage>().notNull(),
    riskTier: text('risk_tier').$type<RiskTier>().notNull(),
    owner: text('owner').notNull(),
    author: text('author').notNull(),
    contributors: text('contributors').array().notNull(),
    artifactDigest: text('artifact_digest').notNull(),
    /** The latest round's submission, as parsed. */
    submission: jsonb('submission').$type<Submission>().notNull(),
    /** Counts the evidence that arrived: 1 with the submission, one more with each update. */
    round: integer('round').notNull().default(1),
    /** Whether approvals of the round before stand on in the latest one. */
    keepsDecisions: boolean('keeps_decisions').notNull().default(false),
    /** The latest round's evidence pack; null until it is computed. */
    evidenceDigest: text('evidence_digest'),
    policyId: text('policy_id').notNull(),
    policyVersion: integer('policy_version').notNull(),
    submittedBy: text('submitted_by').notNull(),
    approvedAt: instant('approved_at'),
    createdAt: instant('created_at').notNull().defaultNow(),
    updatedAt: instant('updated_at').notNull().defaultNow(),
  },
  (table) => [
    unique('model_versions_model_version').on(table.model, table.version),
    index('model_versions_model_created').on(table.model, table.createdAt),
  ],
);
