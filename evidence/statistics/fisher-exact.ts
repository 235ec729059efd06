import type { Proportion } from './proportion-interval.ts';

/** Two tables count as equally likely when their probabilities differ by less than this share: rounding, not evidence. */
const sameProbability = 1e-10;

/**
 * Two-sided p-value of Fisher's exact test that two proportions are equal: the probability of all tables with the same margins that are
 * no more likely than this one. Probabilities are taken relative to the most likely table and followed outwards until they vanish, which
 * needs no factorials and stays exact for millions of rows.
 */
export function fisherExactP(left: Proportion, right: Proportion): number {
  const successes = left.count + right.count;
  const total = left.of + right.of;
  const lowest = Math.max(0, successes - right.of);
  const highest = Math.min(left.of, successes);
  const mode = Math.min(highest, Math.max(lowest, Math.floor(((left.of + 1) * (successes + 1)) / (total + 2))));
  /** P(k + 1) / P(k) of the hypergeometric distribution. */
  const step = (k: number) => ((left.of - k) * (successes - k)) / ((k + 1) * (right.of - successes + k + 1));

  const weights = new Map<number, number>([[mode, 1]]);
  for (let k = mode, weight = 1; k < highest && weight > 0; k++) weights.set(k + 1, (weight *= step(k)));
  for (let k = mode, weight = 1; k > lowest && weight > 0; k--) weights.set(k - 1, (weight /= step(k - 1)));

  const observed = weights.get(left.count) ?? 0;
  const ascending = [...weights.values()].sort((a, b) => a - b);
  let all = 0;
  let asUnlikely = 0;
  for (const weight of ascending) {
    all += weight;
    if (weight <= observed * (1 + sameProbability)) asUnlikely += weight;
  }
  return Math.min(1, asUnlikely / all);
}
