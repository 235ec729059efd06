import type { Submission } from '../../domain/submission.ts';
import { notAssessable, predictionsOf, type RunCheck } from '../check-result.ts';
import { formatList } from '../format-number.ts';
import type { LoadedPredictions } from '../predictions/predictions.ts';

export const checkSchema: RunCheck<'schema'> = (check, evidence) => {
  const sets = check.datasets.map((dataset) => predictionsOf(evidence, dataset));
  const missing = sets.filter((set) => set.status !== 'loaded');
  if (missing.length > 0) return [notAssessable(missing.map(({ reason }) => reason).join(' '))];
  const loaded = sets.filter((set) => set.status === 'loaded');
  const problems = [
    ...loaded.flatMap((set) => findProblems(set, evidence.submission.columns)),
    ...compareTypes(loaded, evidence.submission.columns),
  ];
  const result = { value: problems.length, threshold: 'no problem' };
  if (problems.length > 0) return [{ ...result, verdict: 'FAIL', message: problems.join(' ') }];
  const columns = namedColumns(evidence.submission.columns);
  return [
    {
      ...result,
      verdict: 'PASS',
      message: `${formatList(columns)} exist with usable types in ${formatList(check.datasets)}.`,
    },
  ];
};

const namedColumns = ({ id, label, score, protected: attributes }: Submission['columns']): string[] => [
  ...new Set([id, label, score, ...attributes]),
];

function findProblems(set: LoadedPredictions, named: Submission['columns']): string[] {
  const present = new Map(set.columns.map((column) => [column.name, column]));
  const doubled = namedColumns(named).filter((name) => set.columns.filter((column) => column.name === name).length > 1);
  const absent = namedColumns(named).filter((name) => !present.has(name));
  const problems: string[] = [];
  if (doubled.length > 0)
    problems.push(`${capitalise(set.dataset)} has the column ${formatList(doubled)} more than once.`);
  if (absent.length > 0) {
    problems.push(
      `${capitalise(set.dataset)} has no column ${formatList(absent)}; it has ${formatList(set.columns.map(({ name }) => name))}.`,
    );
  }
  for (const [name, counts] of [
    [named.label, set.label],
    [named.score, set.score],
  ] as const) {
    const column = present.get(name);
    if (column === undefined) continue;
    if (column.family === 'other')
      problems.push(`${name} in ${set.dataset} is of type ${column.type}, which holds no numbers.`);
    else if (
      counts !== null &&
      set.rows > 0 &&
      counts.notNumbers + counts.missing === set.rows &&
      counts.notNumbers > 0
    )
      problems.push(`${name} in ${set.dataset} holds text and no numbers.`);
  }
  return problems;
}

/** CSV has no types, so only Parquet files are held against each other. */
function compareTypes(sets: readonly LoadedPredictions[], named: Submission['columns']): string[] {
  const [first, ...others] = sets.filter(({ format }) => format === 'parquet');
  if (first === undefined) return [];
  const typeIn = (set: LoadedPredictions, name: string) => set.columns.find((column) => column.name === name);
  return others.flatMap((other) =>
    namedColumns(named).flatMap((name) => {
      const [left, right] = [typeIn(first, name), typeIn(other, name)];
      if (left === undefined || right === undefined || left.family === right.family) return [];
      return [`${name} is of type ${left.type} in ${first.dataset} and ${right.type} in ${other.dataset}.`];
    }),
  );
}

const capitalise = (word: string): string => word.charAt(0).toUpperCase() + word.slice(1);
