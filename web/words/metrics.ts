import type { MetricName } from '../../domain/metric.ts';

/** Metrics as people who use them write them. */
export const metricWords: Record<MetricName, string> = {
  accuracy: 'Accuracy',
  balanced_accuracy: 'Balanced accuracy',
  precision: 'Precision',
  recall: 'Recall',
  f1: 'F1',
  roc_auc: 'ROC AUC',
  average_precision: 'Average precision',
  log_loss: 'Log loss',
  brier: 'Brier score',
  matthews_corrcoef: 'Matthews correlation',
  cohen_kappa: 'Cohen’s kappa',
  expected_calibration_error: 'Calibration error (ECE)',
  true_negatives: 'True negatives',
  false_positives: 'False positives',
  false_negatives: 'False negatives',
  true_positives: 'True positives',
  mse: 'Mean squared error',
  rmse: 'Root mean squared error',
  mae: 'Mean absolute error',
  r2: 'R²',
  demographic_parity_difference: 'Difference of selection rates',
  demographic_parity_ratio: 'Ratio of selection rates',
  equalized_odds_difference: 'Equalized odds difference',
  equalized_odds_ratio: 'Equalized odds ratio',
  equal_opportunity_difference: 'Equal opportunity difference',
  selection_rate: 'Selection rate',
  true_positive_rate: 'True positive rate',
  false_positive_rate: 'False positive rate',
  psi: 'Population stability index',
  ks: 'Kolmogorov–Smirnov distance',
  wasserstein: 'Wasserstein distance',
  jensen_shannon: 'Jensen–Shannon distance',
  chi2: 'Chi-squared',
};

/** One word for the margin beside a value: `AUC 0.800`. */
const shortWords: Partial<Record<MetricName, string>> = {
  roc_auc: 'AUC',
  brier: 'Brier',
  expected_calibration_error: 'ECE',
  average_precision: 'AP',
  demographic_parity_ratio: 'ratio',
  equalized_odds_ratio: 'ratio',
  demographic_parity_difference: 'difference',
  equalized_odds_difference: 'difference',
  equal_opportunity_difference: 'difference',
};

const isMetricName = (name: string): name is MetricName => name in metricWords;

/** `metric` is a finding's, as `roc_auc/validation`; the empty string when it names none that we know. */
export function shortMetric(metric: string | null): string {
  const name = metric?.split('/')[0] ?? '';
  if (!isMetricName(name)) return '';
  return shortWords[name] ?? metricWords[name].toLowerCase();
}

export const describeMetric = (name: string): string =>
  isMetricName(name) ? metricWords[name] : name.replaceAll('_', ' ');
