import type { Interval } from '../../domain/metric.ts';

/** The 97.5 % point of the standard normal distribution. */
export const z95 = 1.959963984540054;

export interface Proportion {
  count: number;
  of: number;
}

/** Wilson's score interval of a proportion, 95 %; null when there is nothing to take a share of. */
export function wilsonInterval({ count, of }: Proportion): Interval | null {
  if (of === 0) return null;
  const share = count / of;
  const z2 = z95 * z95;
  const middle = (share + z2 / (2 * of)) / (1 + z2 / of);
  const half = (z95 / (1 + z2 / of)) * Math.sqrt((share * (1 - share)) / of + z2 / (4 * of * of));
  return {
    low: count === 0 ? 0 : middle - half,
    high: count === of ? 1 : middle + half,
    level: 0.95,
    method: 'wilson',
  };
}

/** Newcombe's hybrid score interval of `left - right`, 95 %. */
export function newcombeInterval(left: Proportion, right: Proportion): Interval | null {
  const a = wilsonInterval(left);
  const b = wilsonInterval(right);
  if (a === null || b === null) return null;
  const p = left.count / left.of;
  const q = right.count / right.of;
  const difference = p - q;
  return {
    low: difference - Math.hypot(p - a.low, b.high - q),
    high: difference + Math.hypot(a.high - p, q - b.low),
    level: 0.95,
    method: 'newcombe',
  };
}

/** Katz's log interval of `numerator / denominator`, 95 %; null when a count is 0, where it has no value. */
export function katzInterval(numerator: Proportion, denominator: Proportion): Interval | null {
  if (numerator.count === 0 || denominator.count === 0) return null;
  const ratio = numerator.count / numerator.of / (denominator.count / denominator.of);
  const variance = 1 / numerator.count - 1 / numerator.of + (1 / denominator.count - 1 / denominator.of);
  const spread = Math.exp(z95 * Math.sqrt(variance));
  return { low: ratio / spread, high: ratio * spread, level: 0.95, method: 'katz-log' };
}
