import type { PostgresUrls } from '../support/ground.ts';
import type { Verdict } from './oracle.ts';

/** What a suite stands on. */
export interface Ground {
  postgres: PostgresUrls;
  temporalAddress: string;
}

export interface SuiteOptions {
  ground: Ground;
  /** The least that shows the suite still bites. */
  isShort: boolean;
  say: (line: string) => void;
}

export interface Count {
  /** Faults or bad inputs that truly happened. */
  injected: number;
  /** Sentences, each about one thing that is wrong. */
  lost: string[];
  doubled: string[];
  undetected: string[];
  /** Bad input that was taken for good. */
  let_through: string[];
}

export interface Suite {
  name: string;
  /** One line: what is done to the system. */
  does: string;
  run: (options: SuiteOptions) => Promise<Count>;
}

export const newCount = (): Count => ({ injected: 0, lost: [], doubled: [], undetected: [], let_through: [] });

export function addVerdict(count: Count, verdict: Verdict): void {
  count.lost.push(...verdict.lost);
  count.doubled.push(...verdict.doubled);
  count.undetected.push(...verdict.undetected);
}
