import type { Database } from '../db/client.ts';
import { clearedTables, clearTable, type ClearedTable } from '../db/queries/clear-out.ts';
import { runLoop, type RunLoop } from '../db/run-loop.ts';

export interface ClearOutOptions {
  database: Database;
  now: () => Date;
  keepDays: number;
  onError: (error: unknown, table?: ClearedTable) => void;
  onCleared: (removed: { table: ClearedTable; rows: number }) => void;
  /** @default 1000 */
  rowsAtOnce?: number;
  /** @default one hour */
  pollMs?: number;
}

const DAY_MS = 24 * 3_600_000;

/** Removes what is over and was kept long enough, a batch of each table at a time. Any number of processes may do so. */
export function clearOut(options: ClearOutOptions): RunLoop {
  const { database, now, keepDays, onError, onCleared, rowsAtOnce = 1_000, pollMs = 3_600_000 } = options;
  return runLoop({
    pollMs,
    onError,
    work: async () => {
      let isMore = false;
      for (const table of clearedTables)
        try {
          const limits = { now: now(), keepMs: keepDays * DAY_MS, limit: rowsAtOnce };
          const rows = await clearTable(database.pool, table, limits);
          if (rows > 0) onCleared({ table, rows });
          isMore ||= rows === rowsAtOnce;
        } catch (error) {
          onError(error, table);
        }
      return isMore;
    },
  });
}
