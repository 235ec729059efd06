import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Metric, MetricName } from '../../domain/metric.ts';
import { buildMetric } from './build-metric.ts';
import { computeClassification, countConfusion } from './classification.ts';
import { computeDrift, type Distribution } from './drift.ts';
import { compareGroups, splitGroups, type GroupCounts } from './fairness.ts';
import { averagePrecision, rocAuc, rocCurve } from './ranking.ts';
import { computeRegression } from './regression.ts';
import { tallyScores } from './score-tally.ts';

type Row = { score: number; label: 0 | 1 | null };
const rows = (scores: number[], labels: (0 | 1)[]): Row[] =>
  scores.map((score, i) => ({ score, label: labels[i] ?? null }));
const someRows = fc.array(
  fc.record({
    score: fc.integer({ min: 0, max: 20 }).map((k) => k / 20),
    label: fc.constantFrom(0 as const, 1 as const),
  }),
  { minLength: 1, maxLength: 60 },
);
const valueOf = (metrics: readonly Metric[], name: MetricName) => metrics.find((metric) => metric.name === name);

describe('ranking', () => {
  it('of scikit-learn’s own example is 0.75, and average precision 0.83', () => {
    const tally = tallyScores(rows([0.1, 0.4, 0.35, 0.8], [0, 0, 1, 1]));
    expect(rocAuc(tally)).toBe(0.75);
    expect(averagePrecision(tally)).toBeCloseTo(5 / 6, 15);
  });

  it('is the share of pairs in order, ties for half', () => {
    fc.assert(
      fc.property(someRows, (given) => {
        const positives = given.filter(({ label }) => label === 1);
        const negatives = given.filter(({ label }) => label === 0);
        const pairs = positives.flatMap((p) =>
          negatives.map((q): number => (p.score > q.score ? 1 : p.score === q.score ? 0.5 : 0)),
        );
        const expected = pairs.length === 0 ? null : pairs.reduce((sum, pair) => sum + pair, 0) / pairs.length;
        const auc = rocAuc(tallyScores(given));
        if (expected === null) expect(auc).toBeNull();
        else expect(auc).toBeCloseTo(expected, 12);
      }),
    );
  });

  it('draws a curve that only rises, from corner to corner, in at most 200 points', () => {
    const given = Array.from({ length: 5000 }, (_, i): Row => ({
      score: ((i * 7919) % 5000) / 5000,
      label: (i * 104_729) % 3 === 0 ? 1 : 0,
    }));
    const points = rocCurve(tallyScores(given));
    expect(points.length).toBeGreaterThan(100);
    expect(points.length).toBeLessThanOrEqual(200);
    expect(points[0]).toEqual({ x: 0, y: 0 });
    expect(points.at(-1)).toEqual({ x: 1, y: 1 });
    points
      .slice(1)
      .forEach((point, i) => expect(point.x >= (points[i]?.x ?? 0) && point.y >= (points[i]?.y ?? 0)).toBe(true));
  });
});

describe('computeClassification', () => {
  it('counts a score at the threshold as positive', () => {
    expect(countConfusion(tallyScores(rows([0.5, 0.4999, 0.5, 0.6], [1, 1, 0, 0])), 0.5)).toEqual({
      trueNegatives: 0,
      falsePositives: 2,
      falseNegatives: 1,
      truePositives: 1,
    });
  });

  it('gives 0 with a reason for 0/0 of precision, and no value with a reason for ranking one class', () => {
    const metrics = computeClassification(tallyScores(rows([0.1, 0.2], [0, 0])), 'validation', 0.5);
    expect(valueOf(metrics, 'precision')).toMatchObject({
      value: 0,
      undefined: 'No score reaches the threshold. 0/0 counts as 0.',
      n: 0,
      interval: null,
    });
    expect(valueOf(metrics, 'recall')).toMatchObject({ value: 0, undefined: 'All labels are 0. 0/0 counts as 0.' });
    expect(valueOf(metrics, 'roc_auc')).toMatchObject({ value: null, undefined: 'All labels are 0.' });
  });

  it('never holds NaN or infinity, whatever the rows, and does not depend on their order', () => {
    fc.assert(
      fc.property(someRows, fc.double({ min: 0, max: 1, noNaN: true }), (given, threshold) => {
        const metrics = computeClassification(tallyScores(given), 'validation', threshold);
        for (const metric of metrics)
          expect(metric.value === null ? metric.undefined : Number.isFinite(metric.value)).toBeTruthy();
        expect(computeClassification(tallyScores([...given].reverse()), 'validation', threshold)).toEqual(metrics);
      }),
    );
  });

  it('has every metric undefined with the same reason where there are no rows', () => {
    const metrics = computeClassification(tallyScores([{ score: 0.3, label: null }]), 'validation', 0.5);
    const withReason = metrics.filter(({ undefined: reason }) => reason !== null);
    expect(withReason).toHaveLength(metrics.length);
  });
});

describe('buildMetric', () => {
  it('refuses NaN and a missing value without a reason', () => {
    expect(() => buildMetric('brier', 'validation', null, { n: 1, value: Number.NaN })).toThrow(RangeError);
    expect(() => buildMetric('brier', 'validation', null, { n: 1, value: null })).toThrow(RangeError);
  });
});

