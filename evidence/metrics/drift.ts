import type { Dataset, Metric, MetricName } from '../../domain/metric.ts';
import { AccurateSum } from '../statistics/accurate-sum.ts';
import { chiSquaredP } from '../statistics/chi-squared.ts';
import { quantileEdges } from '../statistics/quantile-edges.ts';
import { buildMetric, type MetricDraft } from './build-metric.ts';
import { at } from './score-tally.ts';

/** Values counted by distinct value, ascending, and how many rows had none. */
export interface Distribution {
  values: Float64Array;
  counts: Float64Array;
  missing: number;
}

const bins = 10;
/** What an empty bin counts as in PSI, where a share of zero would make it infinite. */
const psiFloor = 1e-4;

/** How far the distribution of one data set lies from that of the reference, by five measures. */
export function computeDrift(
  reference: Distribution,
  current: Distribution,
  dataset: Dataset,
  referenceName: Dataset,
): Metric[] {
  const rows = { reference: countValues(reference), current: countValues(current) };
  const n = rows.current + current.missing;
  const of = { reference: referenceName, quantity: 'score' };
  const missing =
    rows.reference === 0 || rows.current === 0
      ? `There are no scores in ${rows.reference === 0 ? referenceName : dataset}.`
      : null;
  const metric = (name: MetricName, draft: () => Omit<MetricDraft, 'n'>): Metric => {
    if (missing !== null)
      return buildMetric(name, dataset, null, { n, value: null, undefined: missing, parameters: of });
    const { parameters, ...rest } = draft();
    return buildMetric(name, dataset, null, { n, ...rest, parameters: { ...of, ...parameters } });
  };
  return [
    metric('psi', () => populationStability(reference, current)),
    metric('ks', () => ({ value: walkDistributions(reference, current).ks })),
    metric('wasserstein', () => {
      const { wasserstein } = walkDistributions(reference, current);
      const spread = standardDeviation(reference);
      return {
        value: wasserstein,
        parameters: { normalisedByReferenceStandardDeviation: spread === 0 ? null : wasserstein / spread },
      };
    }),
    metric('jensen_shannon', () => jensenShannon(reference, current)),
    metric('chi2', () => homogeneity(reference, current)),
  ];
}

function countValues(distribution: Distribution): number {
  return distribution.counts.reduce((sum, count) => sum + count, 0);
}

interface BinnedPair {
  reference: number[];
  current: number[];
}

/** Both distributions in bins between the reference's deciles, open at both ends, each closed on the right; missing values are a bin of their own. */
function binPair(reference: Distribution, current: Distribution): BinnedPair {
  const inner = [...new Set(quantileEdges(reference.values, reference.counts, bins).slice(1, -1))];
  const pair = { reference: countBetween(reference, inner), current: countBetween(current, inner) };
  if (reference.missing + current.missing > 0) {
    pair.reference.push(reference.missing);
    pair.current.push(current.missing);
  }
  // Where deciles tie with the greatest value, the bin above it is empty on both sides and says nothing.
  const used = pair.reference.map((count, i) => count + (pair.current[i] ?? 0) > 0);
  return { reference: pair.reference.filter((_, i) => used[i]), current: pair.current.filter((_, i) => used[i]) };
}

function countBetween({ values, counts }: Distribution, inner: readonly number[]): number[] {
  const filled = Array.from({ length: inner.length + 1 }, () => 0);
  let bin = 0;
  values.forEach((value, i) => {
    while (bin < inner.length && value > (inner[bin] ?? Infinity)) bin++;
    filled[bin] = (filled[bin] ?? 0) + at(counts, i);
  });
  return filled;
}

const shares = (counts: readonly number[]): number[] => {
  const total = counts.reduce((sum, count) => sum + count, 0);
  return counts.map((count) => count / total);
};

function populationStability(reference: Distribution, current: Distribution): Omit<MetricDraft, 'n'> {
  const pair = binPair(reference, current);
  const r = shares(pair.reference);
  const c = shares(pair.current);
  const sum = new AccurateSum();
  let filled = 0;
  r.forEach((share, i) => {
    const other = c[i] ?? 0;
    filled += (share === 0 ? 1 : 0) + (other === 0 ? 1 : 0);
    const from = share === 0 ? psiFloor : share;
    const to = other === 0 ? psiFloor : other;
    sum.add((to - from) * Math.log(to / from));
  });
  return {
    value: sum.value,
    parameters: {
      bins: r.length,
      binning: 'deciles of the reference, outer edges infinite',
      epsilon: psiFloor,
      sharesFilled: filled,
    },
  };
}

