// What people say, ask, attach and look at around a review.
import { sql } from 'drizzle-orm';
import { index, integer, jsonb, pgTable, primaryKey, text, uniqueIndex } from 'drizzle-orm/pg-core';
import type { Channel } from '../../domain/actor.ts';
import type { DecideCommand } from '../../domain/review.ts';
import { instant } from './columns.ts';

export const reviewComments = pgTable(
  'review_comments',
  {
    id: text('id').primaryKey(),
    reviewId: text('review_id').notNull(),
    /** `question` asks for information, `answer` gives it; both are comments to a reader. */
    kind: text('kind').$type<'comment' | 'question' | 'answer'>().notNull(),
    handle: text('handle').notNull(),
    text: text('text').notNull(),
    /** Handles of people named in it. */
    mentions: text('mentions').array().notNull(),
    channel: text('channel').$type<Channel>().notNull(),
    createdAt: instant('created_at').notNull(),
  },
  (table) => [index('review_comments_review').on(table.reviewId, table.createdAt)],
);

/** Files that people laid beside the evidence; the bytes lie in `documents` under their digest. */
export const reviewAttachments = pgTable(
  'review_attachments',
  {
    id: text('id').primaryKey(),
    reviewId: text('review_id').notNull(),
    handle: text('handle').notNull(),
    name: text('name').notNull(),
    mediaType: text('media_type').notNull(),
    size: integer('size').notNull(),
    digest: text('digest').notNull(),
    createdAt: instant('created_at').notNull(),
  },
  (table) => [index('review_attachments_review').on(table.reviewId)],
);

/** That a person had it before them: the first time, by revision and channel. From open to decision is how long a review took. */
export const reviewViews = pgTable(
  'review_views',
  {
    reviewId: text('review_id').notNull(),
    handle: text('handle').notNull(),
    revision: integer('revision').notNull(),
    /** What was shown: `review`, `evidence`, or a document's digest. */
    what: text('what').notNull(),
    channel: text('channel').$type<Channel>().notNull(),
    openedAt: instant('opened_at').notNull(),
  },
  (table) => [primaryKey({ columns: [table.reviewId, table.handle, table.revision, table.what] }), index('review_views_person').on(table.handle, table.openedAt)],
); // prettier-ignore

/** "Approved, provided that …": what was promised, by whom, by when. */
export const conditions = pgTable(
  'conditions',
  {
    id: text('id').primaryKey(),
    modelVersionId: text('model_version_id').notNull(),
    reviewId: text('review_id').notNull(),
    decisionId: text('decision_id').notNull(),
    text: text('text').notNull(),
    owner: text('owner').notNull(),
    dueAt: instant('due_at').notNull(),
    /** When the approval is asked about anew unless it was fulfilled. */
    expiresAt: instant('expires_at').notNull(),
    state: text('state').$type<'OPEN' | 'FULFILLED' | 'EXPIRED'>().notNull(),
    closedBy: text('closed_by'),
    closedAt: instant('closed_at'),
    closedReason: text('closed_reason'),
  },
  (table) => [index('conditions_review').on(table.reviewId), index('conditions_version').on(table.modelVersionId)],
);

/** An approval that counts at an instant if a check still holds then. */
export const deferredDecisions = pgTable(
  'deferred_decisions',
  {
    id: text('id').primaryKey(),
    reviewId: text('review_id').notNull(),
    handle: text('handle').notNull(),
    channel: text('channel').$type<Channel>().notNull(),
    command: jsonb('command').$type<DecideCommand>().notNull(),
    /** Names the press, among the person's decisions too; null of those before it was kept. */
    idempotencyKey: text('idempotency_key'),
    check: text('check').notNull(),
    countsAt: instant('counts_at').notNull(),
    state: text('state').$type<'PENDING' | 'COUNTED' | 'LAPSED'>().notNull(),
    /** Why it lapsed. */
    reason: text('reason'),
    createdAt: instant('created_at').notNull(),
    settledAt: instant('settled_at'),
  },
  (table) => [
    index('deferred_decisions_review').on(table.reviewId),
    uniqueIndex('deferred_decisions_person_key').on(table.handle, table.idempotencyKey),
    uniqueIndex('deferred_decisions_pending')
      .on(table.reviewId, table.handle)
      .where(sql`state = 'PENDING'`),
  ],
);
