import type { Database } from '../db/client.ts';
import { endRests } from '../db/queries/go-on.ts';
import { tendAbsences } from '../db/queries/stand-ins.ts';
import { runLoop, type RunLoop } from '../db/run-loop.ts';

export interface TendOptions {
  database: Database;
  now: () => Date;
  onError: (error: unknown) => void;
  /** Wakes whoever sends what was written. */
  onTended: () => void;
  /** How late an absence begins or ends at most, and a rest is over. @default 5000 */
  pollMs?: number;
}

/** Looks after what open reviews wait for beside their deadlines: absences that begin and end, rests that are over. */
export const tendReviews = ({ database, now, onError, onTended, pollMs = 5_000 }: TendOptions): RunLoop =>
  runLoop({
    pollMs,
    onError,
    work: async () => {
      const tended = (await endRests(database, now())) + (await tendAbsences(database, now()));
      if (tended > 0) onTended();
    },
  });
