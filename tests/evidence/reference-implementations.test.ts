import { execFile } from 'node:child_process';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Metric } from '../../domain/metric.ts';
import type { Check, Policy } from '../../domain/policy.ts';
import { submissionDataSchema, type Submission } from '../../domain/submission.ts';
import { computeMetrics, findMetric } from '../../evidence/compute-metrics.ts';
import { loadPredictions } from '../../evidence/predictions/load-predictions.ts';
import { askReference, python, referenceFolder, type ReferenceAnswer, type ReferenceCase } from './ask-reference.ts';
import { highPolicy } from './mortgage-example.ts';

const run = promisify(execFile);
const tolerance = 1e-9;
const mortgage = join(import.meta.dirname, '../../examples/mortgage');

const groupColumns: Readonly<Record<string, string[]>> = {
  ties: ['group', 'other'],
  typed_groups: ['flag', 'number', 'code'],
};

/** Measured a second time with another threshold and without minimum group sizes. */
const worthEveryGroup = [
  'mortgage version 2',
  'ties',
  'holes',
  'three_rows',
  'imbalanced',
  'extreme',
  'typed_groups',
  'all_negative',
];

let folder: string;
let cases: ReferenceCase[];
let answers: Record<string, ReferenceAnswer>;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'countersign-reference-'));
  await run(python(), [join(referenceFolder, 'make_awkward_data.py'), folder]);
  const names = (await readdir(folder))
    .filter((file) => file.endsWith('-training.parquet'))
    .map((file) => file.replace('-training.parquet', ''));
  const awkward = names.map((name): ReferenceCase => ({
    name,
    task: name.startsWith('regression') ? 'regression' : 'binary_classification',
    threshold: 0.5,
    columns: { id: 'id', label: 'label', score: 'score', protected: groupColumns[name] ?? ['group'] },
    minima: { size: 30, positives: 10 },
    literally: false,
    files: {
      training: join(folder, `${name}-training.parquet`),
      validation: join(folder, `${name}-validation.parquet`),
    },
  }));
  const real = [1, 2, 3, 4].map((version): ReferenceCase => ({
    name: `mortgage version ${version}`,
    task: 'binary_classification',
    threshold: 0.5,
    columns: { id: 'application_id', label: 'label', score: 'score', protected: ['afam', 'single'] },
    minima: { size: 30, positives: 10 },
    literally: true,
    files: {
      training: join(mortgage, `v${version}-training.parquet`),
      validation: join(mortgage, `v${version}-validation.parquet`),
    },
  }));
  const everyGroup = [...real, ...awkward].filter(({ name }) => worthEveryGroup.includes(name));
  cases = [
    ...real,
    ...awkward,
    ...everyGroup.map((base) => ({
      ...base,
      name: `${base.name}, threshold 0.2, every group`,
      threshold: 0.2,
      minima: { size: 1, positives: 0 },
    })),
  ];
  answers = await askReference(cases);
}, 600_000);

afterAll(() => rm(folder, { recursive: true, force: true }));

async function measure({ task, threshold, columns, minima, files }: ReferenceCase): Promise<Metric[]> {
  const submission: Submission = submissionDataSchema.parse({
    model: 'm',
    version: '1',
    riskTier: 'high',
    task,
    owner: 'o',
    author: 'a',
    artifact: { uri: 'file:///m', digest: `sha256:${'0'.repeat(64)}` },
    columns,
  });
  const rules: Policy = {
    ...highPolicy,
    decisionThreshold: threshold,
    checks: highPolicy.checks.flatMap((check): Check[] =>
      check.kind === 'fairness'
        ? (['training', 'validation'] as const).map((dataset) => ({
            ...check,
            dataset,
            minimumGroupSize: minima.size,
            minimumGroupPositives: minima.positives,
          }))
        : [check],
    ),
  };
  const load = (dataset: 'training' | 'validation') =>
    loadPredictions(files[dataset], {
      dataset,
      task,
      columns: submission.columns,
      threshold,
      limits: { memoryLimitMb: 256, threads: 2 },
    });
  return computeMetrics({ training: await load('training'), validation: await load('validation') }, submission, rules);
}

