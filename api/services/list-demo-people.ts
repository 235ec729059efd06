import { listPeople } from '../../db/queries/people.ts';
import type { Deps } from './deps.ts';
import { personNameOf, type PersonName } from './name-people.ts';

/** Everybody that a press signs in as; nobody outside demo mode. */
export async function listDemoPeople(deps: Deps): Promise<PersonName[]> {
  if (!deps.demo) return [];
  return (await listPeople(deps.database.db))
    .filter((person) => person.isActive && person.type === 'user')
    .map(personNameOf);
}
