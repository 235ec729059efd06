// Out of office: people say when they are away and who stands in.
import { and, asc, eq, gt, isNull } from 'drizzle-orm';
import { whyNotAhead } from '../../domain/ahead.ts';
import { Refused } from '../../domain/errors.ts';
import { isDecider } from '../../domain/actor.ts';
import { newId } from '../../db/new-id.ts';
import { appendEntries } from '../../db/queries/journal.ts';
import { findPerson } from '../../db/queries/people.ts';
import { tendAbsence } from '../../db/queries/stand-ins.ts';
import { absences } from '../../db/schema/index.ts';
import type { AbsenceView, NewAbsence } from '../schemas/standing-in.ts';
import { actorOf, type Caller } from './caller.ts';
import type { Deps } from './deps.ts';

export type { AbsenceView, NewAbsence };

const MOST = 20;

/** The caller's absences that are not over, soonest first. */
export async function listAbsences(deps: Deps, { person }: Caller): Promise<AbsenceView[]> {
  const rows = await deps.database.db
    .select()
    .from(absences)
    .where(and(eq(absences.handle, person.handle), isNull(absences.canceledAt), gt(absences.endsAt, deps.now())))
    .orderBy(asc(absences.startsAt));
  return rows.map(viewOf);
}

/**
 * Says that the caller will be away. From its beginning on the deputy is asked on open reviews too, as far as they may decide.
 * The same absence again changes nothing. Throws INVALID.
 */
export async function setAbsence(
  deps: Deps,
  caller: Caller,
  absence: NewAbsence,
): Promise<{ absence: AbsenceView; repeated: boolean }> {
  const { handle } = caller.person;
  const now = deps.now();
  const startsAt = new Date(absence.startsAt);
  const endsAt = new Date(absence.endsAt);
  refuseBadTimes(startsAt, endsAt, now);
  await refuseBadDeputy(deps, caller, absence.deputy);
  const standing = await listAbsences(deps, caller);
  const same = standing.find((other) => other.deputy === absence.deputy && other.startsAt === startsAt.toISOString() && other.endsAt === endsAt.toISOString()); // prettier-ignore
  if (same) return { absence: same, repeated: true };
  if (
    standing.some(
      (other) => Date.parse(other.startsAt) < endsAt.getTime() && startsAt.getTime() < Date.parse(other.endsAt),
    )
  )
    throw new Refused('WRONG_STATE', 'You are away then already. Take that absence back first.');
  if (standing.length >= MOST) throw new Refused('WRONG_STATE', `Nobody plans more than ${MOST} absences.`);
  const row = { id: newId('absence'), handle, deputy: absence.deputy, startsAt, endsAt, createdAt: now, canceledAt: null, begunAt: null, endedAt: null }; // prettier-ignore
  await deps.database.withTransaction(async (tx) => {
    await tx.insert(absences).values(row);
    const reason = `Away from ${startsAt.toISOString()} to ${endsAt.toISOString()}${absence.deputy === null ? '' : `; ${absence.deputy} stands in`}.`;
    const data = { absenceId: row.id, handle, deputy: absence.deputy, startsAt: startsAt.toISOString(), endsAt: endsAt.toISOString() }; // prettier-ignore
    await appendEntries(tx, [{ stream: 'people', type: 'person.absent', actor: actorOf(caller), reason, data }], now);
  });
  // What this leaves undone a worker does in a moment.
  await tendAbsence(deps.database, row, now);
  deps.wakeRelay();
  return { absence: viewOf(row), repeated: false };
}

/** Takes an absence back; deputies who have not begun are let go. Throws NOT_FOUND; taking it back again changes nothing. */
export async function clearAbsence(deps: Deps, caller: Caller, id: string): Promise<void> {
  const { handle } = caller.person;
  const now = deps.now();
  const row = await deps.database.withTransaction(async (tx) => {
    const [standing] = await tx
      .select()
      .from(absences)
      .where(and(eq(absences.id, id), eq(absences.handle, handle)))
      .for('update');
    if (!standing) throw new Refused('NOT_FOUND', 'You have no such absence.');
    if (standing.canceledAt !== null) return undefined;
    await tx.update(absences).set({ canceledAt: now }).where(eq(absences.id, id));
    const data = { absenceId: id, handle, deputy: standing.deputy };
    await appendEntries(tx, [{ stream: 'people', type: 'person.returned', actor: actorOf(caller), reason: 'Is back, or never left.', data }], now); // prettier-ignore
    return { ...standing, canceledAt: now };
  });
  if (!row) return;
  await tendAbsence(deps.database, row, now);
  deps.wakeRelay();
}

function refuseBadTimes(startsAt: Date, endsAt: Date, now: Date): void {
  const invalid = (pointer: string, message: string) =>
    new Refused('INVALID', 'The times of the absence cannot be.', { errors: [{ pointer, message }] });
  if (endsAt <= startsAt) throw invalid('/endsAt', 'does not come after startsAt');
  const why = whyNotAhead(endsAt.toISOString(), now);
  if (why !== undefined) throw invalid('/endsAt', why);
}

async function refuseBadDeputy(deps: Deps, { person }: Caller, deputy: string | null): Promise<void> {
  if (deputy === null) return;
  const invalid = (message: string) =>
    new Refused('INVALID', `${deputy} cannot stand in for you.`, { errors: [{ pointer: '/deputy', message }] });
  if (deputy === person.handle) throw invalid('is yourself');
  const known = await findPerson(deps.database.db, deputy);
  if (!known?.isActive || known.type !== 'user') throw invalid('is no active person');
  if (isDecider(person) && !isDecider(known)) throw invalid('holds no role that decides');
  // Whoever stands in is bound to what the absent person is bound to.
  if (!isDecider(person) && isDecider(known)) throw invalid('decides on versions, and standing in for you would bind them to yours'); // prettier-ignore
}

const viewOf = ({ id, handle, startsAt, endsAt, deputy }: typeof absences.$inferSelect): AbsenceView => ({
  id,
  handle,
  startsAt: startsAt.toISOString(),
  endsAt: endsAt.toISOString(),
  deputy,
});
