/** A part of a list, and where it goes on; null at its end. */
export interface Page<T> {
  items: T[];
  nextCursor: string | null;
}

export interface PageQuery {
  /** 1 to 200. */
  limit: number;
  cursor?: string | undefined;
}

/** Cuts rows, read with one more than `limit`, to a page. */
export function pageFrom<Row, T>(
  rows: readonly Row[],
  limit: number,
  toItem: (row: Row) => T,
  cursorAfter: (last: Row) => string,
): Page<T> {
  const shown = rows.slice(0, limit);
  const last = shown.at(-1);
  return { items: shown.map(toItem), nextCursor: rows.length > limit && last !== undefined ? cursorAfter(last) : null };
}
