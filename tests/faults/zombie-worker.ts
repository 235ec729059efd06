import { faultPoints } from '../support/fault-points.ts';
import { holdAndKill } from './hold-and-kill.ts';
import { addVerdict, newCount, type Suite } from './suite.ts';

export const zombieWorker: Suite = {
  name: 'zombie-worker',
  does: 'freezes a worker at each point until another has done its work, then lets it do the same again (F-04)',
  run: async ({ ground, isShort, say }) => {
    const count = newCount();
    const rounds = isShort ? 1 : 5;
    // The frozen worker still takes tasks, which Temporal misses after ten seconds, evidence after thirty: a short run holds versions past that.
    const past = faultPoints.findIndex(({ name }) => name.startsWith('validation.end'));
    const points = isShort ? faultPoints.slice(past).filter(({ course }) => course === 'plain') : faultPoints;
    for (let round = 1; round <= rounds; round++) {
      const { reached, missed, recoveredIn, verdict } = await holdAndKill({
        ...ground,
        points,
        perPoint: isShort ? 1 : 2,
        fault: 'freeze',
      });
      count.injected += reached.length;
      addVerdict(count, verdict);
      count.lost.push(...missed.map((name) => `nothing reached ${name}: this point shows nothing`));
      say(
        `round ${round}: ${reached.length} versions frozen at their points, done by another worker in ${recoveredIn.toFixed(1)} s, then done again`,
      );
    }
    return count;
  },
};
