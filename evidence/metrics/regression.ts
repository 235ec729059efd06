import type { Dataset, Metric } from '../../domain/metric.ts';
import { AccurateSum } from '../statistics/accurate-sum.ts';
import { buildMetric } from './build-metric.ts';

/** Rows counted by distinct pair of label and score, in the order of the score, then the label. */
export interface PairTally {
  labels: Float64Array;
  scores: Float64Array;
  counts: Float64Array;
}

/** Every regression metric of one data set, from the rows with a label and a score. */
export function computeRegression(tally: PairTally, dataset: Dataset): Metric[] {
  let n = 0;
  const squares = new AccurateSum();
  const absolutes = new AccurateSum();
  const labels = new AccurateSum();
  tally.counts.forEach((count, i) => {
    const label = tally.labels[i] ?? 0;
    const difference = label - (tally.scores[i] ?? 0);
    n += count;
    squares.add(count * difference * difference);
    absolutes.add(count * Math.abs(difference));
    labels.add(count * label);
  });
  if (n === 0) {
    const nothing = { n, value: null, undefined: 'There is no row with a label and a score.' };
    return (['mse', 'rmse', 'mae', 'r2'] as const).map((name) => buildMetric(name, dataset, null, nothing));
  }
  const mean = labels.value / n;
  const spread = new AccurateSum();
  tally.counts.forEach((count, i) => spread.add(count * ((tally.labels[i] ?? 0) - mean) ** 2));
  const constant = n < 2 || new Set(tally.labels).size < 2;
  const mse = squares.value / n;
  return [
    buildMetric('mse', dataset, null, { n, value: mse }),
    buildMetric('rmse', dataset, null, { n, value: Math.sqrt(mse) }),
    buildMetric('mae', dataset, null, { n, value: absolutes.value / n }),
    buildMetric(
      'r2',
      dataset,
      null,
      constant
        ? { n, value: null, undefined: 'All labels are alike.' }
        : { n, value: 1 - squares.value / spread.value },
    ),
  ];
}
