// Who is there, with which roles and tokens: administrators change it, and every change is journaled on the stream `people`.
import { and, eq, isNull } from 'drizzle-orm';
import { z } from 'zod';
import { roleSchema, type Actor } from '../../domain/actor.ts';
import { isTimeZone } from '../../domain/review-policy.ts';
import { Refused } from '../../domain/errors.ts';
import type { EntryType } from '../../domain/journal.ts';
import { handleSchema } from '../../domain/submission.ts';
import { isUniqueViolation, type DbOrTx } from '../../db/client.ts';
import { appendEntries } from '../../db/queries/journal.ts';
import { accessTokens, people } from '../../db/schema/index.ts';
import { newAccessToken } from '../auth/access-token.ts';
import { reasonSchema, textSchema } from '../schemas/text.ts';
import type { PersonView } from '../schemas/views.ts';
import { actorOf, type Caller } from './caller.ts';
import type { Deps } from './deps.ts';

const lineSchema = (max: number) => textSchema(max).min(1);

const aboutPerson = {
  groups: z.array(lineSchema(100)).max(100).optional().describe('Sign-offs may ask members of groups only'),
  timeZone: lineSchema(100).refine(isTimeZone, 'is no IANA time zone such as Europe/Berlin').optional(),
  accountable: handleSchema.max(80).nullable().optional().describe('Of software: the handle of whoever answers for it'),
  aliases: z
    .array(lineSchema(254))
    .max(50)
    .optional()
    .describe('Identities elsewhere that are this person, such as addresses of commits'),
};

export const addPersonSchema = z.strictObject({
  handle: handleSchema.max(80).regex(/^[a-z0-9][a-z0-9._-]*$/, 'is lower-case letters, digits and . _ -'),
  name: lineSchema(200),
  email: z.email().max(254),
  type: z.enum(['user', 'service_account']).default('user'),
  roles: z.array(roleSchema).min(1).max(6),
  department: lineSchema(200).optional(),
  ...aboutPerson,
  reason: reasonSchema,
});
export type AddPerson = z.output<typeof addPersonSchema>;

export const changePersonSchema = z.strictObject({
  name: lineSchema(200).optional(),
  department: lineSchema(200).nullable().optional(),
  ...aboutPerson,
  reason: reasonSchema,
});
export type ChangePerson = z.output<typeof changePersonSchema>;

export const reasonedSchema = z.strictObject({ reason: reasonSchema });

/** Adds a person or service account. Throws FORBIDDEN, or WRONG_STATE when the handle or address is taken. */
export async function addPerson(deps: Deps, caller: Caller, command: AddPerson): Promise<PersonView> {
  requireAdministrator(caller);
  return insertPerson(deps, actorOf(caller), command);
}

/** The same without asking who does it: for the first administrator, by whoever holds the database. */
export async function insertPerson(
  deps: Pick<Deps, 'database' | 'now'>,
  actor: Actor,
  { reason, ...person }: AddPerson,
): Promise<PersonView> {
  try {
    return await deps.database.withTransaction(async (tx) => {
      await refuseStranger(tx, person.accountable);
      const [row] = await tx.insert(people).values(definedOf({ ...person, department: person.department ?? null })).returning(); // prettier-ignore
      if (!row) throw new Error(`${person.handle} was not written`);
      await journalChange(tx, deps.now(), {
        type: 'person.added',
        actor,
        reason,
        handle: row.handle,
        roles: row.roles,
      });
      return personViewOf(row);
    });
  } catch (error) {
    if (isUniqueViolation(error))
      throw new Refused('WRONG_STATE', 'Somebody has this handle or e-mail address already.');
    throw error;
  }
}

/** Changes what is known of somebody; what is not named stays. Throws FORBIDDEN, NOT_FOUND or INVALID. */
export async function changePerson(
  deps: Deps,
  caller: Caller,
  handle: string,
  { reason, ...change }: ChangePerson,
): Promise<PersonView> {
  requireAdministrator(caller);
  return deps.database.withTransaction(async (tx) => {
    await refuseStranger(tx, change.accountable);
    const set = definedOf(change);
    const query = tx.select().from(people).where(eq(people.handle, handle)).for('update');
    const [before] = await query;
    if (!before) throw new Refused('NOT_FOUND', 'There is nobody of this handle.');
    const [row] = Object.keys(set).length === 0 ? [before] : await tx.update(people).set(set).where(eq(people.handle, handle)).returning(); // prettier-ignore
    if (!row) throw new Error(`${handle} was not written`);
    const data = { handle, changed: Object.keys(set).sort() };
    const entry = { stream: 'people', type: 'person.changed' as const, actor: actorOf(caller), reason, data };
    await appendEntries(tx, [entry], deps.now());
    return personViewOf(row);
  });
}

