import { canonicalJson } from '../domain/canonical.ts';
import type { EvidencePack } from '../domain/evidence.ts';
import type { Dataset } from '../domain/metric.ts';
import { buildCharts } from './build-charts.ts';
import { computeMetrics } from './compute-metrics.ts';
import { criteriaDigest } from './criteria.ts';
import type { BuiltEvidence, EvidenceRequest } from './evidence-request.ts';
import type { GatheredInput } from './gather-inputs.ts';
import { judgeEvidence } from './judge-evidence.ts';
import { loadPredictions } from './predictions/load-predictions.ts';
import type { PredictionDatabaseLimits } from './predictions/prediction-database.ts';
import type { Predictions } from './predictions/predictions.ts';
import { readDocuments, toEvidenceDocument } from './read-documents.ts';
import { sha256Of } from './sha256.ts';

/**
 * The evidence pack of one version in one round: the same request and files give the same bytes. What is wrong with the evidence becomes
 * a finding; an exception is a fault of ours or a lack of memory.
 */
export async function buildEvidencePack(
  request: EvidenceRequest,
  inputs: readonly GatheredInput[],
  limits: PredictionDatabaseLimits,
): Promise<BuiltEvidence> {
  const { submission, policy, champion } = request;
  const criteria = criteriaDigest(policy.rules);
  const documents = await readDocuments(submission, inputs);
  const predictions = {
    training: await loadDataset('training', request, inputs, limits),
    validation: await loadDataset('validation', request, inputs, limits),
  };
  const metrics = computeMetrics(predictions, submission, policy.rules);
  const pack: EvidencePack = {
    format: 'countersign/evidence-pack/1',
    modelVersion: request.modelVersion,
    round: request.round,
    policy: { id: policy.id, version: policy.version, digest: policy.digest },
    criteriaDigest: criteria,
    champion:
      champion === null
        ? null
        : { id: champion.id, version: champion.version, evidenceDigest: champion.evidenceDigest },
    inputs: inputs.map(({ copy: _copy, ...input }) => input),
    metrics,
    findings: judgeEvidence({ submission, rules: policy.rules, inputs, documents, predictions, metrics, champion }),
    documents: documents.map(({ kind, uri, bytes, digest, declaredDigest }) => ({
      kind,
      uri,
      bytes,
      digest: digest ?? declaredDigest,
    })),
    charts: buildCharts(predictions, policy.rules, request.modelVersion.version, champion),
  };
  const bytes = canonicalJson(pack);
  return { pack, bytes, digest: sha256Of(bytes), documents: documents.flatMap(toEvidenceDocument) };
}

async function loadDataset(
  dataset: Exclude<Dataset, 'production'>,
  { submission, policy }: EvidenceRequest,
  inputs: readonly GatheredInput[],
  limits: PredictionDatabaseLimits,
): Promise<Predictions> {
  const input = inputs.find(({ name }) => name === `predictions/${dataset}`);
  if (input === undefined)
    return { status: 'absent', dataset, reason: `The submission names no predictions on ${dataset} data.` };
  if (input.copy === null)
    return {
      status: 'unreadable',
      dataset,
      reason: `The predictions on ${dataset} data cannot be read. ${input.problem}`,
    };
  const loaded = await loadPredictions(input.copy, {
    dataset,
    task: submission.task,
    columns: { ...submission.columns, protected: [...new Set(submission.columns.protected)] },
    threshold: policy.rules.decisionThreshold,
    limits,
  });
  return loaded.status === 'loaded'
    ? loaded
    : { ...loaded, reason: `The predictions on ${dataset} data cannot be read. ${loaded.reason}` };
}
