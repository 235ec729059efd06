import { lowerIsBetter } from '../../domain/metric.ts';
import { notAssessable, predictionsOf, type RunCheck } from '../check-result.ts';
import { findMetric, metricPath } from '../compute-metrics.ts';
import { formatBeside, formatNumber } from '../format-number.ts';
import { metricLabels } from '../metric-labels.ts';

export const checkGeneralisationGap: RunCheck<'generalisation-gap'> = (check, evidence) => {
  const path = metricPath(check.metric, 'validation');
  for (const dataset of ['training', 'validation'] as const) {
    const set = predictionsOf(evidence, dataset);
    if (set.status !== 'loaded') return [notAssessable(set.reason, { metric: path })];
  }
  const training = findMetric(evidence.metrics, check.metric, 'training')?.value ?? null;
  const validation = findMetric(evidence.metrics, check.metric, 'validation')?.value ?? null;
  const label = metricLabels[check.metric];
  if (training === null || validation === null) {
    return [
      notAssessable(`${label} has no value on ${training === null ? 'training' : 'validation'} data.`, {
        metric: path,
      }),
    ];
  }
  const gap = lowerIsBetter.has(check.metric) ? validation - training : training - validation;
  return [
    {
      verdict: gap <= check.maximum ? 'PASS' : 'FAIL',
      value: gap,
      threshold: `≤ ${formatNumber(check.maximum)}`,
      message: `${label} is ${formatNumber(training)} on training data and ${formatNumber(validation)} on validation data, a gap of ${formatBeside(gap, check.maximum)}.`,
      metric: path,
    },
  ];
};
