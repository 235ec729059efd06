// Filters of the inbox that people keep, for themselves or for all.
import { and, asc, desc, eq, or, sql } from 'drizzle-orm';
import { z } from 'zod';
import { Refused } from '../../domain/errors.ts';
import { riskTiers } from '../../domain/submission.ts';
import { reviewStates } from '../../domain/review.ts';
import { newId } from '../../db/new-id.ts';
import { savedFilters } from '../../db/schema/index.ts';
import { trimmedTextSchema } from '../schemas/text.ts';
import { reviewViews } from '../schemas/views.ts';
import type { Caller } from './caller.ts';
import type { Deps } from './deps.ts';

export const dueFilters = ['overdue', 'day', 'week'] as const;
export type DueFilter = (typeof dueFilters)[number];

/** What a filter may say, as in the address of the inbox. */
const parameters: Record<string, (value: string) => boolean> = {
  view: (value) => (reviewViews as readonly string[]).includes(value),
  state: (value) => (reviewStates as readonly string[]).includes(value),
  tier: (value) => (riskTiers as readonly string[]).includes(value),
  due: (value) => (dueFilters as readonly string[]).includes(value),
  model: (value) => value.length <= 160,
  q: (value) => value.length <= 200,
};

export const newFilterSchema = z.strictObject({
  name: trimmedTextSchema(60),
  query: trimmedTextSchema(600)
    .refine(isQuery, 'is no query of the inbox, such as view=groups&tier=low')
    .describe('As in the address of the inbox, without the question mark'),
  isShared: z.boolean().default(false).describe('Whether all see it'),
});

function isQuery(query: string): boolean {
  const given = [...new URLSearchParams(query)];
  return given.length > 0 && given.every(([name, value]) => parameters[name]?.(value) ?? false);
}

export const filterViewSchema = z.object({
  id: z.string(),
  name: z.string(),
  query: z.string(),
  isShared: z.boolean(),
  by: z.string(),
  createdAt: z.iso.datetime(),
});
export type FilterView = z.infer<typeof filterViewSchema>;

const MOST_OWN = 50;
const MOST_SHOWN = 200;

/** All of the caller's own, then those that others share, each by name. */
export async function listFilters({ database }: Deps, { person }: Caller): Promise<FilterView[]> {
  const rows = await database.db
    .select()
    .from(savedFilters)
    .where(or(eq(savedFilters.handle, person.handle), eq(savedFilters.isShared, true)))
    .orderBy(desc(eq(savedFilters.handle, person.handle)), asc(savedFilters.name), asc(savedFilters.id))
    .limit(MOST_SHOWN);
  return rows.map(viewOf);
}

/** Keeps a filter under a name; the same name again takes the place of what it said before. Throws WRONG_STATE for more than anybody needs, FORBIDDEN for software that would share one. */
export async function saveFilter(
  { database, now }: Deps,
  { person }: Caller,
  { name, query, isShared }: z.output<typeof newFilterSchema>,
): Promise<FilterView> {
  const { handle } = person;
  if (isShared && person.type !== 'user')
    throw new Refused('FORBIDDEN', 'People share filters; software keeps its own.');
  return database.withTransaction(async (tx) => {
    await tx.execute(sql`SELECT pg_advisory_xact_lock(hashtext('filters'), hashtext(${handle}))`);
    const own = await tx.select({ name: savedFilters.name }).from(savedFilters).where(eq(savedFilters.handle, handle));
    if (own.length >= MOST_OWN && !own.some((filter) => filter.name === name))
      throw new Refused('WRONG_STATE', `Nobody keeps more than ${MOST_OWN} filters. Remove one first.`);
    const [row] = await tx
      .insert(savedFilters)
      .values({ id: newId('filter'), handle, name, query, isShared, createdAt: now() })
      .onConflictDoUpdate({ target: [savedFilters.handle, savedFilters.name], set: { query, isShared } })
      .returning();
    if (!row) throw new Error('The filter was not kept');
    return viewOf(row);
  });
}

/** Removes a filter of the caller's. Throws NOT_FOUND. */
export async function removeFilter({ database }: Deps, { person }: Caller, id: string): Promise<void> {
  const removed = await database.db
    .delete(savedFilters)
    .where(and(eq(savedFilters.id, id), eq(savedFilters.handle, person.handle)))
    .returning({ id: savedFilters.id });
  if (removed.length === 0) throw new Refused('NOT_FOUND', 'You have no such filter.');
}

const viewOf = ({ id, name, query, isShared, handle, createdAt }: typeof savedFilters.$inferSelect): FilterView => ({
  id,
  name,
  query,
  isShared,
  by: handle,
  createdAt: createdAt.toISOString(),
});
