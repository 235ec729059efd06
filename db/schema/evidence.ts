import { integer, pgTable, text } from 'drizzle-orm/pg-core';
import { bytes, instant } from './columns.ts';

/** Packs by digest; `content` is the canonical JSON that the digest names. */
export const evidencePacks = pgTable('evidence_packs', {
  digest: text('digest').primaryKey(),
  modelVersionId: text('model_version_id').notNull(),
  round: integer('round').notNull(),
  criteriaDigest: text('criteria_digest').notNull(),
  content: bytes('content').notNull(),
  createdAt: instant('created_at').notNull().defaultNow(),
});

/** Documents by digest, as they were read. */
export const documents = pgTable('documents', {
  digest: text('digest').primaryKey(),
  mediaType: text('media_type').notNull(),
  content: bytes('content').notNull(),
  createdAt: instant('created_at').notNull().defaultNow(),
});
