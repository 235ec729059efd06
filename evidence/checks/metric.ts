import { meetsThreshold } from '../../domain/threshold.ts';
import type { Metric } from '../../domain/metric.ts';
import { notAssessable, predictionsOf, type CheckOf, type CheckResult, type RunCheck } from '../check-result.ts';
import { findMetric, metricPath } from '../compute-metrics.ts';
import { formatBeside, formatNumber } from '../format-number.ts';
import { metricLabels } from '../metric-labels.ts';

/** Where there is no champion, or its pack lacks the metric, change rules have nothing to hold against: that is no fault of the evidence. */
export const checkMetric: RunCheck<'metric'> = (check, evidence) => {
  const path = metricPath(check.metric, check.dataset);
  const set = predictionsOf(evidence, check.dataset);
  if (set.status !== 'loaded') return [notAssessable(set.reason, { metric: path })];
  const metric = findMetric(evidence.metrics, check.metric, check.dataset);
  if (metric === undefined)
    return [
      notAssessable(
        `${metricLabels[check.metric]} is not measured on ${check.dataset} for this task and these columns.`,
        { metric: path },
      ),
    ];
  if (metric.value === null)
    return [notAssessable(`${metricLabels[check.metric]} is undefined: ${metric.undefined}`, { metric: path })];

  const champion = evidence.champion;
  const baseline =
    champion === null ? null : (findMetric(champion.metrics, check.metric, check.dataset)?.value ?? null);
  const compares = check.min_absolute_change !== undefined || check.min_relative_change !== undefined;
  if (compares && baseline === null && check.threshold === undefined) {
    const why =
      champion === null
        ? 'There is no champion yet to compare with.'
        : `The champion, version ${champion.version}, has no ${metricLabels[check.metric]} to compare with.`;
    return [
      {
        verdict: 'NOT_ASSESSABLE',
        failsClosed: false,
        value: metric.value,
        metric: path,
        message: `${describeValue(check, metric, metric.value)} ${why}`,
      },
    ];
  }
  return [compareWithLimits(check, metric, metric.value, baseline, champion?.version ?? null)];
};

function compareWithLimits(
  check: CheckOf<'metric'>,
  metric: Metric,
  value: number,
  baseline: number | null,
  championVersion: string | null,
): CheckResult {
  const { threshold, min_absolute_change, min_relative_change, greater_is_better } = check;
  const rule = {
    greater_is_better,
    ...(threshold !== undefined && { threshold }),
    ...(baseline !== null && min_absolute_change !== undefined && { min_absolute_change }),
    ...(baseline !== null && min_relative_change !== undefined && { min_relative_change }),
  };
  const { passed } = meetsThreshold(rule, value, baseline);
  const warned =
    passed &&
    check.warn !== undefined &&
    !meetsThreshold({ threshold: check.warn, greater_is_better }, value, null).passed;
  const compared =
    baseline === null ||
    championVersion === null ||
    (min_absolute_change === undefined && min_relative_change === undefined)
      ? ''
      : ` The champion, version ${championVersion}, has ${formatNumber(baseline)}: ${formatChange(value - baseline)}.`;
  const warning =
    warned && check.warn !== undefined ? ` It is within the limit, but not within ${formatNumber(check.warn)}.` : '';
  return {
    verdict: passed ? (warned ? 'WARN' : 'PASS') : 'FAIL',
    value,
    threshold: describeLimits(check, baseline),
    message: `${describeValue(check, metric, value)}${compared}${warning}`,
    metric: metricPath(check.metric, check.dataset),
  };
}

function describeLimits(
  { threshold, min_absolute_change, min_relative_change, greater_is_better }: CheckOf<'metric'>,
  baseline: number | null,
): string {
  const sign = greater_is_better ? '≥' : '≤';
  const plus = greater_is_better ? '+' : '−';
  const limits: string[] = [];
  if (threshold !== undefined) limits.push(`${sign} ${formatNumber(threshold)}`);
  if (baseline !== null && min_absolute_change !== undefined)
    limits.push(`${sign} ${formatNumber(baseline)} ${plus} ${formatNumber(min_absolute_change)}`);
  if (baseline !== null && min_relative_change !== undefined)
    limits.push(`${sign} ${formatNumber(baseline)} ${plus} ${formatNumber(min_relative_change * 100)} %`);
  return limits.join(' and ');
}

function describeValue(check: CheckOf<'metric'>, metric: Metric, value: number): string {
  const { interval } = metric;
  const around =
    interval === null ? '' : `, 95 % interval ${formatNumber(interval.low)} to ${formatNumber(interval.high)}`;
  const reason = metric.undefined === null ? '' : ` ${metric.undefined}`;
  return `${metricLabels[check.metric]} is ${formatBeside(value, check.threshold ?? value)} on ${formatNumber(metric.n)} rows of ${check.dataset}${around}.${reason}`;
}

const formatChange = (change: number): string =>
  change === 0 ? 'no difference' : `${formatNumber(Math.abs(change))} ${change > 0 ? 'higher' : 'lower'}`;
