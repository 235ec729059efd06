import type { Finding, Verdict } from '../domain/evidence.ts';
import type { Policy, Check, CheckKind } from '../domain/policy.ts';
import type { Dataset, Metric } from '../domain/metric.ts';
import type { EvidenceInput } from '../domain/evidence.ts';
import type { Submission } from '../domain/submission.ts';
import type { PredictionSets } from './compute-metrics.ts';
import type { Champion } from './evidence-request.ts';
import type { LoadedPredictions, Predictions } from './predictions/predictions.ts';
import type { ReadDocument } from './read-documents.ts';

/** All that checks look at: read and computed once, then only looked at. */
export interface Evidence {
  submission: Submission;
  rules: Policy;
  inputs: readonly EvidenceInput[];
  documents: readonly ReadDocument[];
  predictions: PredictionSets;
  metrics: readonly Metric[];
  champion: Champion | null;
}

export interface CheckResult {
  /** What the check looked at, when it looks at several things: a column. */
  subject?: string;
  verdict: Verdict;
  value?: Finding['value'];
  threshold?: Finding['threshold'];
  message: string;
  metric?: Finding['metric'];
  /**
   * Only for NOT_ASSESSABLE. True where evidence that the rule needs is missing or unusable: then a blocking rule fails, for otherwise
   * leaving evidence out would be the way past it. False where there is rightly nothing to look at yet, such as a champion.
   */
  failsClosed?: boolean;
}

export type CheckOf<Kind extends CheckKind> = Extract<Check, { kind: Kind }>;

/** A rule on evidence. Evidence at fault is a result; only a fault of ours throws. */
export type RunCheck<Kind extends CheckKind> = (check: CheckOf<Kind>, evidence: Evidence) => CheckResult[];

export const notAssessable = (
  message: string,
  more: Omit<Partial<CheckResult>, 'verdict' | 'message'> = {},
): CheckResult => ({
  verdict: 'NOT_ASSESSABLE',
  message,
  failsClosed: true,
  ...more,
});

export function predictionsOf(evidence: Evidence, dataset: Dataset): Predictions {
  if (dataset === 'production')
    return { status: 'absent', dataset, reason: 'Predictions from production are not part of this evidence.' };
  return evidence.predictions[dataset];
}

/** Runs a check on predictions that could be loaded; otherwise says why it cannot be assessed. */
export function withPredictions(
  evidence: Evidence,
  dataset: Dataset,
  run: (set: LoadedPredictions) => CheckResult[],
): CheckResult[] {
  const set = predictionsOf(evidence, dataset);
  return set.status === 'loaded' ? run(set) : [notAssessable(set.reason)];
}
