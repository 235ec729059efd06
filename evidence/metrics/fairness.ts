import type { Dataset, Interval, Metric, MetricName, Segment } from '../../domain/metric.ts';
import { fisherExactP } from '../statistics/fisher-exact.ts';
import { katzInterval, newcombeInterval, wilsonInterval, type Proportion } from '../statistics/proportion-interval.ts';
import { buildMetric } from './build-metric.ts';

/** Rows of one group of a protected attribute that have a label and a score, by label and prediction. */
export interface GroupCounts {
  value: string;
  truePositives: number;
  falsePositives: number;
  falseNegatives: number;
  trueNegatives: number;
}

/** A protected attribute as counted in one data set; rows without a value for it belong to no group. */
export interface ProtectedColumn {
  column: string;
  groups: GroupCounts[];
  rowsWithoutValue: number;
}

/** Groups below either size say too little to be compared: they are left out, and named. */
export interface GroupMinima {
  size: number;
  positives: number;
}

export interface ExcludedGroup {
  value: string;
  n: number;
  reason: string;
}

export type GroupRate = 'selection_rate' | 'true_positive_rate' | 'false_positive_rate';
export const groupRates = [
  'selection_rate',
  'true_positive_rate',
  'false_positive_rate',
] as const satisfies readonly GroupRate[];

export type GroupComparison =
  | 'demographic_parity_ratio' | 'demographic_parity_difference' | 'equalized_odds_difference' | 'equalized_odds_ratio'
  | 'equal_opportunity_difference'; // prettier-ignore

/** Which rates a comparison looks at; with two, the worse one counts. */
export const comparedRates = {
  demographic_parity_difference: ['selection_rate'],
  demographic_parity_ratio: ['selection_rate'],
  equalized_odds_difference: ['true_positive_rate', 'false_positive_rate'],
  equalized_odds_ratio: ['true_positive_rate', 'false_positive_rate'],
  equal_opportunity_difference: ['true_positive_rate'],
} as const satisfies Record<GroupComparison, readonly GroupRate[]>;

export const isRatio = (comparison: GroupComparison): boolean => comparison.endsWith('_ratio');

export const groupSize = (group: GroupCounts): number =>
  group.truePositives + group.falsePositives + group.falseNegatives + group.trueNegatives;
export const groupPositives = (group: GroupCounts): number => group.truePositives + group.falseNegatives;

/** A rate of a group as counted rows: `of` is 0 where the rate is undefined. */
export function groupProportion(group: GroupCounts, rate: GroupRate): Proportion {
  if (rate === 'selection_rate') return { count: group.truePositives + group.falsePositives, of: groupSize(group) };
  if (rate === 'true_positive_rate') return { count: group.truePositives, of: groupPositives(group) };
  return { count: group.falsePositives, of: group.falsePositives + group.trueNegatives };
}

/** The groups that are large enough to be compared, and those that are not, with the reason. */
export function splitGroups(
  attribute: ProtectedColumn,
  minima: GroupMinima,
): { included: GroupCounts[]; excluded: ExcludedGroup[] } {
  const included: GroupCounts[] = [];
  const excluded: ExcludedGroup[] = [];
  for (const group of attribute.groups) {
    const n = groupSize(group);
    const positives = groupPositives(group);
    if (n < minima.size) excluded.push({ value: group.value, n, reason: `${n} rows, fewer than ${minima.size}` });
    else if (positives < minima.positives)
      excluded.push({
        value: group.value,
        n,
        reason: `${positives} rows with label 1, fewer than ${minima.positives}`,
      });
    else included.push(group);
  }
  if (attribute.rowsWithoutValue > 0)
    excluded.push({ value: '(no value)', n: attribute.rowsWithoutValue, reason: 'no value is given' });
  return { included, excluded };
}

/** The two groups that lie farthest apart in a rate. */
export interface Extremes {
  rate: GroupRate;
  low: { group: GroupCounts; proportion: Proportion };
  high: { group: GroupCounts; proportion: Proportion };
}

export type ComparedGroups =
  | { value: number; extremes: Extremes; interval: Interval | null; fisherP: number; n: number }
  | { value: null; undefined: string; n: number };

