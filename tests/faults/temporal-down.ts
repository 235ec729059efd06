import { stopTemporalUnderWork } from './temporal-outage.ts';
import { addVerdict, newCount, type Suite } from './suite.ts';

export const temporalDown: Suite = {
  name: 'temporal-down',
  does: 'stops Temporal while pipelines submit and people decide, for long and again and again (F-11, F-12)',
  run: async ({ ground, isShort, say }) => {
    const count = newCount();
    const plans = isShort
      ? [{ outages: 1, downMs: 1_000, versions: 2 }]
      : [
          { outages: 1, downMs: 60_000, versions: 20 },
          { outages: 20, downMs: 1_000, versions: 2 },
        ];
    for (const plan of plans) {
      const { submittedWhileDown, decidedWhileDown, drainedIn, verdict } = await stopTemporalUnderWork({
        postgres: ground.postgres,
        ...plan,
      });
      count.injected += plan.outages;
      addVerdict(count, verdict);
      say(
        `${plan.outages} outages of ${plan.downMs / 1000} s: ${submittedWhileDown} versions submitted and ${decidedWhileDown} decisions taken meanwhile, all at their ends ${drainedIn.toFixed(1)} s after`,
      );
    }
    return count;
  },
};
