// How numbers are written for people: tabular, with their unit, never more digits than they carry.

const NARROW = '\u202f';
const whole = new Intl.NumberFormat('en-GB', { maximumFractionDigits: 0 });

/** `1,234` */
export const formatCount = (value: number): string => whole.format(value);

/** Three decimals for a statistic, none for a count: `0.800`, `523`. */
export function formatStatistic(value: number): string {
  if (Number.isInteger(value) && Math.abs(value) > 1) return whole.format(value);
  if (value !== 0 && Math.abs(value) < 0.0005) return value.toExponential(1).replace('-', '−');
  return value.toFixed(3).replace('-', '−');
}

/** A share as per cent with one decimal: `6.6 %`. */
export const formatShare = (share: number): string => `${(share * 100).toFixed(1)}${NARROW}%`;

/** `0.738 to 0.852` */
export const formatInterval = (interval: { low: number; high: number }): string =>
  `${formatStatistic(interval.low)} to ${formatStatistic(interval.high)}`;

/** `38.2 KB` */
export function formatBytes(bytes: number): string {
  if (bytes < 1000) return `${bytes} bytes`;
  if (bytes < 1_000_000) return `${(bytes / 1000).toFixed(1)} KB`;
  if (bytes < 1_000_000_000) return `${(bytes / 1_000_000).toFixed(1)} MB`;
  return `${(bytes / 1_000_000_000).toFixed(1)} GB`;
}

/** `1 finding`, `3 findings` */
export const countOf = (count: number, one: string, many = `${one}s`): string =>
  `${formatCount(count)} ${count === 1 ? one : many}`;

/** `a`, `a and b`, `a, b and c` */
export function joinWords(words: readonly string[]): string {
  if (words.length < 2) return words.join('');
  return `${words.slice(0, -1).join(', ')} and ${words.at(-1)}`;
}

const small = ['no', 'one', 'two', 'three', 'four', 'five', 'six', 'seven', 'eight', 'nine', 'ten', 'eleven', 'twelve'];
/** Small counts as words, within a sentence. */
export const numberWord = (count: number): string => small[count] ?? formatCount(count);
