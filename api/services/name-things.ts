import type { Role } from '../../domain/actor.ts';
import { findPeople, listPeople } from '../../db/queries/people.ts';
import { findVersionsById } from '../../db/queries/read-models.ts';
import type { Deps } from './deps.ts';

export interface PersonName {
  handle: string;
  name: string;
  roles: Role[];
}

const nameOf = ({ handle, name, roles }: PersonName): PersonName => ({ handle, name, roles });

/** Those of the handles that are people or service accounts we know. */
export async function namePeople(deps: Deps, handles: readonly string[]): Promise<PersonName[]> {
  return (await findPeople(deps.database.db, handles)).map(nameOf);
}

/** Those of the journal's streams that are model versions. */
export async function nameVersions(
  deps: Deps,
  streams: readonly string[],
): Promise<{ id: string; model: string; version: string }[]> {
  return (await findVersionsById(deps.database.db, streams)).map(({ id, model, version }) => ({ id, model, version }));
}

/** Everybody that a press signs in as; nobody outside demo mode. */
export async function listDemoPeople(deps: Deps): Promise<PersonName[]> {
  if (!deps.demo) return [];
  return (await listPeople(deps.database.db)).filter((person) => person.isActive && person.type === 'user').map(nameOf);
}
