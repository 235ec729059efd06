import { findVersionsById, listModelRows } from '../../db/queries/read-models.ts';
import { openCursor, sealCursor } from '../cursor.ts';
import type { ModelSummary } from '../schemas/views.ts';
import type { Caller } from './caller.ts';
import { pageFrom, type Page, type PageQuery } from './page.ts';
import type { ReadDeps } from './read-deps.ts';
import { readScopeOf } from './read-scope.ts';
import { versionSummaryOf } from './version-summary.ts';

/** Models by name, each with its newest version. Throws INVALID for a cursor that is not of this list. */
export async function listModels(deps: ReadDeps, caller: Caller, query: PageQuery): Promise<Page<ModelSummary>> {
  const after = query.cursor === undefined ? '' : String(openCursor(deps.cursorKey, 'models', query.cursor)[0]);
  const rows = await listModelRows(deps.database.pool, { after, limit: query.limit, submittedBy: readScopeOf(caller) });
  const page = pageFrom(
    rows,
    query.limit,
    (row) => row,
    (last) => sealCursor(deps.cursorKey, 'models', [last.name]),
  );
  const latest = new Map(
    (
      await findVersionsById(
        deps.database.db,
        page.items.map((row) => row.latestId),
      )
    ).map((row) => [row.id, row]),
  );
  const items = page.items.flatMap(({ name, versions, latestId, createdAt }) => {
    const version = latest.get(latestId);
    return version
      ? [{ model: name, versions, latest: versionSummaryOf(version), createdAt: createdAt.toISOString() }]
      : [];
  });
  return { items, nextCursor: page.nextCursor };
}
