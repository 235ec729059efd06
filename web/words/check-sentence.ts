// A policy's check as a sentence with its limit, so that a policy can be read without reading YAML.
import type { Check } from '../../domain/policy.ts';
import { describeMetric, metricWords } from './metrics.ts';
import { formatShare } from './numbers.ts';

const percent = (share: number) => formatShare(share).replace('.0', '');

const shareOf = (share: number, what: string) =>
  share === 1 ? `All ${what}` : `At least ${percent(share)} of the ${what}`;

/** What the check asks for. Its title says what it is about. */
export function describeCheck(check: Check): string {
  switch (check.kind) {
    case 'digests':
      return 'Every file named in the submission can be read and is the very file that was declared.';
    case 'documents':
      return 'Every required document is there, and none is empty.';
    case 'lineage':
      return 'Every required piece of lineage is named.';
    case 'schema':
      return `Identifier, label, score and protected columns exist and are alike in the ${check.datasets.join(' and ')} data.`;
    case 'completeness':
      return `${shareOf(check.minimum, `${check.dataset} rows`)} have identifier, label and score.`;
    case 'validity':
      return `${shareOf(check.minimum, `${check.dataset} rows`)} have label and score in their range.`;
    case 'uniqueness':
      return `${shareOf(check.minimum, `${check.dataset} identifiers`)} are distinct.`;
    case 'volume':
      return `At least ${check.minimumRows} ${check.dataset} rows${check.minimumPositives > 0 ? `, ${check.minimumPositives} of them of the rarer class` : ''}.`;
    case 'plausible-scores':
      return `Scores are probabilities, none missing, with at least ${check.minimumDistinct} distinct values.`;
    case 'metric':
      return describeThreshold(check);
    case 'base-rate':
      return `The Brier score on ${check.dataset} data is better than always predicting the base rate.`;
    case 'reported-metrics':
      return `What the pipeline reported on ${check.dataset} data is what we compute, to within ${check.tolerance}.`;
    case 'generalisation-gap':
      return `${describeMetric(check.metric)} is at most ${check.maximum} worse on validation data than on training data.`;
    case 'calibration':
      return `Expected calibration error on ${check.dataset} data is at most ${check.maximum}; from ${check.warn} on it is a warning.`;
    case 'fairness':
      return `${metricWords[check.metric]} between groups on ${check.dataset} data is ${check.metric.endsWith('ratio') ? 'at least' : 'at most'} ${check.threshold}. Groups under ${check.minimumGroupSize} rows or ${check.minimumGroupPositives} positives are left out and named.`;
  }
}

function describeThreshold(check: Extract<Check, { kind: 'metric' }>): string {
  const bound = check.greater_is_better ? 'at least' : 'at most';
  const better = check.greater_is_better ? 'higher' : 'lower';
  const rules = [
    check.threshold !== undefined && `is ${bound} ${check.threshold}`,
    check.min_absolute_change !== undefined &&
      `is ${better} than the champion’s by at least ${check.min_absolute_change}`,
    check.min_relative_change !== undefined &&
      `is ${better} than the champion’s by at least ${percent(check.min_relative_change)}`,
  ].filter((rule) => rule !== false);
  const warn = check.warn === undefined ? '' : ` Short of ${check.warn} it is a warning.`;
  return `${metricWords[check.metric]} on ${check.dataset} data ${rules.join(' and ')}.${warn}`;
}
