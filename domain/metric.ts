import { z } from 'zod';

export const classificationMetrics = [
  'accuracy', 'balanced_accuracy', 'precision', 'recall', 'f1', 'roc_auc', 'average_precision', 'log_loss', 'brier',
  'matthews_corrcoef', 'cohen_kappa', 'expected_calibration_error',
  'true_negatives', 'false_positives', 'false_negatives', 'true_positives',
] as const; // prettier-ignore
export const regressionMetrics = ['mse', 'rmse', 'mae', 'r2'] as const;
export const fairnessMetrics = [
  'demographic_parity_difference', 'demographic_parity_ratio', 'equalized_odds_difference', 'equalized_odds_ratio',
  'equal_opportunity_difference', 'selection_rate', 'true_positive_rate', 'false_positive_rate',
] as const; // prettier-ignore
export const driftMetrics = ['psi', 'ks', 'wasserstein', 'jensen_shannon', 'chi2'] as const;

export const metricNameSchema = z.enum([
  ...classificationMetrics,
  ...regressionMetrics,
  ...fairnessMetrics,
  ...driftMetrics,
]);
export type MetricName = z.infer<typeof metricNameSchema>;

export const datasets = ['training', 'validation', 'production'] as const;
export const datasetSchema = z.enum(datasets);
export type Dataset = z.infer<typeof datasetSchema>;

export const segmentSchema = z.strictObject({ column: z.string(), value: z.string().optional() });
export type Segment = z.infer<typeof segmentSchema>;

export const intervalSchema = z.strictObject({
  low: z.number(),
  high: z.number(),
  /** Coverage, such as 0.95. */
  level: z.number(),
  method: z.string(),
});
export type Interval = z.infer<typeof intervalSchema>;

export const metricSchema = z.strictObject({
  name: metricNameSchema,
  dataset: datasetSchema,
  segment: segmentSchema.nullable(),
  /** null when `undefined` gives the reason, or 0 where the reference says that 0/0 is 0 (precision, recall, F1, MCC); never NaN or infinite. */
  value: z.number().nullable(),
  undefined: z.string().nullable(),
  /** Rows the value was computed from. */
  n: z.int().nonnegative(),
  interval: intervalSchema.nullable(),
  /** Identity and version of the method, such as `roc_auc/mann-whitney@1`. */
  method: z.string(),
  parameters: z.record(z.string(), z.union([z.number(), z.string(), z.boolean(), z.null(), z.array(z.string())])),
});
/** One number computed from evidence, with all that is needed to compute it again. */
export type Metric = z.infer<typeof metricSchema>;

/** Metrics for which less is better. */
export const lowerIsBetter: ReadonlySet<MetricName> = new Set([
  'log_loss', 'brier', 'expected_calibration_error', 'mse', 'rmse', 'mae', 'demographic_parity_difference',
  'equalized_odds_difference', 'equal_opportunity_difference', 'false_positives', 'false_negatives',
  'false_positive_rate', 'psi', 'ks', 'wasserstein', 'jensen_shannon', 'chi2',
]); // prettier-ignore
