import { listJournalRows } from '../../db/queries/read-journal.ts';
import { openCursor, sealCursor } from '../cursor.ts';
import type { JournalEntryView } from '../schemas/views.ts';
import type { Caller } from './caller.ts';
import { entryViewOf } from './journal-entry-view.ts';
import { pageFrom, type Page, type PageQuery } from './page.ts';
import type { ReadDeps } from './read-deps.ts';
import { readScopeOf } from './read-scope.ts';

export interface ListJournal extends PageQuery {
  stream?: string | undefined;
  type?: string | undefined;
  /** Handle of a person, or name of a part of the software. */
  actor?: string | undefined;
  /** RFC 3339 instants; `to` is not included. */
  from?: string | undefined;
  to?: string | undefined;
  /** By the order of writing: `asc` oldest first. */
  order: 'asc' | 'desc';
}

/** Entries that the caller may see. Throws INVALID for a cursor that is not of this list. */
export async function listJournal(deps: ReadDeps, caller: Caller, query: ListJournal): Promise<Page<JournalEntryView>> {
  const list = `journal/${query.order}`;
  const instant = (text: string | undefined) => (text === undefined ? undefined : new Date(text));
  const rows = await listJournalRows(deps.database.pool, {
    stream: query.stream,
    type: query.type,
    actor: query.actor,
    from: instant(query.from),
    to: instant(query.to),
    submittedBy: readScopeOf(caller),
    isNewestFirst: query.order === 'desc',
    after: query.cursor === undefined ? undefined : String(openCursor(deps.cursorKey, list, query.cursor)[0]),
    limit: query.limit,
  });
  return pageFrom(rows, query.limit, entryViewOf, (last) => sealCursor(deps.cursorKey, list, [last.sequence]));
}