export const personViewOf = (row: typeof people.$inferSelect): PersonView => ({
  handle: row.handle,
  name: row.name,
  email: row.email,
  type: row.type,
  roles: row.roles,
  department: row.department,
  groups: row.groups,
  timeZone: row.timeZone,
  accountable: row.accountable,
  aliases: row.aliases,
  slackUserId: row.slackUserId,
  isActive: row.isActive,
});

/** Without members that are undefined. */
const definedOf = <T extends object>(value: T) =>
  Object.fromEntries(Object.entries(value).filter(([, member]) => member !== undefined)) as {
    [Key in keyof T]: Exclude<T[Key], undefined>;
  };

/** Whoever answers for software is a person whom we know. */
async function refuseStranger(tx: DbOrTx, accountable: string | null | undefined): Promise<void> {
  if (accountable === undefined || accountable === null) return;
  const [person] = await tx.select({ type: people.type }).from(people).where(eq(people.handle, accountable));
  if (person?.type !== 'user')
    throw new Refused('INVALID', `${accountable} is no person who could answer for anything.`, {
      errors: [{ pointer: '/accountable', message: 'is no person of this installation' }],
    });
}

/** Takes all access away at once: sessions and tokens end, past decisions stay valid and attributable. */
export async function deactivatePerson(
  deps: Deps,
  caller: Caller,
  handle: string,
  { reason }: { reason: string },
): Promise<void> {
  requireAdministrator(caller);
  if (handle === caller.person.handle)
    throw new Refused('FORBIDDEN', 'Another administrator has to take your access away.');
  await deps.database.withTransaction(async (tx) => {
    const [row] = await tx
      .update(people)
      .set({ isActive: false })
      .where(and(eq(people.handle, handle), eq(people.isActive, true)))
      .returning();
    if (!row) throw new Refused('NOT_FOUND', 'There is no active person of this handle.');
    await tx
      .update(accessTokens)
      .set({ revokedAt: deps.now() })
      .where(and(eq(accessTokens.handle, handle), isNull(accessTokens.revokedAt)));
    await journalChange(tx, deps.now(), {
      type: 'person.deactivated',
      actor: actorOf(caller),
      reason,
      handle,
      roles: row.roles,
    });
  });
}

/** A new access token, shown this once; only its hash is kept. Throws FORBIDDEN or NOT_FOUND. */
export async function issueToken(
  deps: Deps,
  caller: Caller,
  handle: string,
  { reason }: { reason: string },
): Promise<{ token: string }> {
  requireAdministrator(caller);
  return insertToken(deps, actorOf(caller), handle, reason);
}

/** The same without asking who does it. */
export async function insertToken(
  deps: Pick<Deps, 'database' | 'now'>,
  actor: Actor,
  handle: string,
  reason: string,
): Promise<{ token: string }> {
  const { token, tokenHash } = newAccessToken();
  await deps.database.withTransaction(async (tx) => {
    const [person] = await tx
      .select()
      .from(people)
      .where(and(eq(people.handle, handle), eq(people.isActive, true)));
    if (!person) throw new Refused('NOT_FOUND', 'There is no active person of this handle.');
    await tx.insert(accessTokens).values({ tokenHash, handle, label: reason.slice(0, 200) });
    await journalChange(tx, deps.now(), { type: 'token.issued', actor, reason, handle, roles: person.roles });
  });
  return { token };
}

export function requireAdministrator({ person }: Caller): void {
  if (!person.roles.includes('administrator'))
    throw new Refused('FORBIDDEN', 'People are looked after by administrators.');
}

interface Change {
  type: Extract<EntryType, 'person.added' | 'person.deactivated' | 'token.issued'>;
  actor: Actor;
  reason: string;
  handle: string;
  roles: string[];
}

async function journalChange(tx: DbOrTx, at: Date, { type, actor, reason, handle, roles }: Change): Promise<void> {
  await appendEntries(tx, [{ stream: 'people', type, actor, reason, data: { handle, roles } }], at);
}
