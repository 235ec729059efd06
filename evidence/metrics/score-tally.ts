/**
 * Rows counted by distinct score, ascending: all that ranking, loss and calibration metrics need, however many rows there are.
 * `unlabelled` counts rows whose label is missing or unusable; they take part in score distributions only.
 */
export interface ScoreTally {
  scores: Float64Array;
  positives: Float64Array;
  negatives: Float64Array;
  unlabelled: Float64Array;
}

export interface ClassCounts {
  positives: number;
  negatives: number;
  n: number;
}

/** The tally of rows in memory; each row is a score and a label, null when there is none. */
export function tallyScores(rows: readonly { score: number; label: 0 | 1 | null }[]): ScoreTally {
  const counts = new Map<number, [number, number, number]>();
  for (const { score, label } of rows) {
    const count = counts.get(score + 0) ?? [0, 0, 0];
    count[label === 1 ? 0 : label === 0 ? 1 : 2]++;
    counts.set(score + 0, count);
  }
  const ordered = [...counts].sort(([a], [b]) => a - b);
  return {
    scores: Float64Array.from(ordered, ([score]) => score),
    positives: Float64Array.from(ordered, ([, count]) => count[0]),
    negatives: Float64Array.from(ordered, ([, count]) => count[1]),
    unlabelled: Float64Array.from(ordered, ([, count]) => count[2]),
  };
}

export function countClasses(tally: ScoreTally): ClassCounts {
  let positives = 0;
  let negatives = 0;
  for (let i = 0; i < tally.scores.length; i++) {
    positives += at(tally.positives, i);
    negatives += at(tally.negatives, i);
  }
  return { positives, negatives, n: positives + negatives };
}

/** An element that is known to be there: the index comes from the array's own length. */
export function at(array: Float64Array, index: number): number {
  return array[index] as number;
}
