import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import type { Dataset, MetricName, Segment } from '../../domain/metric.ts';
import type { Submission } from '../../domain/submission.ts';
import { findTool } from '../../local/tools.ts';

export const referenceFolder = join(import.meta.dirname, '../reference');

export interface ReferenceCase {
  name: string;
  task: Submission['task'];
  threshold: number;
  columns: Submission['columns'];
  minima: { size: number; positives: number };
  /** By fairlearn's own function of each metric, which is slow. */
  literally: boolean;
  files: { training: string; validation: string };
}

type Bounds = [number, number] | null;

export interface ReferenceAnswer {
  metrics: {
    name: MetricName;
    dataset: Dataset;
    segment: Segment | null;
    value: number | null;
    interval?: Bounds;
    parameters?: Record<string, number | null>;
  }[];
  pairs: {
    dataset: Dataset;
    column: string;
    rate: string;
    low: string;
    high: string;
    difference: Bounds;
    ratio: Bounds;
    fisherP: number;
  }[];
}

/** The Python that has the packages of tests/reference/requirements.txt. */
export function python(): string {
  const chosen = process.env['COUNTERSIGN_TEST_PYTHON'];
  return chosen === undefined || chosen === '' ? findTool('python') : chosen;
}

export async function askReference(cases: readonly ReferenceCase[]): Promise<Record<string, ReferenceAnswer>> {
  const child = spawn(python(), [join(referenceFolder, 'reference.py')], {
    stdio: ['pipe', 'pipe', 'inherit'],
    env: { ...process.env, OMP_NUM_THREADS: '1', OPENBLAS_NUM_THREADS: '1' },
  });
  child.stdin.end(JSON.stringify({ cases }));
  const answer = await text(child.stdout);
  if (answer === '') throw new Error('The reference gave no answer; what it printed above says why.');
  return JSON.parse(answer) as Record<string, ReferenceAnswer>;
}
