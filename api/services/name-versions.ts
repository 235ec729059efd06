import { findVersionsById } from '../../db/queries/read-models.ts';
import type { Deps } from './deps.ts';

/** Those of the journal's streams that are model versions. */
export async function nameVersions(
  deps: Deps,
  streams: readonly string[],
): Promise<{ id: string; model: string; version: string }[]> {
  return (await findVersionsById(deps.database.db, streams)).map(({ id, model, version }) => ({ id, model, version }));
}
