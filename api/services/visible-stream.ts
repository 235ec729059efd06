import { listJournalRows } from '../../db/queries/read-journal.ts';
import { Refused } from '../../domain/errors.ts';
import type { Caller } from './caller.ts';
import type { Deps } from './deps.ts';
import { readScopeOf } from './read-scope.ts';

/** Throws NOT_FOUND unless the stream has entries that the caller may see. */
export async function requireVisibleStream(deps: Deps, caller: Caller, stream: string): Promise<void> {
  const rows = await listJournalRows(deps.database.pool, {
    stream,
    submittedBy: readScopeOf(caller),
    isNewestFirst: false,
    limit: 1,
  });
  if (rows.length === 0) throw new Refused('NOT_FOUND', 'There is no such stream.');
}
