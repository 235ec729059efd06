// Who is there, with which roles and tokens: administrators change it, and every change is journaled on the stream `people`.
import { and, eq, isNull } from 'drizzle-orm';
import { z } from 'zod';
import { roleSchema, type Actor } from '../../domain/actor.ts';
import { Refused } from '../../domain/errors.ts';
import type { EntryType } from '../../domain/journal.ts';
import { handleSchema } from '../../domain/submission.ts';
import { isUniqueViolation, type DbOrTx } from '../../db/client.ts';
import { appendEntries } from '../../db/queries/journal.ts';
import { accessTokens, people } from '../../db/schema/index.ts';
import { newAccessToken } from '../auth/access-token.ts';
import type { PersonView } from '../schemas/views.ts';
import { actorOf, type Caller } from './caller.ts';
import type { Deps } from './deps.ts';

const textSchema = (max: number) => z.string().min(1).max(max).refine((text) => !text.includes('\u0000') && text.isWellFormed(), 'holds a character that is not text'); // prettier-ignore
const reasonSchema = textSchema(4000).describe('Why; stands in the journal');

export const addPersonSchema = z.strictObject({
  handle: handleSchema.max(80).regex(/^[a-z0-9][a-z0-9._-]*$/, 'is lower-case letters, digits and . _ -'),
  name: textSchema(200),
  email: z.email().max(254),
  type: z.enum(['user', 'service_account']).default('user'),
  roles: z.array(roleSchema).min(1).max(6),
  department: textSchema(200).optional(),
  reason: reasonSchema,
});
export type AddPerson = z.output<typeof addPersonSchema>;

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
      const [row] = await tx.insert(people).values({ ...person, department: person.department ?? null }).returning(); // prettier-ignore
      if (!row) throw new Error(`${person.handle} was not written`);
      const { createdAt: _, ...view } = row;
      await journalChange(tx, deps.now(), {
        type: 'person.added',
        actor,
        reason,
        handle: row.handle,
        roles: row.roles,
      });
      return view;
    });
  } catch (error) {
    if (isUniqueViolation(error))
      throw new Refused('WRONG_STATE', 'Somebody has this handle or e-mail address already.');
    throw error;
  }
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

function requireAdministrator({ person }: Caller): void {
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