/** A fairness metric over the included groups, with the interval and Fisher's p-value of the two groups that make it. */
export function compareGroups(comparison: GroupComparison, included: readonly GroupCounts[]): ComparedGroups {
  const n = included.reduce((sum, group) => sum + groupSize(group), 0);
  if (included.length < 2) {
    return {
      value: null,
      undefined:
        included.length === 0
          ? 'No group is large enough.'
          : 'Only one group is large enough, so there is nothing to compare.',
      n,
    };
  }
  let worst: { value: number; extremes: Extremes } | undefined;
  for (const rate of comparedRates[comparison]) {
    const undefinedGroup = included.find((group) => groupProportion(group, rate).of === 0);
    if (undefinedGroup !== undefined) {
      return {
        value: null,
        undefined: `Group ${undefinedGroup.value} has no row with label ${rate === 'true_positive_rate' ? 1 : 0}.`,
        n,
      };
    }
    const extremes = findExtremes(included, rate);
    const low = extremes.low.proportion.count / extremes.low.proportion.of;
    const high = extremes.high.proportion.count / extremes.high.proportion.of;
    if (isRatio(comparison) && high === 0)
      return { value: null, undefined: `The ${rateNames[rate]} is 0 in every group, and 0/0 is no ratio.`, n };
    const value = isRatio(comparison) ? low / high : high - low;
    if (worst === undefined || (isRatio(comparison) ? value < worst.value : value > worst.value))
      worst = { value, extremes };
  }
  if (worst === undefined) throw new TypeError(`${comparison} compares no rate`);
  const { low, high } = worst.extremes;
  return {
    ...worst,
    interval: isRatio(comparison)
      ? katzInterval(low.proportion, high.proportion)
      : newcombeInterval(high.proportion, low.proportion),
    fisherP: fisherExactP(low.proportion, high.proportion),
    n,
  };
}

export const rateNames = {
  selection_rate: 'share of positive predictions',
  true_positive_rate: 'true positive rate',
  false_positive_rate: 'false positive rate',
} as const satisfies Record<GroupRate, string>;

function findExtremes(groups: readonly GroupCounts[], rate: GroupRate): Extremes {
  const [first, ...rest] = groups.map((group) => ({ group, proportion: groupProportion(group, rate) }));
  if (first === undefined) throw new TypeError('There are no groups');
  const share = ({ proportion }: typeof first) => proportion.count / proportion.of;
  let low = first;
  let high = first;
  for (const candidate of rest) {
    if (share(candidate) < share(low)) low = candidate;
    if (share(candidate) > share(high)) high = candidate;
  }
  // Where all rates are alike, the pair is still two groups.
  if (high === low) high = rest[0] ?? first;
  return { rate, low, high };
}

/** Every fairness metric of one protected attribute: each group's rates, then the comparisons over the groups that are large enough. */
export function computeFairness(
  attribute: ProtectedColumn,
  dataset: Dataset,
  threshold: number,
  minima: GroupMinima,
): Metric[] {
  const { column, groups } = attribute;
  const { included, excluded } = splitGroups(attribute, minima);
  const left = new Map(excluded.map((group) => [group.value, group.reason]));
  const rates = groups.flatMap((group) =>
    groupRates.map((rate) => rateMetric(column, group, rate, dataset, threshold, left.get(group.value))),
  );
  const parameters = {
    threshold,
    minimumGroupSize: minima.size,
    minimumGroupPositives: minima.positives,
    groups: included.map((group) => group.value),
    excluded: excluded.map((group) => `${group.value}: ${group.reason}`),
  };
  const comparisons = (Object.keys(comparedRates) as GroupComparison[]).map((name) => {
    const compared = compareGroups(name, included);
    const segment: Segment = { column };
    if (compared.value === null) return buildMetric(name, dataset, segment, { ...compared, parameters });
    const { value, interval, n, fisherP, extremes } = compared;
    return buildMetric(name, dataset, segment, {
      value,
      interval,
      n,
      parameters: {
        ...parameters,
        rate: extremes.rate,
        lowest: extremes.low.group.value,
        highest: extremes.high.group.value,
        fisherP,
      },
    });
  });
  return [...rates, ...comparisons];
}

function rateMetric(
  column: string,
  group: GroupCounts,
  rate: GroupRate,
  dataset: Dataset,
  threshold: number,
  excluded: string | undefined,
): Metric {
  const proportion = groupProportion(group, rate);
  return buildMetric(
    rate as MetricName,
    dataset,
    { column, value: group.value },
    {
      n: proportion.of,
      value: proportion.of === 0 ? null : proportion.count / proportion.of,
      undefined:
        proportion.of === 0 ? `The group has no row with label ${rate === 'true_positive_rate' ? 1 : 0}.` : null,
      interval: wilsonInterval(proportion),
      parameters: { threshold, ...(excluded !== undefined && { excludedFromComparison: excluded }) },
    },
  );
}
