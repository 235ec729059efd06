// What the settings page shows of a person's own account, and whom they can name as deputy.
import { and, asc, eq } from 'drizzle-orm';
import { isDecider } from '../../domain/actor.ts';
import { people } from '../../db/schema/index.ts';
import type { Caller } from './caller.ts';
import type { Deps } from './deps.ts';
import { personNameOf, type PersonName } from './name-people.ts';

export interface OwnAccount {
  email: string;
  /** null until a Slack account is linked. */
  slackUserId: string | null;
}

export async function ownAccount({ database }: Pick<Deps, 'database'>, { person }: Caller): Promise<OwnAccount> {
  const [row] = await database.db
    .select({ slackUserId: people.slackUserId })
    .from(people)
    .where(eq(people.handle, person.handle));
  return { email: person.email, slackUserId: row?.slackUserId ?? null };
}

const MOST = 500;

/** Active people other than the caller, by name; of a caller who decides, only those who decide too. */
export async function listColleagues({ database }: Pick<Deps, 'database'>, { person }: Caller): Promise<PersonName[]> {
  const rows = await database.db
    .select()
    .from(people)
    .where(and(eq(people.isActive, true), eq(people.type, 'user')))
    .orderBy(asc(people.name))
    .limit(MOST);
  return rows
    .filter((other) => other.handle !== person.handle && (!isDecider(person) || isDecider(other)))
    .map(personNameOf);
}
