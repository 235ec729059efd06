// What leaves the house: copies of cards, notices, outgoing webhooks; and how far the journal was followed.
import { sql } from 'drizzle-orm';
import {
  bigint,
  bigserial,
  boolean,
  index,
  integer,
  jsonb,
  pgTable,
  primaryKey,
  text,
  unique,
} from 'drizzle-orm/pg-core';
import { instant, transactionNumber } from './columns.ts';

/** How far each reader has followed the journal, in the order in which its transactions became certain. */
export const journalReaders = pgTable('journal_readers', {
  reader: text('reader').primaryKey(),
  transaction: transactionNumber('transaction').notNull(),
  sequence: bigint('sequence', { mode: 'number' }).notNull(),
});

/** One copy of a review's card: in a person's direct messages, a channel or a mailbox. */
export const cardCopies = pgTable(
  'card_copies',
  {
    reviewId: text('review_id').notNull(),
    channel: text('channel').$type<'slack' | 'email'>().notNull(),
    /** A person's handle, or `#` and a Slack channel's id. */
    recipient: text('recipient').notNull(),
    /** Where it lies once sent, as the channel names it. */
    place: jsonb('place').$type<Record<string, string>>(),
    /** The review's revision that it shows; 0 before it is sent. */
    shownRevision: integer('shown_revision').notNull().default(0),
    isDue: boolean('is_due').notNull().default(true),
    isGivenUp: boolean('is_given_up').notNull().default(false),
    /** One of a burst: it waits to be told of in a digest. */
    isGathered: boolean('is_gathered').notNull().default(false),
    attempts: integer('attempts').notNull().default(0),
    availableAt: instant('available_at').notNull().default(sql`clock_timestamp()`),
    lastError: text('last_error'),
  },
  (table) => [
    primaryKey({ columns: [table.reviewId, table.channel, table.recipient] }),
    index('card_copies_due').on(table.channel, table.availableAt).where(sql`is_due AND NOT is_given_up`),
  ],
); // prettier-ignore

/** A message that is sent once: a reminder, a mention, an outcome, a digest. */
export const notices = pgTable(
  'notices',
  {
    id: text('id').primaryKey(),
    /** Names the event and the person, so that following the journal twice tells nobody twice. */
    key: text('key').notNull(),
    handle: text('handle').notNull(),
    channel: text('channel').$type<'slack' | 'email' | 'push'>().notNull(),
    kind: text('kind').notNull(),
    reviewId: text('review_id'),
    modelVersionId: text('model_version_id'),
    title: text('title').notNull(),
    body: text('body').notNull(),
    url: text('url').notNull(),
    attempts: integer('attempts').notNull().default(0),
    /** Not before: quiet hours, digests, waits that the other side asked for. */
    availableAt: instant('available_at').notNull(),
    sentAt: instant('sent_at'),
    isGivenUp: boolean('is_given_up').notNull().default(false),
    lastError: text('last_error'),
    createdAt: instant('created_at').notNull(),
  },
  (table) => [
    unique('notices_key').on(table.key, table.channel),
    index('notices_due').on(table.channel, table.availableAt).where(sql`sent_at IS NULL AND NOT is_given_up`),
    index('notices_finished').on(sql`coalesce(sent_at, available_at)`).where(sql`sent_at IS NOT NULL OR is_given_up`),
  ],
); // prettier-ignore

/** Who wants to hear of models' versions beside those who asked. */
export const subscriptions = pgTable(
  'subscriptions',
  {
    handle: text('handle').notNull(),
    /** A model's name, `*`, `tier:<tier>` or `owner:<handle>`. */
    model: text('model').notNull(),
    createdAt: instant('created_at').notNull(),
  },
  (table) => [primaryKey({ columns: [table.handle, table.model] })],
);

/** One-time codes in mails: bound to a person, a review and its revision; only the hash is kept. */
export const mailTokens = pgTable(
  'mail_tokens',
  {
    tokenHash: text('token_hash').primaryKey(),
    reviewId: text('review_id').notNull(),
    handle: text('handle').notNull(),
    revision: integer('revision').notNull(),
    expiresAt: instant('expires_at').notNull(),
    usedAt: instant('used_at'),
    createdAt: instant('created_at').notNull(),
  },
  (table) => [index('mail_tokens_review').on(table.reviewId), index('mail_tokens_expired').on(table.expiresAt)],
);

/** Mails that came in or bounced, by Message-ID: each is taken once. */
export const receivedMails = pgTable('received_mails', {
  messageId: text('message_id').primaryKey(),
  receivedAt: instant('received_at').notNull(),
});

