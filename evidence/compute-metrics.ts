import type { Dataset, Metric, MetricName, Segment } from '../domain/metric.ts';
import type { Policy } from '../domain/policy.ts';
import type { Submission } from '../domain/submission.ts';
import { computeClassification } from './metrics/classification.ts';
import { computeDrift, type Distribution } from './metrics/drift.ts';
import { computeFairness, type GroupMinima } from './metrics/fairness.ts';
import { computeRegression } from './metrics/regression.ts';
import type { LoadedPredictions, Predictions } from './predictions/predictions.ts';

export interface PredictionSets {
  training: Predictions;
  validation: Predictions;
}

/** Every metric that the predictions allow, each once. */
export function computeMetrics(sets: PredictionSets, submission: Submission, rules: Policy): Metric[] {
  const ofEach = [sets.training, sets.validation].flatMap((set) =>
    set.status === 'loaded' ? metricsOf(set, submission, rules) : [],
  );
  const { training, validation } = sets;
  if (
    training.status !== 'loaded' ||
    validation.status !== 'loaded' ||
    training.tally === null ||
    validation.tally === null
  )
    return ofEach;
  return [
    ...ofEach,
    ...computeDrift(
      distributionOf(training, training.tally),
      distributionOf(validation, validation.tally),
      'validation',
      'training',
    ),
  ];
}

function metricsOf(set: LoadedPredictions, submission: Submission, rules: Policy): Metric[] {
  if (submission.task === 'regression') return set.pairs === null ? [] : computeRegression(set.pairs, set.dataset);
  if (set.tally === null || set.label === null) return [];
  const threshold = rules.decisionThreshold;
  const minima = groupMinimaOf(rules, set.dataset);
  const attributes = [...set.attributes.filter((attribute) => attribute.found), ...set.intersections];
  return [
    ...computeClassification(set.tally, set.dataset, threshold),
    ...attributes.flatMap((attribute) => computeFairness(attribute, set.dataset, threshold, minima)),
  ];
}

function distributionOf(set: LoadedPredictions, tally: NonNullable<LoadedPredictions['tally']>): Distribution {
  const counts = tally.scores.map(
    (_, i) => (tally.positives[i] ?? 0) + (tally.negatives[i] ?? 0) + (tally.unlabelled[i] ?? 0),
  );
  return { values: tally.scores, counts, missing: set.scoresMissing };
}

/** The group sizes that the policy's first fairness check on a data set asks for; without one, 30 rows of which 10 with label 1. */
export function groupMinimaOf(rules: Policy, dataset: Dataset): GroupMinima {
  const check = rules.checks.find((candidate) => candidate.kind === 'fairness' && candidate.dataset === dataset);
  return check?.kind === 'fairness'
    ? { size: check.minimumGroupSize, positives: check.minimumGroupPositives }
    : { size: 30, positives: 10 };
}

export function findMetric(
  metrics: readonly Metric[],
  name: MetricName,
  dataset: Dataset,
  segment: Segment | null = null,
): Metric | undefined {
  return metrics.find(
    (metric) =>
      metric.name === name &&
      metric.dataset === dataset &&
      metric.segment?.column === segment?.column &&
      metric.segment?.value === segment?.value,
  );
}

/** How findings refer to a metric: `roc_auc/validation`, `demographic_parity_ratio/validation/afam`. */
export const metricPath = (name: MetricName, dataset: Dataset, segment: Segment | null = null): string =>
  [name, dataset, segment?.column, segment?.value].filter((part) => part !== undefined).join('/');
