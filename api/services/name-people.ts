import type { Role } from '../../domain/actor.ts';
import { findPeople } from '../../db/queries/people.ts';
import type { Deps } from './deps.ts';

export interface PersonName {
  handle: string;
  name: string;
  roles: Role[];
}

export const personNameOf = ({ handle, name, roles }: PersonName): PersonName => ({ handle, name, roles });

/** Those of the handles that are people or service accounts we know. */
export async function namePeople(deps: Deps, handles: readonly string[]): Promise<PersonName[]> {
  return (await findPeople(deps.database.db, handles)).map(personNameOf);
}
