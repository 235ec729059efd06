import { describe, expect, it } from 'vitest';
import type { Finding } from '../domain/evidence.ts';
import type { Metric } from '../domain/metric.ts';
import { policySchema, type Policy } from '../domain/policy.ts';
import { submissionDataSchema } from '../domain/submission.ts';
import type { Evidence } from './check-result.ts';
import { judgeEvidence } from './judge-evidence.ts';
import { buildMetric } from './metrics/build-metric.ts';
import { tallyScores } from './metrics/score-tally.ts';
import type { LoadedPredictions, Predictions } from './predictions/predictions.ts';

const digest = `sha256:${'0'.repeat(64)}`;
const signOff = {
  name: 'validation',
  title: 'Validation',
  roles: ['validator'],
  dueIn: 'P1D',
  conflict: { roles: ['validator'], dueIn: 'P1D' },
};

function policyOf(...checks: Record<string, unknown>[]): Policy {
  return policySchema.parse({
    id: 'test',
    title: 'Test',
    riskTier: 'high',
    requires: { documents: [], lineage: [] },
    checks: checks.map((check, index) => ({ id: `check-${index}`, title: 'A title', onFail: 'reject', ...check })),
    validation: { signOff },
    approval: { stages: [] },
  });
}

const loaded = (dataset: 'training' | 'validation', labels: (0 | 1)[]): LoadedPredictions => ({
  status: 'loaded',
  dataset,
  format: 'parquet',
  rows: labels.length,
  columns: [],
  id: { missing: 0, distinct: labels.length },
  label: { missing: 0, notNumbers: 0, outOfRange: 0 },
  score: { missing: 0, notNumbers: 0, outOfRange: 0, distinct: labels.length },
  completeRows: labels.length,
  validRows: labels.length,
  tally: tallyScores(labels.map((label, i) => ({ label, score: i / labels.length }))),
  scoresMissing: 0,
  pairs: null,
  attributes: [],
  intersections: [],
});

const absent = (dataset: 'training' | 'validation'): Predictions => ({
  status: 'absent',
  dataset,
  reason: `No ${dataset}.`,
});
const measured = (name: Metric['name'], dataset: Metric['dataset'], value: number | null): Metric =>
  buildMetric(name, dataset, null, { n: 100, value, undefined: value === null ? 'One class.' : null });

function judge(rules: Policy, over: Partial<Evidence> = {}): Finding[] {
  const submission = submissionDataSchema.parse({
    model: 'm',
    version: '1',
    riskTier: 'high',
    task: 'binary_classification',
    owner: 'o',
    author: 'a',
    artifact: { uri: 'file:///m', digest },
  });
  const predictions = { training: loaded('training', [0, 1]), validation: loaded('validation', [0, 1]) };
  return judgeEvidence({
    submission,
    rules,
    inputs: [],
    documents: [],
    predictions,
    metrics: [],
    champion: null,
    ...over,
  });
}

const champion = (value: number) => ({
  id: 'mver_1',
  version: '1',
  evidenceDigest: digest,
  metrics: [measured('roc_auc', 'validation', value)],
  roc: null,
});
const rocAuc = (value: number | null) => ({ metrics: [measured('roc_auc', 'validation', value)] });
const metricCheck = { kind: 'metric', metric: 'roc_auc', dataset: 'validation', greater_is_better: true };

describe('a rule whose evidence is missing', () => {
  const check = { ...metricCheck, threshold: 0.6 };
  const without = { predictions: { training: absent('training'), validation: absent('validation') } };

  it('fails when it must hold, for leaving evidence out must not be the way past it', () => {
    expect(judge(policyOf(check), without)).toEqual([
      expect.objectContaining({
        verdict: 'FAIL',
        blocking: true,
        value: null,
        message: 'This rule must hold and cannot be assessed, so it counts as failed. No validation.',
      }),
    ]);
  });

  it('cannot be assessed when a person judges it', () => {
    expect(judge(policyOf({ ...check, onFail: 'review' }), without)).toEqual([
      expect.objectContaining({ verdict: 'NOT_ASSESSABLE', blocking: false, message: 'No validation.' }),
    ]);
  });

  it('fails as well when the metric is undefined', () => {
    expect(judge(policyOf(check), rocAuc(null))[0]).toMatchObject({
      verdict: 'FAIL',
      message: expect.stringContaining('One class.'),
    });
  });

  it.each([
    { kind: 'base-rate', dataset: 'validation' },
    { kind: 'schema', datasets: ['validation'] },
    { kind: 'completeness', dataset: 'validation', minimum: 1 },
    { kind: 'validity', dataset: 'validation', minimum: 1 },
    { kind: 'uniqueness', dataset: 'validation', minimum: 1 },
    { kind: 'volume', dataset: 'validation', minimumRows: 1 },
    { kind: 'plausible-scores', dataset: 'validation' },
    { kind: 'generalisation-gap', metric: 'roc_auc', maximum: 0.1 },
    { kind: 'calibration', dataset: 'validation', warn: 0.1, maximum: 0.2 },
    { kind: 'fairness', dataset: 'validation', metric: 'demographic_parity_ratio', threshold: 0.8 },
    { kind: 'reported-metrics', dataset: 'validation', tolerance: 0.1 },
    { ...metricCheck, dataset: 'production', threshold: 0.6 },
  ])('$kind: fails closed', (check) => {
    expect(judge(policyOf(check), without)).toEqual([expect.objectContaining({ verdict: 'FAIL', blocking: true })]);
  });
});

