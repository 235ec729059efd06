// Reads along with the journal in each server process, for the pages that are open there. A wake-up that is lost costs the polling interval.
import { setTimeout as delay } from 'node:timers/promises';
import { readTail, tailJournal, type TailedEntries } from '../db/queries/tail-journal.ts';
import type { Database } from '../db/client.ts';
import type { JournalPlace } from '../domain/live-event.ts';
import { runLoop, type RunLoop } from '../db/run-loop.ts';

export interface TailOptions {
  database: Database;
  /** Whether anybody listens; while nobody does, nothing is read. @default always */
  isWanted?: () => boolean;
  /** Told before any entry, and again after a pause: from where on all entries come. */
  onBegin: (place: JournalPlace) => void;
  onPause?: () => void;
  onEntries: (entries: TailedEntries) => void;
  onError: (error: unknown) => void;
  /** How often it looks when nobody wakes it. @default 500 */
  pollMs?: number;
}

const ENTRIES_AT_ONCE = 500;
/** Under load what happens meanwhile is told together. */
const GATHER_MS = 10;

export function startTail(options: TailOptions): RunLoop {
  const { database, isWanted = () => true, onBegin, onPause, onEntries, onError, pollMs = 500 } = options;
  let place: JournalPlace | undefined;
  return runLoop({
    pollMs,
    onError,
    work: async () => {
      if (!isWanted()) {
        if (place !== undefined) onPause?.();
        place = undefined;
        return false;
      }
      if (place === undefined) {
        place = await readTail(database.pool);
        onBegin(place);
      }
      const entries = await tailJournal(database.pool, place, ENTRIES_AT_ONCE);
      if (entries.place === undefined) return false;
      place = entries.place;
      onEntries(entries);
      await delay(GATHER_MS);
      return true;
    },
  });
}