describe('computeRegression', () => {
  it('has no R² where labels are all alike, and a negative one where the mean is better', () => {
    const alike = computeRegression(
      { labels: Float64Array.of(2, 2), scores: Float64Array.of(1, 3), counts: Float64Array.of(1, 1) },
      'validation',
    );
    expect(valueOf(alike, 'r2')).toMatchObject({ value: null, undefined: 'All labels are alike.' });
    expect(valueOf(alike, 'mse')).toMatchObject({ value: 1, n: 2 });
    const worse = computeRegression(
      { labels: Float64Array.of(3, 1), scores: Float64Array.of(0, 4), counts: Float64Array.of(1, 1) },
      'validation',
    );
    expect(valueOf(worse, 'r2')?.value).toBe(-8);
  });
});

describe('computeDrift', () => {
  const distribution = (values: number[], missing = 0): Distribution => {
    const sorted = [...new Set(values)].sort((a, b) => a - b);
    return {
      values: Float64Array.from(sorted),
      counts: Float64Array.from(sorted, (value) => values.filter((other) => other === value).length),
      missing,
    };
  };
  const hundred = Array.from({ length: 100 }, (_, i) => i / 100);

  it('is none between a sample and itself', () => {
    for (const metric of computeDrift(distribution(hundred), distribution(hundred), 'validation', 'training'))
      expect(metric.value).toBe(0);
  });

  it('is greatest between samples that do not meet', () => {
    const metrics = computeDrift(
      distribution(hundred),
      distribution(hundred.map((value) => value + 5)),
      'validation',
      'training',
    );
    expect(valueOf(metrics, 'ks')?.value).toBe(1);
    expect(valueOf(metrics, 'wasserstein')?.value).toBeCloseTo(5, 12);
    expect(valueOf(metrics, 'psi')?.parameters).toMatchObject({ bins: 10, sharesFilled: 9, epsilon: 1e-4 });
  });

  it('sees scores that went missing', () => {
    const metrics = computeDrift(
      distribution(hundred),
      distribution(hundred.slice(0, 50), 50),
      'validation',
      'training',
    );
    expect(valueOf(metrics, 'psi')?.parameters['bins']).toBe(11);
    expect(valueOf(metrics, 'psi')?.value ?? 0).toBeGreaterThan(0.25);
  });

  it('has no value where there are no scores', () => {
    const metrics = computeDrift(distribution([]), distribution(hundred), 'validation', 'training');
    expect(metrics.map(({ value, undefined: reason }) => [value, reason])).toEqual(
      Array.from({ length: 5 }, () => [null, 'There are no scores in training.']),
    );
  });
});

describe('compareGroups', () => {
  const group = (value: string, selected: number, positives: number, n: number): GroupCounts => ({
    value,
    truePositives: Math.min(selected, positives),
    falsePositives: Math.max(0, selected - positives),
    falseNegatives: Math.max(0, positives - selected),
    trueNegatives: n - Math.max(selected, positives),
  });

  it('takes the groups farthest apart, and names the smaller over the greater rate', () => {
    const compared = compareGroups('demographic_parity_ratio', [
      group('a', 30, 10, 100),
      group('b', 60, 10, 100),
      group('c', 45, 10, 100),
    ]);
    if (compared.value === null) throw new Error(compared.undefined);
    expect(compared.value).toBe(0.5);
    expect([compared.extremes.low.group.value, compared.extremes.high.group.value]).toEqual(['a', 'b']);
  });

  it('compares two groups also when their rates are alike', () => {
    const compared = compareGroups('demographic_parity_difference', [group('a', 10, 10, 100), group('b', 10, 10, 100)]);
    if (compared.value === null) throw new Error(compared.undefined);
    expect([compared.value, compared.fisherP]).toEqual([0, expect.closeTo(1, 12)]);
    expect(compared.extremes.low.group.value).not.toBe(compared.extremes.high.group.value);
  });

  it.each([
    [[], 'No group is large enough.'],
    [[group('a', 5, 10, 100)], 'Only one group is large enough, so there is nothing to compare.'],
    [
      [group('a', 0, 10, 100), group('b', 0, 10, 100)],
      'The share of positive predictions is 0 in every group, and 0/0 is no ratio.',
    ],
  ])('has no value for %j', (groups, reason) => {
    expect(compareGroups('demographic_parity_ratio', groups)).toMatchObject({ value: null, undefined: reason });
  });

  it('leaves small groups and rows without a value out, and says so', () => {
    const attribute = {
      column: 'age',
      groups: [group('a', 5, 10, 100), group('b', 5, 10, 29), group('c', 5, 9, 100)],
      rowsWithoutValue: 3,
    };
    const { included, excluded } = splitGroups(attribute, { size: 30, positives: 10 });
    expect(included.map(({ value }) => value)).toEqual(['a']);
    expect(excluded).toEqual([
      { value: 'b', n: 29, reason: '29 rows, fewer than 30' },
      { value: 'c', n: 100, reason: '9 rows with label 1, fewer than 10' },
      { value: '(no value)', n: 3, reason: 'no value is given' },
    ]);
  });
});
