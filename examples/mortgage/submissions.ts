// The webhook of each version of the mortgage model, as its training pipeline would send it.
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';

export const mortgageModel = 'mortgage-denial';
export const mortgageVersions = ['1', '2', '3', '4'] as const;
export type MortgageVersion = (typeof mortgageVersions)[number];

interface ReportedMetrics {
  rows: number;
  [metric: string]: number;
}

const descriptions: Record<MortgageVersion, string> = {
  '1': 'Logistic regression on three payment and loan ratios. The first version.',
  '2': 'Logistic regression on all eleven features. Ranks clearly better than version 1; flags applications of African American applicants more often.',
  '3': 'Gradient-boosted trees on all eleven features. Better on training data, not on validation data.',
  '4': 'Submitted by the load-test job.',
};

const artifacts: Record<MortgageVersion, string> = {
  '1': 'model-v1.pkl',
  '2': 'model-v2.pkl',
  '3': 'model-v3.pkl',
  '4': 'model-v4.json',
};

const folder = resolve(import.meta.dirname);

/** The body of `model_version.submitted`, digests taken from the files as they lie here. The same files give the same body. */
export function buildSubmission(version: MortgageVersion) {
  const reported = reportedMetrics(version);
  return {
    type: 'model_version.submitted',
    timestamp: '2026-11-21T10:00:00Z',
    data: {
      model: mortgageModel,
      version,
      riskTier: 'high',
      description: descriptions[version],
      task: 'binary_classification',
      owner: 'data-scientist-1',
      author: 'data-scientist-1',
      contributors: version === '2' ? ['data-scientist-2'] : [],
      artifact: describeFile(artifacts[version]),
      lineage: {
        trainingData: describeFile('applications.csv'),
        code: { repository: 'https://git.example.com/lending/mortgage-denial', commit: `release-v${version}` },
        environment: { digest: digestOf('environment.txt') },
        run: { id: `mortgage-denial-v${version}-20261121` },
      },
      predictions: {
        training: describeFile(`v${version}-training.parquet`),
        validation: describeFile(`v${version}-validation.parquet`),
      },
      columns: { id: 'application_id', label: 'label', score: 'score', protected: ['afam', 'single'] },
      metrics: { training: withoutRows(reported.training), validation: withoutRows(reported.validation) },
      documents: [
        { kind: 'model_card', ...describeFile(`model-card-v${version}.md`) },
        { kind: 'data_sheet', ...describeFile('data-sheet.md') },
        { kind: 'validation_plan', ...describeFile('validation-plan.md') },
      ],
    },
  };
}

function describeFile(name: string): { uri: string; digest: string } {
  return { uri: pathToFileURL(join(folder, name)).href, digest: digestOf(name) };
}

function digestOf(name: string): string {
  return `sha256:${createHash('sha256')
    .update(readFileSync(join(folder, name)))
    .digest('hex')}`;
}

function reportedMetrics(version: MortgageVersion): { training: ReportedMetrics; validation: ReportedMetrics } {
  return JSON.parse(readFileSync(join(folder, 'reported-metrics.json'), 'utf8'))[`v${version}`];
}

const withoutRows = ({ rows: _rows, ...metrics }: ReportedMetrics): Record<string, number> => metrics;
