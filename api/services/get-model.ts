import { findModel, listVersions } from '../../db/queries/read-models.ts';
import { Refused } from '../../domain/errors.ts';
import type { ModelView } from '../schemas/views.ts';
import type { Caller } from './caller.ts';
import type { Deps } from './deps.ts';
import { readScopeOf } from './read-scope.ts';
import { versionSummaryOf } from './version-summary.ts';

/** A model with its versions, newest first. Throws NOT_FOUND. */
export async function getModel(deps: Deps, caller: Caller, name: string): Promise<ModelView> {
  const { db } = deps.database;
  const [model, versions] = await Promise.all([findModel(db, name), listVersions(db, name, readScopeOf(caller))]);
  if (!model || versions.length === 0) throw new Refused('NOT_FOUND', 'There is no such model.');
  return { model: model.name, createdAt: model.createdAt.toISOString(), versions: versions.map(versionSummaryOf) };
}