describe('a metric rule', () => {
  it('passes at its limit and fails below it, with the rule, the value and the limit', () => {
    expect(judge(policyOf({ ...metricCheck, threshold: 0.6 }), rocAuc(0.6))[0]).toMatchObject({
      verdict: 'PASS',
      value: 0.6,
      threshold: '≥ 0.6',
      metric: 'roc_auc/validation',
    });
    const [finding] = judge(policyOf({ ...metricCheck, threshold: 0.6 }), rocAuc(0.59999));
    expect(finding).toMatchObject({ verdict: 'FAIL', value: 0.59999 });
    expect(finding?.message).toContain('0.59999');
  });

  it('warns between the limit and the better one', () => {
    const rules = policyOf({ ...metricCheck, threshold: 0.6, warn: 0.7 });
    expect(judge(rules, rocAuc(0.65))[0]).toMatchObject({ verdict: 'WARN' });
    expect(judge(rules, rocAuc(0.7))[0]).toMatchObject({ verdict: 'PASS' });
  });

  it('holds a change against the champion', () => {
    const rules = policyOf({ ...metricCheck, min_absolute_change: 0.01 });
    expect(judge(rules, { ...rocAuc(0.72), champion: champion(0.7) })[0]).toMatchObject({
      verdict: 'PASS',
      threshold: '≥ 0.7 + 0.01',
    });
    expect(judge(rules, { ...rocAuc(0.705), champion: champion(0.7) })[0]).toMatchObject({
      verdict: 'FAIL',
      message: expect.stringContaining('The champion, version 1, has 0.7: 0.005 higher.'),
    });
  });

  it('lets the first version through, because there is no champion to beat, but still holds it to fixed limits', () => {
    expect(judge(policyOf({ ...metricCheck, min_relative_change: 0.1 }), rocAuc(0.7))[0]).toMatchObject({
      verdict: 'NOT_ASSESSABLE',
      message: expect.stringContaining('There is no champion yet'),
    });
    expect(judge(policyOf({ ...metricCheck, min_relative_change: 0.1, threshold: 0.8 }), rocAuc(0.7))[0]).toMatchObject(
      { verdict: 'FAIL', threshold: '≥ 0.8' },
    );
  });
});

describe('the gap between training and validation', () => {
  const rules = (metric: string) => policyOf({ kind: 'generalisation-gap', metric, maximum: 0.05 });
  const both = (name: Metric['name'], training: number, validation: number) => ({
    metrics: [measured(name, 'training', training), measured(name, 'validation', validation)],
  });

  it('counts what is worse on validation, whichever way the metric points', () => {
    expect(judge(rules('roc_auc'), both('roc_auc', 0.9, 0.8))[0]).toMatchObject({
      verdict: 'FAIL',
      value: expect.closeTo(0.1, 12),
    });
    expect(judge(rules('roc_auc'), both('roc_auc', 0.8, 0.9))[0]).toMatchObject({ verdict: 'PASS' });
    expect(judge(rules('log_loss'), both('log_loss', 0.3, 0.4))[0]).toMatchObject({
      verdict: 'FAIL',
      value: expect.closeTo(0.1, 12),
    });
  });
});

describe('fairness', () => {
  const rules = policyOf({
    id: 'fair',
    kind: 'fairness',
    dataset: 'validation',
    metric: 'demographic_parity_ratio',
    threshold: 0.8,
    onFail: 'review',
  });
  const withGroups = (a: [number, number], b: [number, number]) => {
    const group = (value: string, [selected, n]: [number, number]) => ({
      value,
      truePositives: 0,
      falsePositives: selected,
      falseNegatives: 10,
      trueNegatives: n - selected - 10,
    });
    const set: LoadedPredictions = {
      ...loaded('validation', [0, 1]),
      attributes: [{ found: true, column: 'sex', groups: [group('f', a), group('m', b)], rowsWithoutValue: 0 }],
    };
    const submission = submissionDataSchema.parse({
      model: 'm',
      version: '1',
      riskTier: 'high',
      task: 'binary_classification',
      owner: 'o',
      author: 'a',
      artifact: { uri: 'file:///m', digest },
      columns: { protected: ['sex'] },
    });
    return judge(rules, { submission, predictions: { training: absent('training'), validation: set } });
  };

  it('fails on a ratio under the limit that chance does not explain', () => {
    expect(withGroups([20, 200], [60, 200])).toEqual([
      expect.objectContaining({
        id: 'fair:sex',
        verdict: 'FAIL',
        value: expect.closeTo(1 / 3, 12),
        threshold: '≥ 0.8',
      }),
    ]);
  });

  it('warns on a ratio under the limit that chance explains', () => {
    expect(withGroups([3, 40], [5, 40])[0]).toMatchObject({
      verdict: 'WARN',
      message: expect.stringContaining('chance can explain it'),
    });
  });

  it('passes a ratio above the limit, however many rows make it significant', () => {
    expect(withGroups([90_000, 200_000], [100_000, 200_000])[0]).toMatchObject({ verdict: 'PASS' });
  });

  it('fails where one group has none of many', () => {
    expect(withGroups([0, 200], [30, 200])[0]).toMatchObject({ verdict: 'FAIL', value: 0 });
  });
});

describe('findings', () => {
  it('stand in the policy’s order with the policy’s titles and severities', () => {
    const rules = policyOf(
      { kind: 'lineage', title: 'The second title', severity: 'minor' },
      { kind: 'documents', title: 'The first title', onFail: 'review' },
    );
    expect(judge(rules).map(({ title, severity, blocking }) => [title, severity, blocking])).toEqual([
      ['The second title', 'minor', true],
      ['The first title', 'major', false],
    ]);
  });
});
