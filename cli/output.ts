// What commands print: answers on stdout, everything else on stderr, so that a pipe gets answers only.

export interface Output {
  /** The answer: as JSON with `--json`, or else as these words. */
  answer: (value: unknown, words: () => string) => void;
  /** Progress and remarks; not a part of the answer. */
  note: (line: string) => void;
  /** A line that is written over by the next; only where a person watches. */
  progress: (line: string) => void;
}

export function createOutput(isJson: boolean): Output {
  let isProgressShown = false;
  const clearProgress = () => {
    if (isProgressShown) process.stderr.write('\r\x1b[2K');
    isProgressShown = false;
  };
  return {
    answer: (value, words) => {
      clearProgress();
      process.stdout.write(`${isJson ? JSON.stringify(value, null, 2) : words()}\n`);
    },
    note: (line) => {
      clearProgress();
      if (!isJson) process.stderr.write(`${line}\n`);
    },
    progress: (line) => {
      if (!process.stderr.isTTY) return;
      process.stderr.write(`\r\x1b[2K${line}`);
      isProgressShown = true;
    },
  };
}

/** Columns as wide as their widest cell; the last one runs free. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const all = [head, ...rows];
  const widths = head.map((_, column) => Math.max(...all.map((row) => row[column]?.length ?? 0)));
  return all
    .map((row) =>
      row
        .map((cell, column) => (column === row.length - 1 ? cell : cell.padEnd(widths[column] ?? 0)))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

/** Text from elsewhere without what a terminal would obey. */
export const plain = (text: string): string => text.replace(/[\p{Cc}\p{Cf}]+/gu, ' ');