/** One pass over both distributions: the greatest gap between their step functions, and the area between them. */
function walkDistributions(reference: Distribution, current: Distribution): { ks: number; wasserstein: number } {
  const totals = [countValues(reference), countValues(current)] as const;
  let i = 0;
  let j = 0;
  let below = 0;
  let belowCurrent = 0;
  let previous: number | null = null;
  let gap = 0;
  let ks = 0;
  const area = new AccurateSum();
  while (i < reference.values.length || j < current.values.length) {
    const value = Math.min(reference.values[i] ?? Infinity, current.values[j] ?? Infinity);
    if (previous !== null) area.add(gap * (value - previous));
    if (reference.values[i] === value) below += at(reference.counts, i++);
    if (current.values[j] === value) belowCurrent += at(current.counts, j++);
    gap = Math.abs(below / totals[0] - belowCurrent / totals[1]);
    ks = Math.max(ks, gap);
    previous = value;
  }
  return { ks, wasserstein: area.value };
}

function standardDeviation({ values, counts }: Distribution): number {
  const n = counts.reduce((sum, count) => sum + count, 0);
  const total = new AccurateSum();
  values.forEach((value, i) => total.add(at(counts, i) * value));
  const mean = total.value / n;
  const squares = new AccurateSum();
  values.forEach((value, i) => squares.add(at(counts, i) * (value - mean) ** 2));
  return Math.sqrt(squares.value / n);
}

function jensenShannon(reference: Distribution, current: Distribution): Omit<MetricDraft, 'n'> {
  const pair = binPair(reference, current);
  const p = shares(pair.reference);
  const q = shares(pair.current);
  const sum = new AccurateSum();
  const part = (share: number, middle: number) => (share === 0 ? 0 : share * Math.log(share / middle));
  p.forEach((share, i) => {
    const other = q[i] ?? 0;
    sum.add(part(share, (share + other) / 2) + part(other, (share + other) / 2));
  });
  return {
    value: Math.sqrt(Math.max(0, sum.value / 2)),
    parameters: {
      bins: p.length,
      binning: 'deciles of the reference, outer edges infinite',
      base: 'e',
      form: 'distance',
    },
  };
}

/** Share of cells that must expect at least `enoughExpected` rows, or neighbouring bins are merged: Cochran's rule. */
const cochranShare = 0.8;
const enoughExpected = 5;

function homogeneity(reference: Distribution, current: Distribution): Omit<MetricDraft, 'n'> {
  const pair = binPair(reference, current);
  const cells = pair.reference.map((count, i): [number, number] => [count, pair.current[i] ?? 0]);
  const total = (side: 0 | 1) => cells.reduce((sum, cell) => sum + cell[side], 0);
  const totals = [total(0), total(1)] as const;
  const all = totals[0] + totals[1];
  const expected = (cell: [number, number], side: 0 | 1) => ((cell[0] + cell[1]) * totals[side]) / all;
  const enough = () =>
    cells.flatMap((cell) => [expected(cell, 0), expected(cell, 1)]).filter((e) => e >= enoughExpected).length >=
    cochranShare * cells.length * 2;
  let merged = 0;
  while (cells.length > 1 && !enough()) {
    mergeSmallest(cells);
    merged++;
  }
  const parameters = {
    binning: 'deciles of the reference, outer edges infinite',
    bins: cells.length,
    merged,
    correction: false,
  };
  if (cells.length < 2)
    return { value: null, undefined: 'There are too few rows or distinct scores for two bins.', parameters };
  const sum = new AccurateSum();
  for (const cell of cells)
    for (const side of [0, 1] as const) sum.add((cell[side] - expected(cell, side)) ** 2 / expected(cell, side));
  const degreesOfFreedom = cells.length - 1;
  return {
    value: sum.value,
    parameters: {
      ...parameters,
      degreesOfFreedom,
      pValue: chiSquaredP(sum.value, degreesOfFreedom),
      cramersV: Math.sqrt(sum.value / all),
    },
  };
}

function mergeSmallest(cells: [number, number][]): void {
  const size = (i: number) => {
    const cell = cells[i];
    return cell === undefined ? Infinity : cell[0] + cell[1];
  };
  let smallest = 0;
  cells.forEach((_, i) => (smallest = size(i) < size(smallest) ? i : smallest));
  const into = size(smallest - 1) <= size(smallest + 1) ? smallest - 1 : smallest + 1;
  const [left, right] = [cells[Math.min(smallest, into)], cells[Math.max(smallest, into)]];
  if (left === undefined || right === undefined) return;
  cells.splice(Math.min(smallest, into), 2, [left[0] + right[0], left[1] + right[1]]);
}
