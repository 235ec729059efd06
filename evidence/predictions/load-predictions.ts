import type { DuckDBConnection } from '@duckdb/node-api';
import { open } from 'node:fs/promises';
import type { Dataset } from '../../domain/metric.ts';
import type { Submission } from '../../domain/submission.ts';
import type { GroupCounts, ProtectedColumn } from '../metrics/fairness.ts';
import type { PairTally } from '../metrics/regression.ts';
import type { ScoreTally } from '../metrics/score-tally.ts';
import { readCsvHeader } from './read-csv-header.ts';
import {
  quoteIdentifier,
  quoteText,
  withPredictionDatabase,
  type PredictionDatabaseLimits,
} from './prediction-database.ts';
import {
  largestNumber,
  mostGroups,
  type AttributeCounts,
  type ColumnFamily,
  type FileColumn,
  type LoadedPredictions,
  type Predictions,
} from './predictions.ts';

export interface LoadPredictionsOptions {
  dataset: Dataset;
  task: Submission['task'];
  columns: Submission['columns'];
  threshold: number;
  limits: PredictionDatabaseLimits;
}

/** Protected columns are crossed in pairs up to this many columns; beyond it the pairs outgrow what a person reads. */
const mostCrossedColumns = 4;

/**
 * Counts all that metrics and checks need out of one Parquet or CSV file. A file that is at fault is an answer; a failure of ours, or of
 * memory, throws. CSV is comma-separated UTF-8 with a header line, an empty field being a missing value.
 */
export async function loadPredictions(path: string, options: LoadPredictionsOptions): Promise<Predictions> {
  const { dataset } = options;
  const format = await detectFormat(path);
  if (typeof format === 'object') return { status: 'unreadable', dataset, reason: format.problem };
  const header = format === 'csv' ? await readCsvHeader(path) : [];
  if (!Array.isArray(header)) return { status: 'unreadable', dataset, reason: header.problem };
  return withPredictionDatabase(path, options.limits, async (connection) => {
    let columns: SourceColumn[];
    try {
      columns = format === 'csv' ? header.map(csvColumn) : await describeParquet(connection, path);
      const source = format === 'csv' ? readCsv(path, columns) : `read_parquet(${quoteText(path)})`;
      await connection.run(`CREATE TABLE predictions AS ${buildTableQuery(source, columns, options)}`);
    } catch (error) {
      if (isOurs(error)) throw error;
      return { status: 'unreadable', dataset, reason: explainReadError(error, format, path) };
    }
    return countPredictions(connection, columns, format, options);
  });
}

/** A column of the file and the name by which SQL reads it. */
interface SourceColumn extends FileColumn {
  reference: string;
}

/** CSV columns are read by position, as c0, c1 …, and all as text. */
const csvColumn = (name: string, index: number): SourceColumn => ({
  name,
  type: 'VARCHAR',
  family: 'text',
  reference: `c${index}`,
});

const readCsv = (path: string, columns: readonly SourceColumn[]): string =>
  `read_csv(${quoteText(path)}, auto_detect = false, header = true, delim = ',', quote = '"', escape = '"', nullstr = '', strict_mode = true,
    ignore_errors = false, null_padding = false, columns = {${columns.map(({ reference }) => `${reference}: 'VARCHAR'`).join(', ')}})`;

async function detectFormat(path: string): Promise<'parquet' | 'csv' | { problem: string }> {
  const file = await open(path, 'r');
  try {
    const { size } = await file.stat();
    if (size === 0) return { problem: 'The file is empty.' };
    const head = Buffer.alloc(Math.min(size, 4096));
    await file.read(head, 0, head.length, 0);
    if (head.subarray(0, 4).toString('latin1') !== 'PAR1') {
      return head.includes(0) ? { problem: 'The file is neither Parquet nor CSV text.' } : 'csv';
    }
    const tail = Buffer.alloc(4);
    await file.read(tail, 0, 4, Math.max(0, size - 4));
    return size >= 12 && tail.toString('latin1') === 'PAR1'
      ? 'parquet'
      : { problem: 'The file begins as Parquet but its end is missing: it was cut off.' };
  } finally {
    await file.close();
  }
}

