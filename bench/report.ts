import type { Standing } from './contest.ts';
import type { Machine } from './machine.ts';
import type { Spread } from './statistics.ts';

/** What a benchmark found. Figures are medians of the rounds; everything behind them is in `standings`. */
export interface BenchResult {
  bench: string;
  unit: string;
  ours: number;
  /** By name, in the same unit, from the same run. */
  peers: Record<string, number>;
  /** What the bare resource allows; null where nothing bare can be measured. */
  limit: number | null;
  machine: Machine;
  target: Target;
  standings: Record<string, Standing>;
  /** What was counted afterwards; a run in which anything was lost or doubled fails. */
  audit: Record<string, number>;
  notes: string[];
}

export interface Target {
  rate: number;
  /** Milliseconds; absent where no latency was asked for. */
  p99?: number;
}

/** The line for programs: names and order are promised. */
export function lineOf({ bench, unit, ours, peers, limit, machine }: BenchResult): string {
  return JSON.stringify({ bench, unit, ours, peers, limit, machine });
}

/** Whether rate and latency were reached, both by the median. */
export function isReached({ target, ours, standings }: BenchResult): boolean {
  const p99 = standings['ours']?.p99.median ?? 0;
  return ours >= target.rate && (target.p99 === undefined || p99 <= target.p99);
}

/** The table for people. */
export function tableOf(result: BenchResult): string {
  const { ours, target, machine } = result;
  const rows = Object.entries(result.standings).map(([name, standing]) => [
    name,
    withSpread(standing.rate),
    ratio(standing.rate.median, ours),
    withSpread(standing.p50, 2),
    withSpread(standing.p99, 2),
    Object.entries(standing.cpu)
      .map(([part, us]) => `${part} ${us}`)
      .join(', '),
    `${(standing.foreign.median * 100).toFixed(0)} %`,
  ]);
  const wanted = `${target.rate} ${result.unit}${target.p99 === undefined ? '' : `, p99 ${target.p99} ms`}`;
  return [
    `${result.bench}: ${result.unit}, medians with min–max`,
    ...columns([['', result.unit, 'ours is', 'p50 ms', 'p99 ms', 'CPU µs each', 'others'], ...rows]),
    `target ${wanted}: ${isReached(result) ? 'reached' : 'missed'}`,
    `audit ${Object.entries(result.audit)
      .map(([what, count]) => `${what} ${count}`)
      .join(', ')}`,
    `machine ${machine.cores} × ${machine.processor}, ${machine.memoryGiB} GiB, load ${machine.loadAverage}, Node ${machine.node}, ${machine.postgres}${machine.temporal ? `, ${machine.temporal}` : ''}`,
    ...result.notes,
  ].join('\n');
}

const withSpread = ({ median, min, max }: Spread, digits = 0): string =>
  `${median.toFixed(digits)} (${min.toFixed(digits)}–${max.toFixed(digits)})`;

const ratio = (theirs: number, ours: number): string => `${(ours / theirs).toFixed(2)} ×`;

function columns(rows: readonly string[][]): string[] {
  const widths = rows[0]!.map((_, index) => Math.max(...rows.map((row) => row[index]!.length)));
  return rows.map((row) =>
    row
      .map((cell, index) => cell.padEnd(widths[index]!))
      .join('  ')
      .trimEnd(),
  );
}
