import { boolean, pgTable, text } from 'drizzle-orm/pg-core';
import type { Role } from '../../domain/actor.ts';
import { instant } from './columns.ts';

export const people = pgTable('people', {
  handle: text('handle').primaryKey(),
  name: text('name').notNull(),
  email: text('email').notNull().unique(),
  type: text('type').$type<'user' | 'service_account'>().notNull(),
  roles: text('roles').array().$type<Role[]>().notNull(),
  department: text('department'),
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
export const sessions = pgTable('sessions', {
  sessionHash: text('session_hash').primaryKey(),
  handle: text('handle').notNull().references(() => people.handle),
  createdAt: instant('created_at').notNull().defaultNow(),
  lastSeenAt: instant('last_seen_at').notNull().defaultNow(),
  expiresAt: instant('expires_at').notNull(),
  endedAt: instant('ended_at'),
}); // prettier-ignore
