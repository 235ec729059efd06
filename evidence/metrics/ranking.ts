import type { Interval } from '../../domain/metric.ts';
import { AccurateSum } from '../statistics/accurate-sum.ts';
import { z95 } from '../statistics/proportion-interval.ts';
import { at, countClasses, type ScoreTally } from './score-tally.ts';

/** ROC-AUC as Mann-Whitney's share of ordered pairs, ties for half; null when a class is missing. */
export function rocAuc(tally: ScoreTally): number | null {
  const { positives, negatives } = countClasses(tally);
  if (positives === 0 || negatives === 0) return null;
  let wins = 0;
  let negativesBelow = 0;
  for (let i = 0; i < tally.scores.length; i++) {
    wins += at(tally.positives, i) * (negativesBelow + at(tally.negatives, i) / 2);
    negativesBelow += at(tally.negatives, i);
  }
  return wins / (positives * negatives);
}

/** DeLong's interval of ROC-AUC, 95 %, kept within 0 and 1; null with fewer than two rows of a class, where it has no variance. */
export function deLongInterval(tally: ScoreTally, auc: number): Interval | null {
  const { positives, negatives } = countClasses(tally);
  if (positives < 2 || negatives < 2) return null;
  const ofPositives = new AccurateSum();
  const ofNegatives = new AccurateSum();
  let negativesBelow = 0;
  let positivesAbove = positives;
  for (let i = 0; i < tally.scores.length; i++) {
    const p = at(tally.positives, i);
    const q = at(tally.negatives, i);
    positivesAbove -= p;
    ofPositives.add(p * ((negativesBelow + q / 2) / negatives - auc) ** 2);
    ofNegatives.add(q * ((positivesAbove + p / 2) / positives - auc) ** 2);
    negativesBelow += q;
  }
  const variance = ofPositives.value / (positives - 1) / positives + ofNegatives.value / (negatives - 1) / negatives;
  const half = z95 * Math.sqrt(variance);
  return { low: Math.max(0, auc - half), high: Math.min(1, auc + half), level: 0.95, method: 'delong' };
}

/** Average precision: precision at each distinct score, weighted by the recall gained there; null without positives. */
export function averagePrecision(tally: ScoreTally): number | null {
  const { positives } = countClasses(tally);
  if (positives === 0) return null;
  const sum = new AccurateSum();
  let truePositives = 0;
  let selected = 0;
  for (let i = tally.scores.length - 1; i >= 0; i--) {
    const p = at(tally.positives, i);
    truePositives += p;
    selected += p + at(tally.negatives, i);
    if (p > 0) sum.add((p / positives) * (truePositives / selected));
  }
  return sum.value;
}

export interface RocPoint {
  x: number;
  y: number;
}

/** The ROC curve from (0, 0) to (1, 1), thinned to at most `maximum` points along its length; empty when a class is missing. */
export function rocCurve(tally: ScoreTally, maximum = 200): RocPoint[] {
  const { positives, negatives } = countClasses(tally);
  if (positives === 0 || negatives === 0) return [];
  const points: RocPoint[] = [{ x: 0, y: 0 }];
  let truePositives = 0;
  let falsePositives = 0;
  for (let i = tally.scores.length - 1; i >= 0; i--) {
    const p = at(tally.positives, i);
    const q = at(tally.negatives, i);
    if (p + q === 0) continue;
    truePositives += p;
    falsePositives += q;
    points.push({ x: falsePositives / negatives, y: truePositives / positives });
  }
  return thin(dropCollinear(points), maximum);
}

function dropCollinear(points: readonly RocPoint[]): RocPoint[] {
  return points.filter((point, i) => {
    const before = points[i - 1];
    const after = points[i + 1];
    if (before === undefined || after === undefined) return true;
    return (point.x - before.x) * (after.y - point.y) !== (point.y - before.y) * (after.x - point.x);
  });
}

/** Keeps the ends and, for each equal stretch of the curve's length (at most 2, for it only rises), the first point. */
function thin(points: readonly RocPoint[], maximum: number): RocPoint[] {
  if (points.length <= maximum) return [...points];
  const stretches = maximum - 2;
  let last = -1;
  return points.filter((point, i) => {
    if (i === 0 || i === points.length - 1) return true;
    const stretch = Math.min(stretches - 1, Math.floor(((point.x + point.y) / 2) * stretches));
    if (stretch <= last) return false;
    last = stretch;
    return true;
  });
}
