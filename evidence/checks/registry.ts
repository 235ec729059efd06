import type { Check, CheckKind } from '../../domain/policy.ts';
import type { CheckResult, Evidence, RunCheck } from '../check-result.ts';
import { checkBaseRate } from './base-rate.ts';
import { checkCalibration } from './calibration.ts';
import { checkCompleteness } from './completeness.ts';
import { checkDigests } from './digests.ts';
import { checkDocuments } from './documents.ts';
import { checkFairness } from './fairness.ts';
import { checkGeneralisationGap } from './generalisation-gap.ts';
import { checkLineage } from './lineage.ts';
import { checkMetric } from './metric.ts';
import { checkPlausibleScores } from './plausible-scores.ts';
import { checkReportedMetrics } from './reported-metrics.ts';
import { checkSchema } from './schema.ts';
import { checkUniqueness } from './uniqueness.ts';
import { checkValidity } from './validity.ts';
import { checkVolume } from './volume.ts';

const checks: { [Kind in CheckKind]: RunCheck<Kind> } = {
  digests: checkDigests,
  documents: checkDocuments,
  lineage: checkLineage,
  schema: checkSchema,
  completeness: checkCompleteness,
  validity: checkValidity,
  uniqueness: checkUniqueness,
  volume: checkVolume,
  'plausible-scores': checkPlausibleScores,
  metric: checkMetric,
  'base-rate': checkBaseRate,
  'reported-metrics': checkReportedMetrics,
  'generalisation-gap': checkGeneralisationGap,
  calibration: checkCalibration,
  fairness: checkFairness,
};

/** Runs a check by its kind. */
export function runCheck(check: Check, evidence: Evidence): CheckResult[] {
  // The registry's type pairs each kind with its own check; TypeScript cannot follow that pairing through a union.
  const run = checks[check.kind] as (check: Check, evidence: Evidence) => CheckResult[];
  return run(check, evidence);
}
