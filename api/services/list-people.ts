import { listPeople as listAll } from '../../db/queries/people.ts';
import { Refused } from '../../domain/errors.ts';
import type { PersonView } from '../schemas/views.ts';
import type { Caller } from './caller.ts';
import type { Deps } from './deps.ts';
import { personViewOf } from './manage-people.ts';

/** Everybody with roles and address. Throws FORBIDDEN for all but administrators and auditors. */
export async function listPeople(deps: Deps, { person }: Caller): Promise<PersonView[]> {
  if (!person.roles.includes('administrator') && !person.roles.includes('auditor'))
    throw new Refused('FORBIDDEN', 'The list of people is for administrators and auditors.');
  return (await listAll(deps.database.db)).map(personViewOf);
}
