import { describe, inject, it } from 'vitest';
import { faultPoints } from '../support/fault-points.ts';
import { holdAndKill } from '../faults/hold-and-kill.ts';
import { restartPostgresUnderLoad } from '../faults/restart-postgres.ts';
import { stopTemporalUnderWork } from '../faults/temporal-outage.ts';

const nothingWrong = { lost: [], doubled: [], undetected: [] };
const PATIENCE_MS = 300_000;

// Side by side, because most of each is waiting: Temporal needs half a minute to miss a heartbeat.
describe.concurrent('an outage', () => {
  it(
    'of the worker, killed at each step of validation and approval, loses no version and does no step twice',
    async ({ expect }) => {
      const { reached, missed, verdict } = await holdAndKill({
        postgres: inject('postgres'),
        temporalAddress: inject('temporalAddress'),
        perPoint: 1,
        fault: 'kill',
      });
      expect(missed).toEqual([]);
      expect(reached).toHaveLength(faultPoints.length);
      expect(verdict).toEqual(nothingWrong);
    },
    PATIENCE_MS,
  );

  it(
    'of Temporal stops neither submissions nor decisions, and everything goes on by itself when it is back',
    async ({ expect }) => {
      const { submittedWhileDown, decidedWhileDown, verdict } = await stopTemporalUnderWork({
        postgres: inject('postgres'),
        outages: 1,
        downMs: 500,
        versions: 2,
      });
      expect(submittedWhileDown).toBe(2);
      expect(decidedWhileDown).toBe(2);
      expect(verdict).toEqual(nothingWrong);
    },
    PATIENCE_MS,
  );

  it(
    'of PostgreSQL, restarted and killed under sixteen clients, loses nothing that was accepted and doubles nothing that was asked again',
    async ({ expect }) => {
      const { tally, submitted, decided, verdict } = await restartPostgresUnderLoad({
        temporalAddress: inject('temporalAddress'),
        faults: ['restart', 'crash'],
        reviews: 5_000,
        pauseMs: 5,
        workMs: 500,
      });
      expect(tally.unresolved).toEqual([]);
      expect(tally.unanswered).toBeGreaterThan(0);
      expect(submitted).toBeGreaterThan(0);
      expect(decided).toBeGreaterThan(0);
      expect(verdict).toEqual(nothingWrong);
    },
    PATIENCE_MS,
  );
});