/** A lack of memory, or a query that DuckDB does not understand, is no fault of the file. */
const isOurs = (error: unknown): boolean =>
  !(error instanceof Error) || /out of memory|^(Parser|Binder|Catalog|Permission) Error/i.test(error.message);

function explainReadError(error: unknown, format: 'parquet' | 'csv', path: string): string {
  if (!(error instanceof Error)) throw error;
  // The first line says what is wrong; the others quote our own options and paths.
  const line = /^Line: (\d+)/m.exec(error.message)?.[1];
  const first = (error.message.split('\n')[0] ?? '').replaceAll(path, 'the file').slice(0, 200);
  return `The file cannot be read as ${format === 'parquet' ? 'Parquet' : 'CSV'}${line === undefined ? '' : ` (line ${line})`}: ${first}`;
}

async function describeParquet(connection: DuckDBConnection, path: string): Promise<SourceColumn[]> {
  const described = await connection.runAndReadAll(`DESCRIBE SELECT * FROM read_parquet(${quoteText(path)})`);
  return described.getRows().map(([name, type]) => ({
    name: String(name),
    type: String(type),
    family: familyOf(String(type)),
    reference: String(name),
  }));
}

function familyOf(type: string): ColumnFamily {
  if (/^(U?(TINY|SMALL|BIG|HUGE)INT|U?INTEGER|FLOAT|DOUBLE|DECIMAL\(.*\)|BOOLEAN)$/.test(type)) return 'number';
  return /^(VARCHAR|ENUM\(.*\))$/s.test(type) ? 'text' : 'other';
}

/**
 * Our own table of the file, under names of our own: i, l and s for id, label and score, p0, p1 … for protected columns; `_text` marks text
 * where a number belongs, `_ok` a number in range.
 */
function buildTableQuery(
  source: string,
  columns: readonly SourceColumn[],
  { columns: named, task }: LoadPredictionsOptions,
): string {
  const find = (name: string) => columns.find((column) => column.name === name);
  const asText = (name: string) => {
    const column = find(name);
    return column === undefined ? 'CAST(NULL AS VARCHAR)' : `CAST(${quoteIdentifier(column.reference)} AS VARCHAR)`;
  };
  const label = numberOf(find(named.label));
  const score = numberOf(find(named.score));
  const attributes = named.protected.map((name, index) => `${asText(name)} AS p${index}`);
  // NaN is how a column of numbers says that there is none; adding 0 makes -0 and 0 one score.
  return `
    WITH read AS (
      SELECT ${[`${asText(named.id)} AS i`, `${label.value} AS l`, `${label.isText} AS l_text`, `${score.value} AS s`, `${score.isText} AS s_text`, ...attributes].join(', ')}
      FROM ${source}
    ), numbers AS (
      SELECT * REPLACE (CASE WHEN NOT isnan(l) THEN l + 0.0 END AS l, CASE WHEN NOT isnan(s) THEN s + 0.0 END AS s) FROM read
    )
    SELECT *,
      coalesce(${task === 'regression' ? `abs(l) <= ${largestNumber}` : 'l IN (0, 1)'}, false) AS l_ok,
      coalesce(${task === 'regression' ? `abs(s) <= ${largestNumber}` : 's BETWEEN 0 AND 1'}, false) AS s_ok,
      coalesce(abs(s) <= ${largestNumber}, false) AS s_finite
    FROM numbers`;
}

function numberOf(column: SourceColumn | undefined): { value: string; isText: string } {
  if (column === undefined || column.family === 'other') return { value: 'CAST(NULL AS DOUBLE)', isText: 'false' };
  const quoted = quoteIdentifier(column.reference);
  if (column.type === 'BOOLEAN') return { value: `CAST(CAST(${quoted} AS TINYINT) AS DOUBLE)`, isText: 'false' };
  if (column.family === 'number') return { value: `CAST(${quoted} AS DOUBLE)`, isText: 'false' };
  const text = `trim(CAST(${quoted} AS VARCHAR))`;
  // Pipelines write booleans into CSV as words.
  const value = `TRY_CAST(CASE lower(${text}) WHEN 'true' THEN '1' WHEN 'false' THEN '0' ELSE ${text} END AS DOUBLE)`;
  return { value, isText: `coalesce(${text} <> '' AND ${value} IS NULL, false)` };
}

