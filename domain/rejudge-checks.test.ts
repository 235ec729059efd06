import { describe, expect, it } from 'vitest';
import { buildPolicy } from '../tests/support/build.ts';
import type { Metric } from './metric.ts';
import type { Check, Policy } from './policy.ts';
import { rejudgeChecks, type RejudgeInput, type StoredEvidence } from './rejudge-checks.ts';

const metric = (change: Partial<Metric>): Metric => ({ name: 'roc_auc', dataset: 'validation', segment: null, value: 0.8, undefined: null, n: 500, interval: null, method: 'm@1', parameters: {}, ...change }); // prettier-ignore
const evidence: StoredEvidence = {
  inputs: [],
  documents: [{ kind: 'model_card', digest: 'sha256:' + '0'.repeat(64), uri: 'file:///card', bytes: 12 }],
  metrics: [
    metric({}),
    metric({ dataset: 'training', value: 0.9 }),
    metric({ name: 'accuracy', value: 0.7 }),
    metric({ name: 'expected_calibration_error', value: 0.06 }),
    metric({ name: 'demographic_parity_ratio', segment: { column: 'age' }, value: 0.75, interval: { low: 0.7, high: 0.79, level: 0.95, method: 'w' } }),
    metric({ name: 'demographic_parity_ratio', segment: { column: 'home' }, value: 0.75, interval: { low: 0.6, high: 0.9, level: 0.95, method: 'w' } }),
    metric({ name: 'demographic_parity_ratio', segment: { column: 'sex' }, value: 0.95 }),
  ],
  findings: [{ id: 'whole', check: 'whole', title: 'Whole', verdict: 'PASS', severity: 'major', blocking: true, value: 0.97, threshold: '≥ 0.9', message: '97 %', metric: null }],
}; // prettier-ignore

const base = { title: 'A check', severity: 'major', onFail: 'reject' } as const;
const judge = (checks: Check[], change: Partial<RejudgeInput> = {}, rules: Partial<Policy> = {}) => {
  const older = { ...buildPolicy('low'), checks: [{ ...base, id: 'whole', kind: 'completeness', dataset: 'validation', minimum: 0.9 }] as Check[] }; // prettier-ignore
  return rejudgeChecks({ rules: { ...older, checks, ...rules }, older, evidence, champion: null, lineage: {}, ...change }); // prettier-ignore
};
const only = (check: Check, change?: Partial<RejudgeInput>, rules?: Partial<Policy>) =>
  judge([check], change, rules)[0];

describe('checks of another policy on stored evidence', () => {
  it('leave a finding as it is where the rule did not change, whatever it is called now', () => {
    expect(only({ ...base, id: 'renamed', title: 'Other words', kind: 'completeness', dataset: 'validation', minimum: 0.9 })).toMatchObject({ check: 'renamed', basis: 'finding', verdict: 'PASS', was: 'PASS' }); // prettier-ignore
  });

  it('hold another threshold against the stored value', () => {
    const auc = { ...base, id: 'auc', kind: 'metric', dataset: 'validation', metric: 'roc_auc', greater_is_better: true } as const; // prettier-ignore
    expect(only({ ...auc, threshold: 0.8 })).toMatchObject({ basis: 'pack', verdict: 'PASS', value: 0.8, was: null, blocks: false }); // prettier-ignore
    expect(only({ ...auc, threshold: 0.81 })).toMatchObject({ verdict: 'FAIL', blocks: true });
    expect(only({ ...auc, threshold: 0.81, onFail: 'review' })).toMatchObject({ verdict: 'FAIL', blocks: false });
    expect(only({ ...auc, threshold: 0.7, warn: 0.85 })).toMatchObject({ verdict: 'WARN' });
    const champion = { version: '1', metrics: [metric({ value: 0.79 })] };
    expect(only({ ...auc, min_absolute_change: 0.02 }, { champion })).toMatchObject({ verdict: 'FAIL' });
    expect(only({ ...auc, min_absolute_change: 0.02 })).toMatchObject({ verdict: 'NOT_ASSESSABLE', blocks: false });
    expect(only({ ...base, id: 'gap', kind: 'generalisation-gap', metric: 'roc_auc', maximum: 0.05 })).toMatchObject({ verdict: 'FAIL' }); // prettier-ignore
    expect(only({ ...base, id: 'cal', kind: 'calibration', dataset: 'validation', warn: 0.05, maximum: 0.1 })).toMatchObject({ verdict: 'WARN' }); // prettier-ignore
    expect(only({ ...base, id: 'whole', kind: 'completeness', dataset: 'validation', minimum: 0.98 })).toMatchObject({ basis: 'pack', verdict: 'FAIL', was: 'PASS', value: 0.97 }); // prettier-ignore
  });

  it('look at documents and lineage by name', () => {
    const requires = { documents: ['model_card', 'data_sheet'], lineage: ['code' as const] };
    expect(judge([{ ...base, id: 'docs', kind: 'documents' }, { ...base, id: 'lin', kind: 'lineage' }], {}, { requires })).toMatchObject([{ verdict: 'FAIL', message: 'Missing or empty: data_sheet.' }, { verdict: 'FAIL', message: 'Not named: code.' }]); // prettier-ignore
  });

  it('say that only the files can tell where the pack does not keep it', () => {
    const fair = { ...base, id: 'fair', kind: 'fairness', dataset: 'validation', metric: 'demographic_parity_ratio', threshold: 0.8, minimumGroupSize: 30, minimumGroupPositives: 10 } as const; // prettier-ignore
    expect(judge([fair]).map(({ subject, verdict, basis }) => [subject, verdict, basis])).toEqual([['age', 'FAIL', 'pack'], ['home', null, 'files'], ['sex', 'PASS', 'pack']]); // prettier-ignore
    expect(only({ ...base, id: 'vol', kind: 'volume', dataset: 'validation', minimumRows: 10, minimumPositives: 0 })).toMatchObject({ verdict: null, basis: 'files', blocks: false }); // prettier-ignore
    const accuracy = { ...base, id: 'acc', kind: 'metric', dataset: 'validation', metric: 'accuracy', threshold: 0.6, greater_is_better: true } as const; // prettier-ignore
    expect(only(accuracy)).toMatchObject({ verdict: 'PASS' });
    expect(only(accuracy, {}, { decisionThreshold: 0.3 })).toMatchObject({ verdict: null, basis: 'files' });
  });
});
