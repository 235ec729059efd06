import { verifyJournal as verify } from '../../db/queries/verify-journal.ts';
import { Refused } from '../../domain/errors.ts';
import type { Verification } from '../schemas/views.ts';
import type { Caller } from './caller.ts';
import type { Deps } from './deps.ts';
import { readScopeOf } from './read-scope.ts';
import { requireVisibleStream } from './visible-stream.ts';

/** Checks every entry of a stream, or of the whole journal, against its bytes and its chain. Throws NOT_FOUND, or FORBIDDEN for software that asks about everything. */
export async function verifyJournal(deps: Deps, caller: Caller, stream?: string): Promise<Verification> {
  if (stream === undefined && readScopeOf(caller) !== null)
    throw new Refused('FORBIDDEN', 'Name the stream of a version that you submitted.');
  if (stream !== undefined) await requireVisibleStream(deps, caller, stream);
  return verify(deps.database, stream === undefined ? {} : { stream });
}
