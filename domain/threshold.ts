import { z } from 'zod';

/** MLflow's `MetricThreshold`, field for field: https://mlflow.org/docs/latest/api_reference/python_api/mlflow.models.html */
export const metricThresholdSchema = z
  .strictObject({
    threshold: z.number().optional().describe('The value must be at least (or at most) this.'),
    min_absolute_change: z
      .number()
      .positive()
      .optional()
      .describe('How much better than the baseline, in units of the metric.'),
    min_relative_change: z
      .number()
      .positive()
      .optional()
      .describe('How much better than the baseline, as a share of it.'),
    greater_is_better: z.boolean(),
  })
  .refine(
    (t) => t.threshold !== undefined || t.min_absolute_change !== undefined || t.min_relative_change !== undefined,
    {
      message: 'names none of threshold, min_absolute_change, min_relative_change',
    },
  );
export type MetricThreshold = z.infer<typeof metricThresholdSchema>;

export interface ThresholdResult {
  passed: boolean;
  /** The rules that did not hold, as `≥ 0.6` or `≥ 0.688 + 0.01`. Empty when passed. */
  broken: string[];
}

/** Whether `value` meets the threshold; `baseline` is the champion's value and is needed by the two change rules. */
export function meetsThreshold(rule: MetricThreshold, value: number, baseline: number | null): ThresholdResult {
  const broken: string[] = [];
  const sign = rule.greater_is_better ? '≥' : '≤';
  const better = (left: number, right: number) => (rule.greater_is_better ? left >= right : left <= right);
  const direction = rule.greater_is_better ? 1 : -1;
  if (rule.threshold !== undefined && !better(value, rule.threshold)) broken.push(`${sign} ${rule.threshold}`);
  if (rule.min_absolute_change !== undefined) {
    if (baseline === null) broken.push('no baseline to compare with');
    else if (!better(value, baseline + direction * rule.min_absolute_change))
      broken.push(`${sign} ${baseline} ${rule.greater_is_better ? '+' : '−'} ${rule.min_absolute_change}`);
  }
  if (rule.min_relative_change !== undefined) {
    if (baseline === null) broken.push('no baseline to compare with');
    else if (!better(value, baseline + direction * Math.abs(baseline) * rule.min_relative_change))
      broken.push(`${sign} ${baseline} ${rule.greater_is_better ? '+' : '−'} ${rule.min_relative_change * 100} %`);
  }
  return { passed: broken.length === 0, broken };
}
