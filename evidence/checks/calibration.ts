import { notAssessable, predictionsOf, type RunCheck } from '../check-result.ts';
import { findMetric, metricPath } from '../compute-metrics.ts';
import { formatBeside, formatNumber } from '../format-number.ts';

export const checkCalibration: RunCheck<'calibration'> = (check, evidence) => {
  const path = metricPath('expected_calibration_error', check.dataset);
  const set = predictionsOf(evidence, check.dataset);
  if (set.status !== 'loaded') return [notAssessable(set.reason, { metric: path })];
  const metric = findMetric(evidence.metrics, 'expected_calibration_error', check.dataset);
  if (metric === undefined)
    return [notAssessable('Calibration is measured for classification with a label and a score.', { metric: path })];
  if (metric.value === null) return [notAssessable(`Calibration is undefined: ${metric.undefined}`, { metric: path })];
  const { value } = metric;
  const verdict = value > check.maximum ? 'FAIL' : value > check.warn ? 'WARN' : 'PASS';
  return [
    {
      verdict,
      value,
      threshold: `≤ ${formatNumber(check.maximum)}, better ≤ ${formatNumber(check.warn)}`,
      message: `Scores differ from observed rates by ${formatBeside(value, verdict === 'FAIL' ? check.maximum : check.warn)} on average, over ten bins of ${formatNumber(metric.n)} rows.`,
      metric: path,
    },
  ];
};