async function countPredictions(
  connection: DuckDBConnection,
  columns: readonly SourceColumn[],
  format: LoadedPredictions['format'],
  options: LoadPredictionsOptions,
): Promise<LoadedPredictions> {
  const { columns: named, dataset, task } = options;
  const find = (name: string) => columns.find((column) => column.name === name);
  const holdsNumbers = (name: string) => (find(name)?.family ?? 'other') !== 'other';
  const profile = await readCounts(
    connection,
    `
    SELECT count(*) AS rows, count(i) AS ids, count(DISTINCT i) AS distinct_ids,
      count(*) FILTER (l IS NULL AND NOT l_text) AS l_missing, count(*) FILTER (l_text) AS l_text, count(*) FILTER (l IS NOT NULL AND NOT l_ok) AS l_out,
      count(*) FILTER (s IS NULL AND NOT s_text) AS s_missing, count(*) FILTER (s_text) AS s_text, count(*) FILTER (s IS NOT NULL AND NOT s_ok) AS s_out,
      count(DISTINCT s) AS distinct_scores,
      count(*) FILTER (i IS NOT NULL AND (l IS NOT NULL OR l_text) AND (s IS NOT NULL OR s_text)) AS complete,
      count(*) FILTER (l_ok AND s_ok) AS valid
    FROM predictions`,
  );
  const label = holdsNumbers(named.label)
    ? { missing: profile('l_missing'), notNumbers: profile('l_text'), outOfRange: profile('l_out') }
    : null;
  const score = holdsNumbers(named.score)
    ? {
        missing: profile('s_missing'),
        notNumbers: profile('s_text'),
        outOfRange: profile('s_out'),
        distinct: profile('distinct_scores'),
      }
    : null;
  const both = label !== null && score !== null;
  const classified = task === 'binary_classification';
  return {
    status: 'loaded',
    dataset,
    format,
    rows: profile('rows'),
    columns: columns.map(({ name, type, family }) => ({ name, type, family })),
    id:
      find(named.id) === undefined
        ? null
        : { missing: profile('rows') - profile('ids'), distinct: profile('distinct_ids') },
    label,
    score,
    completeRows: both && find(named.id) !== undefined ? profile('complete') : null,
    validRows: both ? profile('valid') : null,
    tally: score === null ? null : await readTally(connection, classified),
    scoresMissing: profile('s_missing') + profile('s_text'),
    pairs: both && !classified ? await readPairs(connection) : null,
    attributes:
      both && classified
        ? await readAttributes(connection, columns, options)
        : named.protected.map((column) => notCounted(column, classified)),
    intersections: both && classified ? await readIntersections(connection, columns, options) : [],
  };
}

const notCounted = (column: string, classified: boolean): AttributeCounts => ({
  found: false,
  column,
  reason: classified
    ? 'There is no usable label or score to compare groups by.'
    : 'Groups are compared for classification only.',
});

/** One row of counts, read by name. */
async function readCounts(connection: DuckDBConnection, query: string): Promise<(name: string) => number> {
  const [row] = (await connection.runAndReadAll(query)).getRowObjects();
  return (name) => {
    const value = row?.[name];
    if (typeof value !== 'bigint') throw new TypeError(`The query counts no ${name}`);
    return Number(value);
  };
}

/** Numbers of a query's columns, all DOUBLE and none null, without a JavaScript object for each row. */
async function readNumbers(connection: DuckDBConnection, query: string, columnCount: number): Promise<Float64Array[]> {
  const result = await connection.stream(query);
  const parts: Float64Array[][] = Array.from({ length: columnCount }, () => []);
  for (;;) {
    const chunk = await result.fetchChunk();
    if (chunk === null || chunk.rowCount === 0) break;
    parts.forEach((part, index) => part.push(Float64Array.from(chunk.getColumnValues(index) as number[])));
  }
  return parts.map(joinArrays);
}

function joinArrays(parts: readonly Float64Array[]): Float64Array {
  const joined = new Float64Array(parts.reduce((length, part) => length + part.length, 0));
  let offset = 0;
  for (const part of parts) {
    joined.set(part, offset);
    offset += part.length;
  }
  return joined;
}

