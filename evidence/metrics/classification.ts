import type { Dataset, Metric, MetricName } from '../../domain/metric.ts';
import { AccurateSum } from '../statistics/accurate-sum.ts';
import { wilsonInterval, type Proportion } from '../statistics/proportion-interval.ts';
import { buildMetric, type MetricDraft } from './build-metric.ts';
import { binByMass, binByWidth, calibrationBins, calibrationError } from './calibration.ts';
import { averagePrecision, deLongInterval, rocAuc } from './ranking.ts';
import { at, countClasses, type ScoreTally } from './score-tally.ts';

export interface ConfusionMatrix {
  trueNegatives: number;
  falsePositives: number;
  falseNegatives: number;
  truePositives: number;
}

/** A score at or above the threshold is a positive prediction. */
export function countConfusion(tally: ScoreTally, threshold: number): ConfusionMatrix {
  const matrix: ConfusionMatrix = { trueNegatives: 0, falsePositives: 0, falseNegatives: 0, truePositives: 0 };
  for (let i = 0; i < tally.scores.length; i++) {
    const selected = at(tally.scores, i) >= threshold;
    matrix[selected ? 'truePositives' : 'falseNegatives'] += at(tally.positives, i);
    matrix[selected ? 'falsePositives' : 'trueNegatives'] += at(tally.negatives, i);
  }
  return matrix;
}

/** Scikit-learn clips to the machine epsilon of float64, so that a certain and wrong score costs 36.04 and not infinity. */
const machineEpsilon = Number.EPSILON;

/** Every classification metric of one data set, from its labelled rows. */
export function computeClassification(tally: ScoreTally, dataset: Dataset, threshold: number): Metric[] {
  const { n, positives, negatives } = countClasses(tally);
  const matrix = countConfusion(tally, threshold);
  const { trueNegatives: tn, falsePositives: fp, falseNegatives: fn, truePositives: tp } = matrix;
  const nothing = n === 0 ? 'There is no row with a label and a score.' : null;
  const oneClass = nothing ?? (positives === 0 ? 'All labels are 0.' : negatives === 0 ? 'All labels are 1.' : null);
  const noProbability = nothing ?? describeOutside(tally);

  const metric = (
    name: MetricName,
    draft: Omit<MetricDraft, 'n'> & { n?: number },
    missing: string | null = nothing,
  ): Metric =>
    buildMetric(
      name,
      dataset,
      null,
      missing === null
        ? { n, ...draft }
        : { n, value: null, undefined: missing, ...(draft.parameters && { parameters: draft.parameters }) },
    );
  const atThreshold = { threshold };

  /** A share whose 0/0 counts as 0, as scikit-learn's `zero_division` does, and says so. */
  const share = (name: MetricName, proportion: Proportion, whyNone: string): Metric =>
    metric(name, {
      n: proportion.of,
      value: proportion.of === 0 ? 0 : proportion.count / proportion.of,
      undefined: proportion.of === 0 ? `${whyNone} 0/0 counts as 0.` : null,
      interval: name === 'f1' ? null : wilsonInterval(proportion),
      parameters: atThreshold,
    });

  const auc = rocAuc(tally);
  const kappaChance = (tp + fp) * negatives + (tn + fn) * positives;
  const mccBase = (tp + fp) * positives * negatives * (tn + fn);
  const width = binByWidth(tally);

  return [
    metric('accuracy', {
      value: (tp + tn) / n,
      interval: wilsonInterval({ count: tp + tn, of: n }),
      parameters: atThreshold,
    }),
    metric('balanced_accuracy', { value: (tp / positives + tn / negatives) / 2, parameters: atThreshold }, oneClass),
    share('precision', { count: tp, of: tp + fp }, 'No score reaches the threshold.'),
    share('recall', { count: tp, of: positives }, 'All labels are 0.'),
    metric('f1', {
      value: tp + fp + fn === 0 ? 0 : (2 * tp) / (2 * tp + fp + fn),
      undefined: tp + fp + fn === 0 ? 'All labels are 0 and no score reaches the threshold. 0/0 counts as 0.' : null,
      parameters: atThreshold,
    }),
    metric('roc_auc', { value: auc, interval: auc === null ? null : deLongInterval(tally, auc) }, oneClass),
    metric(
      'average_precision',
      { value: averagePrecision(tally) },
      nothing ?? (positives === 0 ? 'All labels are 0.' : null),
    ),
    metric('log_loss', { value: logLoss(tally, n), parameters: { epsilon: machineEpsilon } }, noProbability),
    metric('brier', { value: brier(tally, n) }, noProbability),
    metric('matthews_corrcoef', {
      value:
        mccBase === 0 ? 0 : (tp * tn - fp * fn) / (Math.sqrt((tp + fp) * positives) * Math.sqrt(negatives * (tn + fn))),
      undefined: mccBase === 0 ? 'Labels or predictions are all alike. 0/0 counts as 0.' : null,
      parameters: atThreshold,
    }),
    metric(
      'cohen_kappa',
      { value: 1 - ((fp + fn) * n) / kappaChance, parameters: atThreshold },
      nothing ?? (kappaChance === 0 ? 'Labels and predictions are all of one class.' : null),
    ),
    metric(
      'expected_calibration_error',
      {
        value: calibrationError(tally, width),
        parameters: {
          bins: calibrationBins,
          binning: 'equal-width, closed on the right',
          equalMassValue: calibrationError(tally, binByMass(tally)),
        },
      },
      noProbability,
    ),
    metric('true_negatives', { value: tn, parameters: atThreshold }),
    metric('false_positives', { value: fp, parameters: atThreshold }),
    metric('false_negatives', { value: fn, parameters: atThreshold }),
    metric('true_positives', { value: tp, parameters: atThreshold }),
  ];
}

function describeOutside(tally: ScoreTally): string | null {
  let outside = 0;
  for (let i = 0; i < tally.scores.length; i++) {
    const score = at(tally.scores, i);
    if (score < 0 || score > 1) outside += at(tally.positives, i) + at(tally.negatives, i);
  }
  return outside === 0 ? null : `${outside} scores lie outside 0 to 1 and are no probabilities.`;
}

function logLoss(tally: ScoreTally, n: number): number {
  const clip = (p: number) => Math.min(1 - machineEpsilon, Math.max(machineEpsilon, p));
  const sum = new AccurateSum();
  for (let i = 0; i < tally.scores.length; i++) {
    const score = at(tally.scores, i);
    if (at(tally.positives, i) > 0) sum.add(-at(tally.positives, i) * Math.log(clip(score)));
    if (at(tally.negatives, i) > 0) sum.add(-at(tally.negatives, i) * Math.log(clip(1 - score)));
  }
  return sum.value / n;
}

function brier(tally: ScoreTally, n: number): number {
  const sum = new AccurateSum();
  for (let i = 0; i < tally.scores.length; i++) {
    const score = at(tally.scores, i);
    sum.add(at(tally.positives, i) * (score - 1) ** 2 + at(tally.negatives, i) * score ** 2);
  }
  return sum.value / n;
}