/** Differences beyond the tolerance, as sentences; equal when empty. Relative for numbers above 1, where 1e-9 is finer than a double. */
function difference(what: string, ours: number | null | undefined, theirs: number | null | undefined): string[] {
  if (ours === null || ours === undefined || theirs === null || theirs === undefined) {
    return (ours ?? null) === (theirs ?? null) ? [] : [`${what}: ours ${ours}, reference ${theirs}`];
  }
  return Math.abs(ours - theirs) <= tolerance * Math.max(1, Math.abs(theirs))
    ? []
    : [`${what}: ours ${ours}, reference ${theirs}`];
}

const nameOf = ({ name, dataset, segment }: Pick<Metric, 'name' | 'dataset' | 'segment'>): string =>
  [name, dataset, segment?.column, segment?.value].join('/');

describe('every statistic equals its reference implementation to 1e-9', () => {
  it('for real and awkward predictions: values, intervals and the parameters that verdicts depend on', async () => {
    const wrong: string[] = [];
    let compared = 0;
    for (const each of cases) {
      const answer = answers[each.name];
      if (answer === undefined) throw new Error(`No answer for ${each.name}`);
      const metrics = await measure(each);
      const ours = metrics.map(nameOf).sort();
      const theirs = answer.metrics.map(nameOf).sort();
      if (JSON.stringify(ours) !== JSON.stringify(theirs)) {
        wrong.push(
          `${each.name}: only ours ${ours.filter((name) => !theirs.includes(name)).join()}; only theirs ${theirs.filter((name) => !ours.includes(name)).join()}`,
        );
      }
      for (const expected of answer.metrics) {
        const metric = findMetric(metrics, expected.name, expected.dataset, expected.segment);
        const what = `${each.name}: ${nameOf(expected)}`;
        if (metric === undefined) continue;
        compared++;
        wrong.push(...difference(what, metric.value, expected.value));
        if (metric.value === null && metric.undefined === null) wrong.push(`${what}: no value and no reason`);
        if (expected.interval !== undefined) {
          wrong.push(
            ...difference(`${what} low`, metric.interval?.low, expected.interval?.[0]),
            ...difference(`${what} high`, metric.interval?.high, expected.interval?.[1]),
          );
        }
        for (const [parameter, value] of Object.entries(expected.parameters ?? {})) {
          wrong.push(...difference(`${what} ${parameter}`, metric.parameters[parameter] as number | null, value));
        }
        wrong.push(...comparePair(what, metric, answer));
      }
    }
    expect(wrong).toEqual([]);
    expect(compared).toBeGreaterThan(1500);
  }, 600_000);

  it('finds a difference where there is one', () => {
    expect(difference('a', 0.5, 0.5 + 2e-9)).not.toEqual([]);
    expect(difference('a', null, 0)).not.toEqual([]);
    expect(difference('a', 0, null)).not.toEqual([]);
  });
});

/** The interval and p-value of a comparison are those of the two groups that it names. */
function comparePair(what: string, metric: Metric, answer: ReferenceAnswer): string[] {
  const { rate, lowest, highest, fisherP } = metric.parameters;
  if (rate === undefined) return [];
  const pair = answer.pairs.find(
    (candidate) =>
      candidate.dataset === metric.dataset &&
      candidate.column === metric.segment?.column &&
      candidate.rate === rate &&
      candidate.low === lowest &&
      candidate.high === highest,
  );
  if (pair === undefined) return [`${what}: the reference has no pair ${String(lowest)}, ${String(highest)}`];
  const interval = metric.name.endsWith('ratio') ? pair.ratio : pair.difference;
  return [
    ...difference(`${what} low`, metric.interval?.low, interval?.[0]),
    ...difference(`${what} high`, metric.interval?.high, interval?.[1]),
    ...difference(`${what} fisherP`, fisherP as number, pair.fisherP),
  ];
}
