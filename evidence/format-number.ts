const grouped = new Intl.NumberFormat('en-US', { maximumFractionDigits: 0 });
const signs = (text: string): string => text.replace('-', '−');

/** A number as people read it: `1,234`, `0.6884`, `−0.003`. */
export function formatNumber(value: number, significant = 4): string {
  if (Number.isInteger(value) || Math.abs(value) >= 10_000) return signs(grouped.format(value));
  return signs(Number(value.toPrecision(significant)).toString());
}

/** The same with as many digits as it takes to tell it from the limit that it is held against. */
export function formatBeside(value: number, limit: number): string {
  for (let significant = 4; significant < 17; significant++) {
    const text = formatNumber(value, significant);
    if (text !== formatNumber(limit, significant) || value === limit) return text;
  }
  return signs(String(value));
}

/** A share as `6.6 %`; small ones keep two digits, and what is not all never reads as 100 %. */
export function formatShare(share: number): string {
  const percent = share * 100;
  if (percent !== 0 && Math.abs(percent) < 0.1) return `${signs(Number(percent.toPrecision(2)).toString())} %`;
  const text = Number(percent.toFixed(1));
  if (Math.abs(text) === 100 && Math.abs(percent) !== 100)
    return `${signs(Number(percent.toPrecision(6)).toString())} %`;
  return `${signs(text.toString())} %`;
}

/** `All 595 rows` or `590 of 595 rows (99.2 %)`. */
export function formatPart(part: number, whole: number, one: string, many = `${one}s`): string {
  if (part === whole) return `All ${formatCount(whole, one, many)}`;
  return `${formatNumber(part)} of ${formatCount(whole, one, many)} (${formatShare(part / whole)})`;
}

/** `no row`, `1 row`, `2,345 rows`. */
export function formatCount(count: number, one: string, many = `${one}s`): string {
  return `${count === 0 ? 'no' : formatNumber(count)} ${count === 1 ? one : many}`;
}

/** Names joined for a sentence: `a`, `a and b`, `a, b and 3 more`. */
export function formatList(names: readonly string[], most = 8): string {
  const shown = names.slice(0, most);
  const rest = names.length - shown.length;
  const parts = rest > 0 ? [...shown, `${rest} more`] : shown;
  return parts.length < 2 ? parts.join('') : `${parts.slice(0, -1).join(', ')} and ${parts.at(-1)}`;
}
