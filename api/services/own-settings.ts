// What people choose for themselves: how they are told, and of which models.
import { and, asc, eq } from 'drizzle-orm';
import { z } from 'zod';
import { Refused } from '../../domain/errors.ts';
import { readFollowed, type Followed } from '../../domain/following.ts';
import { preferencesSchema } from '../../domain/preferences.ts';
import { isTimeZone } from '../../domain/review-policy.ts';
import type { DbOrTx } from '../../db/client.ts';
import { models, people, subscriptions } from '../../db/schema/index.ts';
import type { Caller } from './caller.ts';
import type { Deps } from './deps.ts';

type OwnDeps = Pick<Deps, 'database' | 'now'>;

export const ownPreferencesSchema = preferencesSchema.extend({
  timeZone: z.string().max(100).refine(isTimeZone, 'is no IANA time zone such as Europe/Berlin').optional(),
});
export type OwnPreferences = z.output<typeof ownPreferencesSchema>;

export interface Subscription {
  /** A model's name, `*`, `tier:<tier>` or `owner:<handle>`. */
  model: Followed;
  /** RFC 3339. */
  since: string;
}

export async function readPreferences({ database }: OwnDeps, { person }: Caller): Promise<OwnPreferences> {
  const [row] = await database.db
    .select({ preferences: people.preferences, timeZone: people.timeZone })
    .from(people)
    .where(eq(people.handle, person.handle));
  return { ...row?.preferences, timeZone: row?.timeZone ?? 'UTC' };
}

/** Takes the place of what was chosen before; a time zone that is not named stays. */
export async function writePreferences(
  deps: OwnDeps,
  caller: Caller,
  { timeZone, ...preferences }: OwnPreferences,
): Promise<OwnPreferences> {
  await deps.database.db
    .update(people)
    .set({ preferences, ...(timeZone === undefined ? {} : { timeZone }) })
    .where(eq(people.handle, caller.person.handle));
  return readPreferences(deps, caller);
}

export async function listSubscriptions({ database }: OwnDeps, { person }: Caller): Promise<Subscription[]> {
  const rows = await database.db
    .select()
    .from(subscriptions)
    .where(eq(subscriptions.handle, person.handle))
    .orderBy(asc(subscriptions.model));
  return rows.map(({ model, createdAt }) => ({ model, since: createdAt.toISOString() }));
}

/** Throws NOT_FOUND for what the caller does not follow, INVALID for what nobody can. */
export async function getSubscription(deps: OwnDeps, caller: Caller, model: Followed): Promise<Subscription> {
  readFollowed(model);
  const found = (await listSubscriptions(deps, caller)).find((subscription) => subscription.model === model);
  if (!found) throw new Refused('NOT_FOUND', 'You do not follow this.');
  return found;
}

/**
 * Following twice changes nothing. Throws FORBIDDEN for software, which is told by webhooks, NOT_FOUND for a model or an owner that is not
 * there, and INVALID for what cannot be followed, such as an unknown tier.
 */
export async function subscribe(deps: OwnDeps, caller: Caller, model: Followed): Promise<Subscription> {
  const { handle, type, roles } = caller.person;
  if (type !== 'user' || roles.length === 0)
    throw new Refused('FORBIDDEN', 'Software is told by webhooks; see /v1/webhook-endpoints.');
  const { db } = deps.database;
  await requireFollowable(db, model);
  await db.insert(subscriptions).values({ handle, model, createdAt: deps.now() }).onConflictDoNothing();
  return getSubscription(deps, caller, model);
}

async function requireFollowable(db: DbOrTx, followed: Followed): Promise<void> {
  const thing = readFollowed(followed);
  if (thing.kind === 'model') {
    const [known] = await db.select({ name: models.name }).from(models).where(eq(models.name, thing.model));
    if (!known) throw new Refused('NOT_FOUND', 'There is no such model.');
  }
  if (thing.kind === 'owner') {
    const [known] = await db.select({ handle: people.handle }).from(people).where(eq(people.handle, thing.owner));
    if (!known) throw new Refused('NOT_FOUND', 'There is nobody of this name.');
  }
}

/** Following no more what was not followed changes nothing. Throws NOT_FOUND and INVALID as `subscribe` does. */
export async function unsubscribe({ database }: OwnDeps, { person }: Caller, model: Followed): Promise<void> {
  await requireFollowable(database.db, model);
  await database.db
    .delete(subscriptions)
    .where(and(eq(subscriptions.handle, person.handle), eq(subscriptions.model, model)));
}
