import { describe, expect, it } from 'vitest';
import type { Metric } from '../domain/metric.ts';
import type { Finding } from '../domain/evidence.ts';
import { comparePacks } from './compare-packs.ts';
import { buildPack } from './fixtures/evidence.ts';

const version = { id: 'mver_2', model: 'mortgage-denial', version: '2' };
const packWith = (change: Parameters<typeof buildPack>[2]) => buildPack('v2', version, change);

const metric = (name: Metric['name'], value: number | null): Metric =>
  ({ name, dataset: 'validation', segment: null, value, undefined: value === null ? 'one class' : null, n: 100, interval: null, method: '', parameters: {} }) as Metric; // prettier-ignore
const finding = (id: string, change: Partial<Finding>): Finding => ({
  id,
  check: id,
  title: id,
  verdict: 'PASS',
  severity: 'major',
  blocking: false,
  value: 1,
  threshold: '≥ 0',
  message: '',
  metric: null,
  ...change,
});

const senseOf = (name: Metric['name'], now: number | null, before: number | null) =>
  comparePacks(packWith({ metrics: [metric(name, now)] }), packWith({ metrics: [metric(name, before)] })).metrics[0]?.sense; // prettier-ignore

describe('a metric beside that of the version before', () => {
  it.each([
    ['roc_auc', 0.8, 0.7, 'better'],
    ['roc_auc', 0.7, 0.8, 'worse'],
    ['brier', 0.1, 0.2, 'better'],
    ['rmse', 3, 2, 'worse'],
    // Nearer to one is fairer, from either side.
    ['demographic_parity_ratio', 1.05, 0.8, 'better'],
    ['demographic_parity_ratio', 1.5, 0.9, 'worse'],
    ['equal_opportunity_difference', -0.2, 0.1, 'worse'],
    // More of a kind of answer is neither.
    ['true_positives', 9, 3, 'unknown'],
    ['selection_rate', 0.4, 0.1, 'unknown'],
    ['roc_auc', 0.80001, 0.8, 'same'],
    ['roc_auc', null, 0.8, 'unknown'],
  ] as const)('%s %s after %s is %s', (name, now, before, sense) => {
    expect(senseOf(name, now, before)).toBe(sense);
  });
});

describe('findings beside those of the version before', () => {
  it('show what got worse first, and leave out what says the same', () => {
    const now = [
      finding('same', { verdict: 'WARN' }),
      finding('still-passes', { value: 5 }),
      finding('mended', { verdict: 'PASS' }),
      finding('moved', { verdict: 'WARN', value: 3 }),
      finding('broke', { verdict: 'FAIL' }),
      finding('fresh', { verdict: 'WARN' }),
    ];
    const before = [
      finding('same', { verdict: 'WARN' }),
      finding('still-passes', { value: 4 }),
      finding('mended', { verdict: 'FAIL' }),
      finding('moved', { verdict: 'WARN', value: 2 }),
      finding('broke', { verdict: 'WARN' }),
      finding('dropped', { verdict: 'FAIL' }),
    ];
    const compared = comparePacks(packWith({ findings: now }), packWith({ findings: before }));
    expect(compared.findings.map(({ change, now: is, before: was }) => `${change} ${(is ?? was)?.id}`)).toEqual([
      'worse broke',
      'new fresh',
      'moved moved',
      'better mended',
      'gone dropped',
    ]);
    expect(compared.unchangedFindings).toBe(2);
  });

  const ratio = { metric: 'demographic_parity_ratio/validation/afam', threshold: '≥ 0.8' };
  const gap = { metric: 'roc_auc/validation', threshold: '≤ 0.05' };
  it.each([
    ['a better ratio that now fails', { ...ratio, value: 0.259, verdict: 'FAIL' }, { ...ratio, value: 0.146, verdict: 'WARN' }, 'better', 'better', 'stricter'],
    ['a worse ratio that now only warns', { ...ratio, value: 0.146, verdict: 'WARN' }, { ...ratio, value: 0.259, verdict: 'FAIL' }, 'worse', 'worse', 'milder'],
    ['a wider gap', { ...gap, value: 0.0914, verdict: 'FAIL' }, { ...gap, value: 0.0412, verdict: 'PASS' }, 'worse', 'worse', 'stricter'],
    ['a better ratio that fails as before', { ...ratio, value: 0.3, verdict: 'FAIL' }, { ...ratio, value: 0.2, verdict: 'FAIL' }, 'better', 'better', 'same'],
    ['the same value under a harder limit', { ...ratio, value: 0.7, verdict: 'FAIL' }, { ...ratio, threshold: '≥ 0.6', value: 0.7, verdict: 'PASS' }, 'stricter', 'same', 'stricter'],
    ['what has no value', { value: null, verdict: 'FAIL' }, { value: null, verdict: 'PASS' }, 'worse', 'unknown', 'stricter'],
    ['a value that could not be had before', { ...ratio, value: 0.9, verdict: 'PASS' }, { ...ratio, value: null, verdict: 'NOT_ASSESSABLE' }, 'better', 'unknown', 'milder'],
  ] as const)('tell the value from the verdict on it: %s', (_, now, before, change, value, verdict) => {
    const compared = comparePacks(packWith({ findings: [finding('one', now)] }), packWith({ findings: [finding('one', before)] }));
    expect(compared.findings).toMatchObject([{ change, value, verdict }]);
  }); // prettier-ignore

  it('show a stricter verdict on a better value before what only moved', () => {
    const findings = (better: Partial<Finding>, moved: number) => [finding('moved', { verdict: 'WARN', value: moved }), finding('better', { ...ratio, ...better })]; // prettier-ignore
    const compared = comparePacks(
      packWith({ findings: findings({ value: 0.259, verdict: 'FAIL' }, 2) }),
      packWith({ findings: findings({ value: 0.146, verdict: 'WARN' }, 3) }),
    );
    expect(compared.findings.map(({ now }) => now?.id)).toEqual(['better', 'moved']);
  });
});

describe('documents beside those of the version before', () => {
  it('are the very same only by their digest', () => {
    const document = (kind: string, digest: string) => ({ kind, digest: `sha256:${digest.repeat(64)}`, uri: '', bytes: 1 }); // prettier-ignore
    const compared = comparePacks(
      packWith({ documents: [document('model_card', 'a'), document('data_sheet', 'b'), document('plan', 'c')] }),
      packWith({ documents: [document('model_card', 'a'), document('data_sheet', 'd'), document('notes', 'e')] }),
    );
    expect(compared.documents).toEqual([
      { name: 'model_card', change: 'same' },
      { name: 'data_sheet', change: 'changed' },
      { name: 'plan', change: 'added' },
      { name: 'notes', change: 'removed' },
    ]);
  });
});
