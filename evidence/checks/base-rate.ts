import { notAssessable, withPredictions, type CheckResult, type RunCheck } from '../check-result.ts';
import { findMetric, metricPath } from '../compute-metrics.ts';
import { formatBeside, formatNumber, formatShare } from '../format-number.ts';
import { countClasses } from '../metrics/score-tally.ts';

/** For regression, always predicting the mean is the base: R² is then 0. */
export const checkBaseRate: RunCheck<'base-rate'> = (check, evidence) =>
  withPredictions(evidence, check.dataset, (set): CheckResult[] => {
    const name = evidence.submission.task === 'regression' ? 'r2' : 'brier';
    const measured = findMetric(evidence.metrics, name, check.dataset);
    const metric = metricPath(name, check.dataset);
    if (measured?.value === undefined)
      return [notAssessable('The label or score column is not there, or holds no numbers.', { metric })];
    const value = measured.value;
    if (value === null) return [notAssessable(`It cannot be measured: ${measured.undefined}`, { metric })];
    if (name === 'r2' || set.tally === null) {
      const message = `R² is ${formatBeside(value, 0)}; always predicting the mean gives 0.`;
      return [{ verdict: value > 0 ? 'PASS' : 'FAIL', value, threshold: '> 0', message, metric }];
    }
    const { positives, n } = countClasses(set.tally);
    const rate = positives / n;
    const base = rate * (1 - rate);
    return [
      {
        verdict: value < base ? 'PASS' : 'FAIL',
        value,
        threshold: `< ${formatNumber(base)}`,
        message: `The Brier score is ${formatBeside(value, base)} on ${formatNumber(n)} rows; always predicting the base rate of ${formatShare(rate)} gives ${formatNumber(base)}.`,
        metric,
      },
    ];
  });
