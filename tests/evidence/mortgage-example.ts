import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { PinnedPolicy, Policy } from '../../domain/policy.ts';
import { submissionDataSchema, type Submission } from '../../domain/submission.ts';
import type { EvidenceRequest } from '../../evidence/evidence-request.ts';
import { formatPolicyProblem, parsePolicy } from '../../policies/parse-policy.ts';

export const mortgageFolder = join(import.meta.dirname, '../../examples/mortgage');

export const highPolicy: Policy = readPolicy('high');

export function readPolicy(tier: 'low' | 'medium' | 'high'): Policy {
  const path = join(import.meta.dirname, `../../policies/${tier}.yaml`);
  const parsed = parsePolicy(readFileSync(path, 'utf8'), path);
  if (!parsed.ok) throw new Error(parsed.problems.map(formatPolicyProblem).join('\n'));
  return parsed.policy;
}

export const pin = (rules: Policy): PinnedPolicy => ({
  id: rules.id,
  version: 1,
  digest: `sha256:${'1'.repeat(64)}`,
  rules,
});

/** A file of the example, or of another folder, as a submission names it. */
export function fileOf(name: string, folder = mortgageFolder): { uri: string; digest: string } {
  const path = join(folder, name);
  return { uri: `file://${path}`, digest: `sha256:${createHash('sha256').update(readFileSync(path)).digest('hex')}` };
}

interface Reported {
  roc_auc: number;
  average_precision: number;
  brier: number;
  log_loss: number;
  rows: number;
}

export function reportedMetrics(version: number): { training: Reported; validation: Reported } {
  const all = JSON.parse(readFileSync(join(mortgageFolder, 'reported-metrics.json'), 'utf8')) as Record<
    string,
    { training: Reported; validation: Reported }
  >;
  const reported = all[`v${version}`];
  if (reported === undefined) throw new Error(`Nothing is reported for version ${version}`);
  return reported;
}

/** A complete submission of one version of the example; `over` replaces parts of it. */
export function mortgageSubmission(version: number, over: Record<string, unknown> = {}): Submission {
  const { rows: _rows, ...validation } = reportedMetrics(version).validation;
  return submissionDataSchema.parse({
    model: 'mortgage-denial',
    version: String(version),
    riskTier: 'high',
    task: 'binary_classification',
    owner: 'data-scientist-1',
    author: 'data-scientist-1',
    artifact: fileOf(version === 4 ? 'model-v1.pkl' : `model-v${version}.pkl`),
    lineage: {
      trainingData: fileOf('applications.csv'),
      code: { repository: 'https://git.example.org/mortgage', commit: '4f2c1d9' },
      environment: { digest: `sha256:${'e'.repeat(64)}` },
      run: { id: 'run-1' },
    },
    predictions: {
      training: fileOf(`v${version}-training.parquet`),
      validation: fileOf(`v${version}-validation.parquet`),
    },
    columns: { id: 'application_id', protected: ['afam', 'single'] },
    metrics: { validation },
    documents: ['model_card', 'data_sheet', 'validation_plan'].map((kind) => ({ kind, ...fileOf('README.md') })),
    ...over,
  });
}

export function requestFor(submission: Submission, over: Partial<EvidenceRequest> = {}): EvidenceRequest {
  return {
    modelVersion: { id: `mver_${submission.version}`, model: submission.model, version: submission.version },
    round: 1,
    submission,
    policy: pin(highPolicy),
    champion: null,
    fileRoots: [mortgageFolder],
    ...over,
  };
}
