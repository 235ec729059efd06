import { notAssessable, withPredictions, type CheckOf, type CheckResult, type RunCheck } from '../check-result.ts';
import { metricPath } from '../compute-metrics.ts';
import { formatBeside, formatList, formatNumber, formatShare } from '../format-number.ts';
import {
  compareGroups,
  isRatio,
  rateNames,
  splitGroups,
  type ComparedGroups,
  type ExcludedGroup,
  type ProtectedColumn,
} from '../metrics/fairness.ts';

/** Practical and statistical significance both count: a value beyond the limit that chance explains is a warning, not a failure. */
const significance = 0.05;

/**
 * One finding a protected column. Beyond the limit it is a FAIL when the whole interval lies beyond it or Fisher's test says that the two
 * groups differ (p < 0.05), else a WARN. Without protected attributes, or with too few large groups, it cannot be assessed.
 */
export const checkFairness: RunCheck<'fairness'> = (check, evidence) => {
  const named = evidence.submission.columns.protected;
  if (evidence.submission.task === 'regression') return [notAssessable('Groups are compared for classification only.')];
  if (named.length === 0)
    return [notAssessable('The submission names no protected attribute, so groups cannot be compared.')];
  return withPredictions(evidence, check.dataset, (set) =>
    set.attributes.map((attribute) => {
      const about = {
        subject: attribute.column,
        metric: metricPath(check.metric, check.dataset, { column: attribute.column }),
      };
      if (!attribute.found) return notAssessable(attribute.reason, about);
      return { ...about, ...judge(check, attribute) };
    }),
  );
};

function judge(check: CheckOf<'fairness'>, attribute: ProtectedColumn): CheckResult {
  const { included, excluded } = splitGroups(attribute, {
    size: check.minimumGroupSize,
    positives: check.minimumGroupPositives,
  });
  const compared = compareGroups(check.metric, included);
  const left = describeExcluded(excluded);
  const threshold = `${isRatio(check.metric) ? '≥' : '≤'} ${formatNumber(check.threshold)}`;
  if (compared.value === null) return notAssessable(`${compared.undefined}${left}`, { threshold });
  const { value } = compared;
  const beyond = isRatio(check.metric) ? value < check.threshold : value > check.threshold;
  const significant = isSignificant(check, compared);
  const doubt = beyond && !significant ? ' With this many rows, chance can explain it.' : '';
  return {
    verdict: !beyond ? 'PASS' : significant ? 'FAIL' : 'WARN',
    value,
    threshold,
    message: `${describeGap(check, attribute.column, compared)}${doubt}${left}`,
  };
}

type Comparison = Extract<ComparedGroups, { value: number }>;

function isSignificant(check: CheckOf<'fairness'>, { interval, fisherP }: Comparison): boolean {
  const allBeyond =
    interval !== null && (isRatio(check.metric) ? interval.high < check.threshold : interval.low > check.threshold);
  return allBeyond || fisherP < significance;
}

function describeGap(
  check: CheckOf<'fairness'>,
  column: string,
  { value, extremes, interval, fisherP }: Comparison,
): string {
  const { low, high, rate } = extremes;
  const what = isRatio(check.metric) ? 'ratio' : 'difference';
  const of = rate === 'selection_rate' ? 'rows with' : `rows with label ${rate === 'true_positive_rate' ? 1 : 0} and`;
  const share = ({ group, proportion }: typeof low) =>
    `${formatShare(proportion.count / proportion.of)} of ${formatNumber(proportion.of)} ${of} ${column} = ${group.value}`;
  const around =
    interval === null ? '' : `, 95 % interval ${formatNumber(interval.low, 2)} to ${formatNumber(interval.high, 2)}`;
  const text = `${rateNames[rate]}: ${share(high)} against ${share(low)}. The ${what} is ${formatBeside(value, check.threshold)}${around}, Fisher's p ${fisherP < 0.001 ? '< 0.001' : `= ${formatNumber(fisherP, 2)}`}.`;
  return text.charAt(0).toUpperCase() + text.slice(1);
}

const describeExcluded = (excluded: readonly ExcludedGroup[]): string =>
  excluded.length === 0 ? '' : ` Left out: ${formatList(excluded.map(({ value, reason }) => `${value} (${reason})`))}.`;
