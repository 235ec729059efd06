import { sql } from 'drizzle-orm';
import { boolean, index, jsonb, pgTable, primaryKey, text } from 'drizzle-orm/pg-core';
import type { Role } from '../../domain/actor.ts';
import type { Preferences } from '../../domain/preferences.ts';
import { instant } from './columns.ts';

export const people = pgTable('people', {
  handle: text('handle').primaryKey(),
  name: text('name').notNull(),
  email: text('email').notNull().unique(),
  type: text('type').$type<'user' | 'service_account'>().notNull(),
  roles: text('roles').array().$type<Role[]>().notNull(),
  department: text('department'),
  groups: text('groups').array().notNull().default([]),
  /** IANA name; deadlines and quiet hours are told in it. */
  timeZone: text('time_zone').notNull().default('UTC'),
  /** `U…`, verified by a signed-in page; null until linked. */
  slackUserId: text('slack_user_id').unique(),
  /** Of software: the person who answers for it. */
  accountable: text('accountable'),
  /** Identities elsewhere that are this person: commit addresses, user names. */
  aliases: text('aliases').array().notNull().default([]),
  preferences: jsonb('preferences').$type<Preferences>().notNull().default({}),
  isActive: boolean('is_active').notNull().default(true),
  createdAt: instant('created_at').notNull().defaultNow(),
});

/** Bearer tokens; only their SHA-256 is kept. */
export const accessTokens = pgTable('access_tokens', {
  tokenHash: text('token_hash').primaryKey(),
  handle: text('handle').notNull().references(() => people.handle),
  label: text('label').notNull(),
  createdAt: instant('created_at').notNull().defaultNow(),
  revokedAt: instant('revoked_at'),
}); // prettier-ignore

/** Signed-in browsers; the cookie's value is kept as its SHA-256. */
export const sessions = pgTable(
  'sessions',
  {
    sessionHash: text('session_hash').primaryKey(),
    handle: text('handle').notNull().references(() => people.handle),
    createdAt: instant('created_at').notNull().defaultNow(),
    lastSeenAt: instant('last_seen_at').notNull().defaultNow(),
    expiresAt: instant('expires_at').notNull(),
    endedAt: instant('ended_at'),
    /** When this browser last proved who sits before it. */
    steppedUpAt: instant('stepped_up_at'),
  },
  () => [index('sessions_over').on(sql`coalesce(ended_at, expires_at)`)],
); // prettier-ignore

/** Out of office: who stands in meanwhile. */
export const absences = pgTable(
  'absences',
  {
    id: text('id').primaryKey(),
    handle: text('handle').notNull().references(() => people.handle),
    deputy: text('deputy').references(() => people.handle),
    startsAt: instant('starts_at').notNull(),
    endsAt: instant('ends_at').notNull(),
    createdAt: instant('created_at').notNull(),
    canceledAt: instant('canceled_at'),
    /** When the deputy was asked on what was open then; null before it began. */
    begunAt: instant('begun_at'),
    /** When the deputy was let go again. */
    endedAt: instant('ended_at'),
  },
  (table) => [index('absences_person').on(table.handle, table.endsAt), index('absences_unfinished').on(table.startsAt).where(sql`ended_at is null`)],
); // prettier-ignore

/** What a person is qualified for, and until when. */
export const qualifications = pgTable(
  'qualifications',
  {
    handle: text('handle').notNull().references(() => people.handle),
    name: text('name').notNull(),
    expiresAt: instant('expires_at'),
    grantedBy: text('granted_by').notNull(),
    grantedAt: instant('granted_at').notNull(),
    revokedAt: instant('revoked_at'),
  },
  (table) => [primaryKey({ columns: [table.handle, table.name] })],
); // prettier-ignore
