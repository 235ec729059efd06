// What people are qualified for, and until when: administrators say so, and the journal keeps it (stream `people`).
import { and, asc, eq, isNull } from 'drizzle-orm';
import { Refused } from '../../domain/errors.ts';
import { appendEntries } from '../../db/queries/journal.ts';
import { findPerson } from '../../db/queries/people.ts';
import { qualifications } from '../../db/schema/index.ts';
import type { QualificationView } from '../schemas/standing-in.ts';
import { actorOf, type Caller } from './caller.ts';
import type { Deps } from './deps.ts';
import { requireAdministrator } from './manage-people.ts';

export interface Qualify {
  handle: string;
  name: string;
  expiresAt: string | null;
  reason: string;
}

/** Says that a person is qualified, anew or until another day. Throws FORBIDDEN, NOT_FOUND, or INVALID when it would be over already. */
export async function qualifyPerson(deps: Deps, caller: Caller, qualify: Qualify): Promise<QualificationView> {
  requireAdministrator(caller);
  const { handle, name, reason } = qualify;
  if (handle === caller.person.handle) throw new Refused('FORBIDDEN', 'Another administrator has to qualify you.');
  const now = deps.now();
  const expiresAt = qualify.expiresAt === null ? null : new Date(qualify.expiresAt);
  if (expiresAt !== null && expiresAt <= now)
    throw new Refused('INVALID', 'The qualification would be over already.', {
      errors: [{ pointer: '/expiresAt', message: 'has passed' }],
    });
  await requirePerson(deps, handle);
  const granted = { expiresAt, grantedBy: caller.person.handle, grantedAt: now, revokedAt: null };
  await deps.database.withTransaction(async (tx) => {
    await tx
      .insert(qualifications)
      .values({ handle, name, ...granted })
      .onConflictDoUpdate({ target: [qualifications.handle, qualifications.name], set: granted });
    await journal(tx, { handle, name, expiresAt: expiresAt?.toISOString() ?? null });
  });
  return { name, expiresAt: expiresAt?.toISOString() ?? null, grantedBy: granted.grantedBy, grantedAt: now.toISOString() }; // prettier-ignore

  function journal(tx: Parameters<typeof appendEntries>[0], data: Record<string, unknown>) {
    return appendEntries(
      tx,
      [{ stream: 'people', type: 'person.qualified', actor: actorOf(caller), reason, data }],
      now,
    );
  }
}

/** Takes a qualification away. Throws FORBIDDEN or NOT_FOUND. */
export async function disqualifyPerson(
  deps: Deps,
  caller: Caller,
  { handle, name, reason }: Omit<Qualify, 'expiresAt'>,
): Promise<void> {
  requireAdministrator(caller);
  const now = deps.now();
  await deps.database.withTransaction(async (tx) => {
    const [row] = await tx
      .update(qualifications)
      .set({ revokedAt: now })
      .where(and(eq(qualifications.handle, handle), eq(qualifications.name, name), isNull(qualifications.revokedAt)))
      .returning();
    if (!row) throw new Refused('NOT_FOUND', 'The person holds no such qualification.');
    const data = { handle, name, revoked: true };
    await appendEntries(
      tx,
      [{ stream: 'people', type: 'person.qualified', actor: actorOf(caller), reason, data }],
      now,
    );
  });
}

/** What a person is qualified for, expired ones too. For themselves, administrators and auditors. */
export async function listQualifications(deps: Deps, caller: Caller, handle: string): Promise<QualificationView[]> {
  const { person } = caller;
  if (handle !== person.handle && !person.roles.includes('administrator') && !person.roles.includes('auditor'))
    throw new Refused('FORBIDDEN', 'Qualifications of others are for administrators and auditors.');
  await requirePerson(deps, handle);
  const rows = await deps.database.db
    .select()
    .from(qualifications)
    .where(and(eq(qualifications.handle, handle), isNull(qualifications.revokedAt)))
    .orderBy(asc(qualifications.name));
  return rows.map((row) => ({
    name: row.name,
    expiresAt: row.expiresAt?.toISOString() ?? null,
    grantedBy: row.grantedBy,
    grantedAt: row.grantedAt.toISOString(),
  }));
}

async function requirePerson(deps: Deps, handle: string): Promise<void> {
  const person = await findPerson(deps.database.db, handle);
  if (!person || person.type !== 'user') throw new Refused('NOT_FOUND', 'There is no person of this handle.');
}
