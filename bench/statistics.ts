/** A figure measured several times. */
export interface Spread {
  median: number;
  min: number;
  max: number;
}

export function spreadOf(values: readonly number[]): Spread {
  const sorted = values.toSorted((a, b) => a - b);
  return { median: percentile(sorted, 0.5), min: sorted[0] ?? 0, max: sorted.at(-1) ?? 0 };
}

/** Of milliseconds, which are put in order in place. */
export interface Latencies {
  p50: number;
  p99: number;
  worst: number;
}

export function latenciesOf(milliseconds: number[] | Float64Array): Latencies {
  const sorted = milliseconds.sort((a: number, b: number) => a - b);
  return { p50: percentile(sorted, 0.5), p99: percentile(sorted, 0.99), worst: sorted.at(-1) ?? 0 };
}

/** The value below which this share of the sorted values lies; of an even number, the middle ones are averaged at one half. */
export function percentile(sorted: ArrayLike<number>, share: number): number {
  const { length } = sorted;
  if (length === 0) return 0;
  if (share === 0.5 && length % 2 === 0) return (sorted[length / 2 - 1]! + sorted[length / 2]!) / 2;
  return sorted[Math.min(length - 1, Math.floor(length * share))]!;
}
