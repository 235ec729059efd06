import { faultPoints } from '../support/fault-points.ts';
import { holdAndKill } from './hold-and-kill.ts';
import { addVerdict, newCount, type Suite } from './suite.ts';

/** As many as the relay carries at once. */
const PER_ROUND = 2;

export const workerKill: Suite = {
  name: 'worker-kill',
  does: `kills the worker with -9 at each of ${faultPoints.length} points of validation and approval (F-01)`,
  run: async ({ ground, isShort, say }) => {
    const count = newCount();
    const rounds = isShort ? 1 : 10;
    for (let round = 1; round <= rounds; round++) {
      const { reached, missed, recoveredIn, verdict } = await holdAndKill({
        ...ground,
        perPoint: isShort ? 1 : PER_ROUND,
        fault: 'kill',
      });
      count.injected += reached.length;
      addVerdict(count, verdict);
      count.lost.push(...missed.map((name) => `nothing reached ${name}: this point shows nothing`));
      say(
        `round ${round}: ${reached.length} versions killed at their points, all at their ends ${recoveredIn.toFixed(1)} s later`,
      );
    }
    return count;
  },
};
