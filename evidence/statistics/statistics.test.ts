import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { AccurateSum } from './accurate-sum.ts';
import { chiSquaredP } from './chi-squared.ts';
import { fisherExactP } from './fisher-exact.ts';
import { katzInterval, newcombeInterval, wilsonInterval } from './proportion-interval.ts';
import { quantileEdges } from './quantile-edges.ts';

const of = (count: number, total: number) => ({ count, of: total });

describe('fisherExactP', () => {
  it.each([
    ['the lady tasting tea', of(3, 4), of(1, 4), 34 / 70],
    ['a table of R’s manual', of(1, 10), of(11, 14), 0.00275945618522],
    ['equal proportions', of(5, 10), of(5, 10), 1],
    ['no successes at all', of(0, 10), of(0, 7), 1],
  ])('of %s', (_what, left, right, p) => {
    expect(fisherExactP(left, right)).toBeCloseTo(p, 12);
  });

  it('answers for a million rows, where factorials would overflow', () => {
    expect(fisherExactP(of(500, 1_000_000), of(650, 1_000_000))).toBeLessThan(0.0001);
    expect(fisherExactP(of(500, 1_000_000), of(510, 1_000_000))).toBeGreaterThan(0.5);
  });

  it('is the same for both orders of the groups', () => {
    const proportion = fc
      .integer({ min: 1, max: 60 })
      .chain((total) => fc.integer({ min: 0, max: total }).map((count) => of(count, total)));
    fc.assert(fc.property(proportion, proportion, (a, b) => { expect(fisherExactP(a, b)).toBeCloseTo(fisherExactP(b, a), 10); })); // prettier-ignore
  });
});

describe('intervals', () => {
  it('Wilson’s of none out of ten reaches from 0 to 27.8 %', () => {
    expect(wilsonInterval(of(0, 10))).toMatchObject({
      low: 0,
      high: expect.closeTo(0.2775327998, 9),
      method: 'wilson',
      level: 0.95,
    });
    expect(wilsonInterval(of(10, 10))).toMatchObject({ low: expect.closeTo(0.7224672001, 9), high: 1 });
    expect(wilsonInterval(of(0, 0))).toBeNull();
  });

  it('Newcombe’s is that of his paper for 56/70 against 48/80', () => {
    expect(newcombeInterval(of(56, 70), of(48, 80))).toMatchObject({
      low: expect.closeTo(0.0524, 4),
      high: expect.closeTo(0.3339, 4),
    });
  });

  it('Katz’s holds the ratio in its middle on the log scale, and has no value where a count is 0', () => {
    const interval = katzInterval(of(3, 519), of(5, 76));
    expect(Math.sqrt((interval?.low ?? 0) * (interval?.high ?? 0))).toBeCloseTo(3 / 519 / (5 / 76), 12);
    expect(katzInterval(of(0, 519), of(5, 76))).toBeNull();
  });
});

describe('chiSquaredP', () => {
  it.each([[3.841458820694124, 1, 0.05], [18.307038053275146, 10, 0.05], [0, 4, 1], [0.7107230213973241, 4, 0.95], [29.58829844507442, 10, 0.001]])('of %f with %i degrees of freedom is %f', (statistic, degrees, p) => {
    expect(chiSquaredP(statistic, degrees)).toBeCloseTo(p, 11);
  }); // prettier-ignore
});

describe('AccurateSum', () => {
  it('keeps what a plain sum loses', () => {
    const sum = new AccurateSum();
    for (const term of [1, 1e100, 1, -1e100]) sum.add(term);
    expect(sum.value).toBe(2);
  });
});

describe('quantileEdges', () => {
  it('lie between neighbours as NumPy’s percentiles do', () => {
    expect(quantileEdges(Float64Array.of(1, 2, 3, 4), Float64Array.of(1, 1, 1, 1), 4)).toEqual([1, 1.75, 2.5, 3.25, 4]);
  });

  it('repeat where values tie', () => {
    expect(quantileEdges(Float64Array.of(0, 1), Float64Array.of(1, 99), 4)).toEqual([0, 1, 1, 1, 1]);
    expect(quantileEdges(new Float64Array(), new Float64Array(), 4)).toEqual([]);
  });
});
