// Text of others' making, before it stands in a mail.

/** Ends of lines, controls, and marks that turn the reading direction or hide: none has a place in a header or a line. */
const unseen = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+/gu;

/** One line of at most `max` characters. */
export function oneLine(text: string, max = 300): string {
  const line = text
    .toWellFormed()
    .slice(0, max * 4)
    .replace(unseen, ' ')
    .replace(/\s+/g, ' ')
    .trim();
  const letters = [...line];
  return letters.length <= max
    ? line
    : `${letters
        .slice(0, max - 1)
        .join('')
        .trimEnd()}…`;
}

/** Lines of what somebody wrote, without what a mail must not hold. */
export function cleanLines(text: string, max = 4_000): string[] {
  const lines = text
    .slice(0, max)
    .toWellFormed()
    .split(/\r\n|\r|\n/);
  const cut = text.length > max ? [...lines, '…'] : lines;
  return cut.map((line) => oneLine(line, max));
}