const nothing = new Float64Array();

async function readTally(connection: DuckDBConnection, classified: boolean): Promise<ScoreTally> {
  const label = classified ? 'l' : 'NULL';
  const [scores = nothing, positives = nothing, negatives = nothing, unlabelled = nothing] = await readNumbers(
    connection,
    `SELECT s, CAST(count(*) FILTER (l_ok AND ${label} = 1) AS DOUBLE), CAST(count(*) FILTER (l_ok AND ${label} = 0) AS DOUBLE),
       CAST(count(*) FILTER (NOT l_ok OR ${label} IS NULL) AS DOUBLE)
     FROM predictions WHERE s_finite GROUP BY s ORDER BY s`,
    4,
  );
  return { scores, positives, negatives, unlabelled };
}

async function readPairs(connection: DuckDBConnection): Promise<PairTally> {
  const [labels = nothing, scores = nothing, counts = nothing] = await readNumbers(
    connection,
    'SELECT l, s, CAST(count(*) AS DOUBLE) FROM predictions WHERE l_ok AND s_ok GROUP BY l, s ORDER BY s, l',
    3,
  );
  return { labels, scores, counts };
}

async function readAttributes(
  connection: DuckDBConnection,
  columns: readonly FileColumn[],
  options: LoadPredictionsOptions,
): Promise<AttributeCounts[]> {
  const attributes: AttributeCounts[] = [];
  for (const [index, column] of options.columns.protected.entries()) {
    if (!columns.some(({ name }) => name === column)) {
      attributes.push({ found: false, column, reason: `The file has no column ${column}.` });
      continue;
    }
    const counted = await readGroups(connection, column, `p${index}`, options.threshold);
    if (counted === 'too many')
      attributes.push({
        found: false,
        column,
        reason: `The column ${column} has more than ${mostGroups} distinct values, too many to be groups.`,
      });
    else if (counted.groups.length === 0)
      attributes.push({ found: false, column, reason: `The column ${column} is empty.` });
    else attributes.push({ found: true, ...counted });
  }
  return attributes;
}

async function readIntersections(
  connection: DuckDBConnection,
  columns: readonly FileColumn[],
  options: LoadPredictionsOptions,
): Promise<ProtectedColumn[]> {
  const present = [...options.columns.protected.entries()].filter(([, column]) =>
    columns.some(({ name }) => name === column),
  );
  if (present.length > mostCrossedColumns) return [];
  const crossed: ProtectedColumn[] = [];
  for (const [i, [left, leftName]] of present.entries()) {
    for (const [right, rightName] of present.slice(i + 1)) {
      const counted = await readGroups(
        connection,
        `${leftName} × ${rightName}`,
        `p${left} || ' × ' || p${right}`,
        options.threshold,
      );
      if (counted !== 'too many' && counted.groups.length > 0) crossed.push(counted);
    }
  }
  return crossed;
}

async function readGroups(
  connection: DuckDBConnection,
  column: string,
  expression: string,
  threshold: number,
): Promise<ProtectedColumn | 'too many'> {
  const read = await connection.runAndReadAll(
    `SELECT ${expression} AS value,
       count(*) FILTER (l = 1 AND s >= $threshold) AS tp, count(*) FILTER (l = 0 AND s >= $threshold) AS fp,
       count(*) FILTER (l = 1 AND s < $threshold) AS fn, count(*) FILTER (l = 0 AND s < $threshold) AS tn
     FROM predictions WHERE l_ok AND s_finite GROUP BY value ORDER BY value NULLS FIRST LIMIT ${mostGroups + 2}`,
    { threshold },
  );
  const groups: GroupCounts[] = [];
  let rowsWithoutValue = 0;
  for (const [value, ...counts] of read.getRows()) {
    const [truePositives = 0, falsePositives = 0, falseNegatives = 0, trueNegatives = 0] = counts.map(Number);
    if (value === null) rowsWithoutValue = truePositives + falsePositives + falseNegatives + trueNegatives;
    else groups.push({ value: String(value), truePositives, falsePositives, falseNegatives, trueNegatives });
  }
  if (groups.length > mostGroups) return 'too many';
  return { column, groups, rowsWithoutValue };
}
