import type { Dataset } from '../../domain/metric.ts';
import type { ProtectedColumn } from '../metrics/fairness.ts';
import type { PairTally } from '../metrics/regression.ts';
import type { ScoreTally } from '../metrics/score-tally.ts';

/** `number` and `text` can hold labels and scores (text when it spells numbers); `other` cannot. */
export type ColumnFamily = 'number' | 'text' | 'other';

export interface FileColumn {
  name: string;
  type: string;
  family: ColumnFamily;
}

/** What was counted of one of the columns that the submission names; null where the file has no such column. */
export interface ValueCounts {
  missing: number;
  /** Text where a number belongs. */
  notNumbers: number;
  /** Numbers out of range: labels other than 0 and 1, scores outside 0 to 1; for regression, numbers beyond 1e100. */
  outOfRange: number;
}

export interface LoadedPredictions {
  status: 'loaded';
  dataset: Dataset;
  format: 'parquet' | 'csv';
  rows: number;
  columns: FileColumn[];
  id: { missing: number; distinct: number } | null;
  label: ValueCounts | null;
  score: (ValueCounts & { distinct: number }) | null;
  /** Rows whose id, label and score are all there; null when a column is absent. */
  completeRows: number | null;
  /** Rows whose label and score are both usable and in range; null when a column is absent. */
  validRows: number | null;
  /** null without a usable score column. */
  tally: ScoreTally | null;
  scoresMissing: number;
  pairs: PairTally | null;
  attributes: AttributeCounts[];
  intersections: ProtectedColumn[];
}

/** A protected column: its groups, or why there are none. */
export type AttributeCounts = ({ found: true } & ProtectedColumn) | { found: false; column: string; reason: string };

/** Prediction files that are not there or cannot be read are evidence too: they say why. */
export type Predictions = LoadedPredictions | { status: 'absent' | 'unreadable'; dataset: Dataset; reason: string };

/** Values that nothing sensible lies beyond, and whose squares are still numbers. */
export const largestNumber = 1e100;

/** A column with more groups than this is no protected attribute but something like an id. */
export const mostGroups = 100;
