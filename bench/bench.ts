import type { BenchResult } from './report.ts';

/** What every benchmark is given. */
export interface BenchContext {
  /** A folder of its own, removed afterwards. */
  folder: string;
  /** Few requests and rounds: shows that it works, not how fast. */
  isShort: boolean;
  /** Where a profile of our server is to be written. */
  profileFolder: string | undefined;
  say: (line: string) => void;
  /** Runs when the benchmark ended, however it ended; the last one named runs first. */
  atEnd: (step: () => unknown) => void;
}

export type Bench = (context: BenchContext) => Promise<BenchResult>;
