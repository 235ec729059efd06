import { readExportBatch, type ExportPosition } from '../../db/queries/read-journal.ts';
import { appendEntries } from '../../db/queries/journal.ts';
import { Refused } from '../../domain/errors.ts';
import { actorOf, type Caller } from './caller.ts';
import type { Deps } from './deps.ts';
import { readScopeOf } from './read-scope.ts';
import { requireVisibleStream } from './visible-stream.ts';

const BATCH = 500;
/** Exports that are of no one stream are themselves journaled here. */
export const EXPORTS_STREAM = 'journal/exports';

/**
 * Lines `{stream, position, hash, number, content}` of a stream, or of all, by stream and position; `content` is the text that was hashed,
 * `number` its place among the sealed entries, null until it is sealed.
 * The export is journaled before the first line. Throws NOT_FOUND, or FORBIDDEN for software that asks for everything.
 */
export async function exportJournal(deps: Deps, caller: Caller, stream?: string): Promise<AsyncIterable<string>> {
  if (stream === undefined && readScopeOf(caller) !== null)
    throw new Refused('FORBIDDEN', 'Name the stream of a version that you submitted.');
  if (stream !== undefined) await requireVisibleStream(deps, caller, stream);
  await deps.database.withTransaction((tx) =>
    appendEntries(
      tx,
      [
        {
          stream: stream ?? EXPORTS_STREAM,
          type: 'journal.exported',
          actor: actorOf(caller),
          reason: stream === undefined ? 'Exported the whole journal.' : 'Exported this stream.',
          data: { stream: stream ?? null, channel: caller.channel },
        },
      ],
      deps.now(),
    ),
  );
  return linesOf(deps, stream);
}

async function* linesOf(deps: Deps, stream: string | undefined): AsyncGenerator<string> {
  let after: ExportPosition = { stream: stream ?? '', position: 0 };
  for (;;) {
    const rows = await readExportBatch(deps.database.pool, { stream, after, limit: BATCH });
    const last = rows.at(-1);
    if (!last) return;
    yield rows
      .map(
        (row) =>
          `${JSON.stringify({ stream: row.stream, position: row.position, hash: row.hash, number: row.number, content: row.content.toString('utf8') })}\n`,
      )
      .join('');
    after = last;
  }
}
