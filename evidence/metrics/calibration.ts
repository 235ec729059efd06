import { AccurateSum } from '../statistics/accurate-sum.ts';
import { quantileEdges } from '../statistics/quantile-edges.ts';
import { at, countClasses, type ScoreTally } from './score-tally.ts';

export const calibrationBins = 10;

export interface CalibrationBin {
  from: number;
  to: number;
  n: number;
  positives: number;
  meanScore: number;
}

/** Labelled rows in equal-width bins of their score, each closed on the right, the first also on the left; empty bins are left out. */
export function binByWidth(tally: ScoreTally, bins = calibrationBins): CalibrationBin[] {
  return binByEdges(
    tally,
    Array.from({ length: bins + 1 }, (_, i) => (i === bins ? 1 : i * (1 / bins))),
  );
}

/** The same in bins that hold equally many rows, as far as ties allow. */
export function binByMass(tally: ScoreTally, bins = calibrationBins): CalibrationBin[] {
  const labelled = tally.positives.map((p, i) => p + at(tally.negatives, i));
  return binByEdges(tally, quantileEdges(tally.scores, labelled, bins));
}

function binByEdges(tally: ScoreTally, edges: readonly number[]): CalibrationBin[] {
  const last = edges.length - 2;
  const sums = edges
    .slice(1)
    .map((to, i) => ({ from: edges[i] ?? 0, to, n: 0, positives: 0, score: new AccurateSum() }));
  let current = 0;
  for (let i = 0; i < tally.scores.length; i++) {
    const score = at(tally.scores, i);
    while (current < last && score > (edges[current + 1] ?? Infinity)) current++;
    const bin = sums[current];
    const n = at(tally.positives, i) + at(tally.negatives, i);
    if (bin === undefined || n === 0) continue;
    bin.n += n;
    bin.positives += at(tally.positives, i);
    bin.score.add(n * score);
  }
  return sums
    .filter((bin) => bin.n > 0)
    .map(({ from, to, n, positives, score }) => ({ from, to, n, positives, meanScore: score.value / n }));
}

/** Expected calibration error over bins; null without labelled rows. */
export function calibrationError(tally: ScoreTally, bins: readonly CalibrationBin[]): number | null {
  const { n } = countClasses(tally);
  if (n === 0) return null;
  const sum = new AccurateSum();
  for (const bin of bins) sum.add((bin.n / n) * Math.abs(bin.positives / bin.n - bin.meanScore));
  return sum.value;
}