/** Addresses that refused mail for good; another channel takes over. */
export const bouncedAddresses = pgTable('bounced_addresses', {
  address: text('address').primaryKey(),
  reason: text('reason').notNull(),
  bouncedAt: instant('bounced_at').notNull(),
});

/** Requests of Slack that were taken, by the hash of their signature, so that a repeat does nothing. */
export const slackRequests = pgTable(
  'slack_requests',
  {
    requestHash: text('request_hash').primaryKey(),
    receivedAt: instant('received_at').notNull(),
  },
  (table) => [index('slack_requests_received').on(table.receivedAt)],
);

/** Codes by which a signed-in page verifies that a Slack user is this person. */
export const slackLinks = pgTable(
  'slack_links',
  {
    codeHash: text('code_hash').primaryKey(),
    slackUserId: text('slack_user_id').notNull(),
    expiresAt: instant('expires_at').notNull(),
    usedAt: instant('used_at'),
  },
  (table) => [index('slack_links_expired').on(table.expiresAt)],
);

/** Where outgoing webhooks go. */
export const webhookEndpoints = pgTable('webhook_endpoints', {
  id: text('id').primaryKey(),
  url: text('url').notNull(),
  description: text('description').notNull(),
  /** Event types; empty for all. */
  types: text('types').array().notNull(),
  /** A model's name, or null for all. */
  model: text('model'),
  algorithm: text('algorithm').$type<'v1' | 'v1a'>().notNull(),
  /** `whsec_…` or `whsk_…`, what signs; sealed with a key that is not in the database. */
  secret: text('secret').notNull(),
  /** Signs beside the new one for a while after a rotation. */
  previousSecret: text('previous_secret'),
  previousSecretUntil: instant('previous_secret_until'),
  isActive: boolean('is_active').notNull().default(true),
  disabledReason: text('disabled_reason'),
  createdBy: text('created_by').notNull(),
  createdAt: instant('created_at').notNull(),
  /** Its deliveries stay readable. */
  removedAt: instant('removed_at'),
});

export const webhookDeliveries = pgTable(
  'webhook_deliveries',
  {
    id: text('id').primaryKey(),
    /** Order of planning. */
    number: bigserial('number', { mode: 'number' }).notNull(),
    endpointId: text('endpoint_id').notNull(),
    /** The review, or else the version: what an endpoint hears of it arrives in order. */
    subject: text('subject').notNull(),
    /** `stream/position` of the journal entry behind it. */
    source: text('source').notNull(),
    type: text('type').notNull(),
    /** Sent as it stands here, byte for byte, at every attempt. */
    body: text('body').notNull(),
    attempts: integer('attempts').notNull().default(0),
    availableAt: instant('available_at').notNull(),
    lastStatus: integer('last_status'),
    lastError: text('last_error'),
    deliveredAt: instant('delivered_at'),
    isGivenUp: boolean('is_given_up').notNull().default(false),
    createdAt: instant('created_at').notNull(),
  },
  (table) => [
    unique('webhook_deliveries_source').on(table.endpointId, table.source, table.type),
    index('webhook_deliveries_subject').on(table.endpointId, table.subject, table.number).where(sql`delivered_at IS NULL AND NOT is_given_up`),
    index('webhook_deliveries_endpoint').on(table.endpointId, table.number),
    index('webhook_deliveries_due').on(table.availableAt).where(sql`delivered_at IS NULL AND NOT is_given_up`),
    index('webhook_deliveries_finished').on(sql`coalesce(delivered_at, available_at)`).where(sql`delivered_at IS NOT NULL OR is_given_up`),
  ],
); // prettier-ignore

/** Filters of the inbox that people keep, for themselves or for all. */
export const savedFilters = pgTable(
  'saved_filters',
  {
    id: text('id').primaryKey(),
    handle: text('handle').notNull(),
    name: text('name').notNull(),
    /** Query of the inbox, as in its address. */
    query: text('query').notNull(),
    isShared: boolean('is_shared').notNull(),
    createdAt: instant('created_at').notNull(),
  },
  (table) => [unique('saved_filters_name').on(table.handle, table.name), index('saved_filters_shared').on(table.name).where(sql`is_shared`)],
); // prettier-ignore

/** Browsers that take pushes. */
export const pushSubscriptions = pgTable('push_subscriptions', {
  endpoint: text('endpoint').primaryKey(),
  handle: text('handle').notNull(),
  keys: jsonb('keys').$type<{ p256dh: string; auth: string }>().notNull(),
  createdAt: instant('created_at').notNull(),
});
