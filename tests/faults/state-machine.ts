import { simulate } from './simulate-review.ts';
import { newCount, type Suite } from './suite.ts';

const FIRST_SEED = 1;

export const stateMachine: Suite = {
  name: 'state-machine',
  does: 'plays reviews from seeds against the rules alone: people, deadlines and withdrawals in any order, answers lost on the way (F-33)',
  run: async ({ isShort, say }) => {
    const count = newCount();
    const seeds = isShort ? 5_000 : 100_000;
    const ends = new Map<string, number>();
    let steps = 0;
    for (let seed = FIRST_SEED; seed < FIRST_SEED + seeds; seed++) {
      const { breaches, played, lostAnswers, end } = simulate(seed);
      steps += played;
      count.injected += lostAnswers;
      ends.set(end, (ends.get(end) ?? 0) + 1);
      count.undetected.push(...breaches.map((breach) => `seed ${seed}: ${breach}`));
    }
    // A simulation in which some end never comes shows less than it says.
    for (const end of ['APPROVED', 'REJECTED', 'CONFLICT', 'CHANGES_REQUESTED', 'EXPIRED', 'CANCELED', 'OBSOLETE'])
      if (!ends.has(end)) count.undetected.push(`no seed ended ${end}`);
    say(`${seeds} seeds, ${steps} steps: ${[...ends].map(([end, n]) => `${end} ${n}`).join(', ')}`);
    return count;
  },
};
