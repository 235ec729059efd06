import { createHash } from 'node:crypto';
import { copyFile, mkdir, mkdtemp, readFile, rm, symlink, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { BuiltEvidence } from '../../evidence/evidence-request.ts';
import { withPredictionDatabase } from '../../evidence/predictions/prediction-database.ts';
import { blockers, buildHere, findingOf } from './build-in-process.ts';
import { fileOf, mortgageFolder, mortgageSubmission, requestFor } from './mortgage-example.ts';
import { mortgageRows, writePredictions } from './write-predictions.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'countersign-test-'));
});
afterAll(() => rm(folder, { recursive: true }));

const unread = `sha256:${'a'.repeat(64)}`;

/** The pack of version 2 with another validation file, and with other columns named where given. */
function withValidation(
  file: { uri: string; digest: string } | undefined,
  columns: Record<string, unknown> = {},
): Promise<BuiltEvidence> {
  const submission = mortgageSubmission(2, {
    predictions: { training: fileOf('v2-training.parquet'), ...(file && { validation: file }) },
    columns: { id: 'application_id', protected: ['afam', 'single'], ...columns },
  });
  return buildHere(requestFor(submission, { fileRoots: [mortgageFolder, folder] }));
}

async function withRows(
  name: string,
  query: string,
  columns: Record<string, unknown> = {},
  format: 'parquet' | 'csv' = 'parquet',
): Promise<BuiltEvidence> {
  await writePredictions(join(folder, name), query, format);
  return withValidation(fileOf(name, folder), columns);
}

const rows = (replace: string) => mortgageRows(mortgageFolder, 2, replace);
const everyFinding = (built: BuiltEvidence): string => built.pack.findings.map(({ message }) => message).join('\n');

describe('predictions that are well-formed but wrong are found, and the finding says what is wrong', () => {
  it('scores that are no probabilities', async () => {
    const built = await withRows('percent.parquet', rows('CASE WHEN score > 0.4 THEN 1.7 ELSE score END AS score'));
    expect(blockers(built)).toEqual(expect.arrayContaining(['validity', 'plausible-scores']));
    expect(findingOf(built, 'plausible-scores').message).toMatch(
      /^\d+ scores lie outside 0 to 1 and can be no probability\.$/,
    );
    expect(findingOf(built, 'baseline-brier').message).toContain('no probabilities');
    expect(findingOf(built, 'baseline-roc-auc').verdict).toBe('PASS');
  });

  it('constant scores', async () => {
    const built = await withRows('constant.parquet', rows('0.12 AS score'));
    expect(findingOf(built, 'plausible-scores')).toMatchObject({
      verdict: 'FAIL',
      value: 1,
      message: 'All scores are the same: the model does not tell rows apart.',
    });
    expect(findingOf(built, 'baseline-roc-auc')).toMatchObject({ verdict: 'FAIL', value: 0.5 });
  });

  it('scores that are all missing', async () => {
    const built = await withRows('null.parquet', rows('CAST(NULL AS DOUBLE) AS score'));
    expect(findingOf(built, 'plausible-scores').message).toBe('All 595 scores are missing.');
    expect(findingOf(built, 'completeness')).toMatchObject({ verdict: 'FAIL', value: 0 });
    expect(findingOf(built, 'baseline-roc-auc').message).toContain('counts as failed');
  });

  it('scores that are all NaN', async () => {
    const built = await withRows('nan.parquet', rows("CAST('nan' AS DOUBLE) AS score"));
    expect(findingOf(built, 'plausible-scores').message).toBe('All 595 scores are missing.');
  });

  it('infinite scores', async () => {
    const built = await withRows(
      'infinite.parquet',
      rows("CASE WHEN score > 0.5 THEN CAST('inf' AS DOUBLE) ELSE score END AS score"),
    );
    expect(findingOf(built, 'plausible-scores').message).toBe('8 scores lie outside 0 to 1 and can be no probability.');
  });

  it('some rows without a label or score', async () => {
    const built = await withRows(
      'holes.parquet',
      rows(
        "CASE WHEN application_id < 'A0100' THEN NULL ELSE score END AS score, CASE WHEN application_id > 'A2300' THEN NULL ELSE label END AS label",
      ),
    );
    const finding = findingOf(built, 'completeness');
    expect(finding.verdict).toBe('FAIL');
    expect(finding.message).toMatch(
      /^\d+ of 595 rows \(9\d(\.\d)? %\) have an id, a label and a score\. Missing: \d+ labels and \d+ scores\.$/,
    );
  });

  it('most rows missing', async () => {
    const built = await withRows('short.parquet', `${rows('')} LIMIT 40`);
    expect(findingOf(built, 'volume')).toMatchObject({ verdict: 'FAIL', value: 40, message: 'There are 40 rows.' });
  });

  it('a file with columns and no row', async () => {
    const built = await withRows('no-rows.parquet', `${rows('')} LIMIT 0`);
    expect(findingOf(built, 'volume').message).toBe('There are no rows.');
    expect(findingOf(built, 'plausible-scores').message).toBe('The file has no rows.');
  });

  it.each(['parquet', 'csv'] as const)('text among the scores of a %s file', async (format) => {
    const built = await withRows(
      `text.${format}`,
      rows("CASE WHEN application_id < 'A0200' THEN 'high' ELSE CAST(score AS VARCHAR) END AS score"),
      {},
      format,
    );
    expect(findingOf(built, 'plausible-scores').message).toMatch(/^\d+ scores are text and no number\.$/);
    expect(findingOf(built, 'validity').message).toMatch(/Found: \d+ scores that are text\.$/);
  });

  it('scores that are text throughout', async () => {
    const built = await withRows('words.parquet', rows("'likely' AS score"));
    expect(findingOf(built, 'schema').message).toContain('score in validation holds text and no numbers.');
  });

  it('a score column of dates', async () => {
    const built = await withRows('dates.parquet', rows("DATE '2026-01-01' AS score"));
    expect(findingOf(built, 'schema').message).toContain(
      'score in validation is of type DATE, which holds no numbers.',
    );
    expect(findingOf(built, 'plausible-scores').message).toBe('There is no score column that holds numbers.');
  });

  it('labels other than 0 and 1', async () => {
    const built = await withRows('labels.parquet', rows('CASE WHEN label = 1 THEN 2 ELSE 0 END AS label'));
    expect(findingOf(built, 'validity').message).toContain('71 labels other than 0 and 1');
    expect(findingOf(built, 'baseline-roc-auc').message).toContain('All labels are 0.');
  });

  it('rows that are counted twice', async () => {
    const built = await withRows('twice.parquet', `${rows('')} UNION ALL (${rows('')} LIMIT 5)`);
    expect(findingOf(built, 'uniqueness')).toMatchObject({
      verdict: 'FAIL',
      message: '595 of 600 ids (99.2 %) are distinct.',
    });
  });

  it('a file without the columns that were named', async () => {
    const built = await withRows('renamed.parquet', `SELECT * RENAME (score AS probability) FROM (${rows('')})`);
    expect(findingOf(built, 'schema').message).toContain(
      'Validation has no column score; it has application_id, label, probability',
    );
    expect(blockers(built)).toContain('baseline-roc-auc');
  });

  it('a file of 200 columns is read like any other', async () => {
    const many = Array.from({ length: 190 }, (_, i) => `${i} AS extra_${i}`).join(', ');
    const built = await withRows('wide.parquet', `SELECT *, ${many} FROM (${rows('')})`);
    expect(blockers(built)).toEqual([]);
  });
});

describe('files that are no predictions at all', () => {
  it.each([
    ['a Parquet file that was cut off', 'cut.parquet', async (path: string) => { await copyFile(join(mortgageFolder, 'v2-validation.parquet'), path); await truncate(path, 9000); }, 'it was cut off'],
    ['a Parquet file with a broken middle', 'broken.parquet', async (path: string) => { const bytes = await readFile(join(mortgageFolder, 'v2-validation.parquet')); bytes.fill(0xff, 20_000, bytes.length - 8); await writeFile(path, bytes); }, 'cannot be read as Parquet'],
    ['an empty file', 'empty.parquet', (path: string) => writeFile(path, ''), 'The file is empty.'],
    ['a picture', 'picture.parquet', (path: string) => writeFile(path, Buffer.from('89504e470d0a1a0a0000000d49484452', 'hex')), 'neither Parquet nor CSV'],
    ['CSV with a row of too many fields', 'ragged.csv', (path: string) => writeFile(path, `application_id,label,score\n${'a,0,0.1\n'.repeat(20)}b,1,0.2,0.3,0.4\n`), 'cannot be read as CSV'],
    ['CSV with an open quote', 'quote.csv', (path: string) => writeFile(path, `application_id,label,score\n"a,0,0.1\n${'b,1,0.2\n'.repeat(20)}`), 'cannot be read as CSV'],
    ['CSV with a header that does not end', 'header.csv', (path: string) => writeFile(path, '"application_id,label,score\na,0,0.1\n'), 'The header line does not end.'],
    ['CSV that is not UTF-8', 'latin.csv', (path: string) => writeFile(path, Buffer.from('application_id,label,score\nM\xfcller,0,0.1\n', 'latin1')), 'The file is not UTF-8 text.'],
    ['CSV that stops being UTF-8 far inside', 'latin-later.csv', (path: string) => writeFile(path, Buffer.concat([Buffer.from(`application_id,label,score\n${'abcdefgh,0,0.1\n'.repeat(80_000)}`), Buffer.from('M\xfcller,0,0.1\n', 'latin1')])), 'cannot be read as CSV'],
  ])('%s is named as such', async (_what, name, write, message) => {
    await write(join(folder, name));
    const built = await withValidation(fileOf(name, folder));
    expect(findingOf(built, 'schema')).toMatchObject({ verdict: 'FAIL', blocking: true });
    expect(findingOf(built, 'schema').message).toContain(message);
    expect(everyFinding(built)).not.toContain(tmpdir());
    expect(blockers(built)).toEqual(expect.arrayContaining(['schema', 'completeness', 'plausible-scores', 'baseline-roc-auc', 'baseline-brier']));
  }); // prettier-ignore

  it('none at all: every blocking rule that needs them fails, and the others say that they cannot be assessed', async () => {
    const built = await withValidation(undefined);
    expect(findingOf(built, 'baseline-roc-auc').message).toBe(
      'This rule must hold and cannot be assessed, so it counts as failed. The submission names no predictions on validation data.',
    );
    expect(findingOf(built, 'fairness-selection').verdict).toBe('NOT_ASSESSABLE');
    expect(findingOf(built, 'calibration').verdict).toBe('NOT_ASSESSABLE');
  });

  it('a folder, a link out of the allowed folders, a file elsewhere and one in the cloud are not read', async () => {
    await mkdir(join(folder, 'folder'));
    await symlink('/etc/passwd', join(folder, 'link'));
    for (const [uri, problem] of [
      [`file://${folder}/folder`, 'not a regular file'],
      [`file://${folder}/link`, 'not in a folder that may be read here'],
      ['file:///etc/passwd', 'not in a folder that may be read here'],
      ['s3://bucket/validation.parquet', 's3: cannot be read here'],
      [`file://${folder}/absent.parquet`, 'no such file'],
    ] as const) {
      const built = await withValidation({ uri, digest: unread });
      expect(findingOf(built, 'digests')).toMatchObject({ verdict: 'FAIL', blocking: true });
      expect(findingOf(built, 'digests').message).toContain(problem);
      expect(findingOf(built, 'schema').message).toContain(problem);
    }
  });

  it('a file that is not the one that was declared', async () => {
    const built = await withValidation({ ...fileOf('v2-validation.parquet'), digest: unread });
    expect(blockers(built)).toEqual(['digests']);
    expect(findingOf(built, 'digests').message).toMatch(
      /^1 file is not what was declared\. predictions\/validation: declared aaaa…aaaa, read [0-9a-f]{4}…[0-9a-f]{4}\.$/,
    );
  });
});

describe('CSV', () => {
  const csv = (text: string) => text.replaceAll('\n', '\r\n');
  const lines = Array.from({ length: 300 }, (_, i) => `r${i},${i % 3 === 0 ? 1 : 0},0.${String(i).padStart(3, '0')}`);

  it.each([
    ['CRLF and a byte order mark', `\ufeff${csv(`application_id,label,score\n${lines.join('\n')}\n`)}`],
    [
      'quoted fields with commas and line ends',
      `"application_id","label","score"\n${lines.map((line) => line.replace(/^(r\d+)/, '"$1, a\nb"')).join('\n')}\n`,
    ],
    ['no line end after the last row', `application_id,label,score\n${lines.join('\n')}`],
    [
      'labels spelled as words',
      `application_id,label,score\n${lines.map((line) => line.replace(',1,', ',True,').replace(',0,', ',False,')).join('\n')}`,
    ],
    [
      'columns whose names differ in case only',
      `Score,application_id,label,score,SCORE\n${lines.map((line) => `9,${line},x`).join('\n')}`,
    ],
  ])('with %s is read to the last row', async (_what, text) => {
    await writeFile(join(folder, 'plain.csv'), text);
    const built = await withValidation(fileOf('plain.csv', folder), { protected: [] });
    expect(findingOf(built, 'volume')).toMatchObject({
      verdict: 'PASS',
      message: 'There are 300 rows: 100 with label 1 and 200 with label 0.',
    });
    expect(findingOf(built, 'plausible-scores').value).toBe(300);
  });
});

describe('CSV with a column twice', () => {
  it('is refused, for nobody can say which one is meant', async () => {
    await writeFile(join(folder, 'double.csv'), `application_id,label,score,score\n${'a,0,0.1,0.9\n'.repeat(300)}`);
    const built = await withValidation(fileOf('double.csv', folder), { protected: [] });
    expect(findingOf(built, 'schema')).toMatchObject({ verdict: 'FAIL', blocking: true });
    expect(findingOf(built, 'schema').message).toContain('Validation has the column score more than once.');
  });
});

describe('documents and lineage', () => {
  const build = (over: Record<string, unknown>) =>
    buildHere(requestFor(mortgageSubmission(2, over), { fileRoots: [mortgageFolder, folder] }));

  it('that are required and absent or empty are named', async () => {
    await writeFile(join(folder, 'empty.md'), ' \n');
    const built = await build({
      documents: [
        { kind: 'model_card', ...fileOf('README.md') },
        { kind: 'data_sheet', ...fileOf('empty.md', folder) },
      ],
    });
    expect(findingOf(built, 'documents')).toMatchObject({
      verdict: 'FAIL',
      value: 1,
      threshold: 'all of 3',
      message: 'Missing: validation_plan. Empty: data_sheet.',
    });
  });

  it('that are no text are kept by digest only', async () => {
    await writeFile(join(folder, 'card.pdf'), '%PDF-1.7');
    await writeFile(join(folder, 'card.md'), Buffer.from([0x66, 0xff, 0xfe]));
    const built = await build({
      documents: [
        { kind: 'model_card', ...fileOf('card.pdf', folder) },
        { kind: 'data_sheet', ...fileOf('card.md', folder) },
      ],
    });
    expect(built.documents).toEqual([
      expect.objectContaining({ kind: 'model_card', mediaType: 'application/pdf', text: null }),
      expect.objectContaining({ kind: 'data_sheet', mediaType: 'text/markdown', text: null }),
    ]);
  });

  it('name what the version cannot be traced to', async () => {
    const built = await build({ lineage: { code: { repository: 'r', commit: 'c' } } });
    expect(findingOf(built, 'lineage')).toMatchObject({
      verdict: 'FAIL',
      message: 'The submission does not name its training data, environment and training run.',
    });
  });
});

describe('protected attributes', () => {
  it('that are not named leave fairness open, with the reason, and do not end the process', async () => {
    const built = await withValidation(fileOf('v2-validation.parquet'), { protected: [] });
    expect(blockers(built)).toEqual([]);
    expect(findingOf(built, 'fairness-selection')).toMatchObject({
      verdict: 'NOT_ASSESSABLE',
      message: 'The submission names no protected attribute, so groups cannot be compared.',
    });
  });

  it('that are named twice are judged once', async () => {
    const built = await withValidation(fileOf('v2-validation.parquet'), { protected: ['afam', 'afam'] });
    expect(built.pack.findings.filter(({ id }) => id === 'fairness-selection:afam')).toHaveLength(1);
    expect(
      built.pack.metrics.filter(
        ({ name, dataset, segment }) =>
          name === 'demographic_parity_ratio' && dataset === 'validation' && segment?.column === 'afam',
      ),
    ).toHaveLength(1);
  });

  it('that are named and not in the file fail the schema', async () => {
    const built = await withValidation(fileOf('v2-validation.parquet'), { protected: ['afam', 'age'] });
    expect(blockers(built)).toContain('schema');
    expect(findingOf(built, 'fairness-selection:age')).toMatchObject({
      verdict: 'NOT_ASSESSABLE',
      message: 'The file has no column age.',
    });
    expect(findingOf(built, 'fairness-selection:afam').verdict).toBe('FAIL');
  });

  it('with groups too small to compare name them with their size', async () => {
    const built = await withRows(
      'small.parquet',
      rows(
        "CASE WHEN application_id < 'A0080' THEN 'other' WHEN application_id < 'A0100' THEN NULL ELSE afam END AS afam",
      ),
    );
    const chart = built.pack.charts.find(({ id }) => id === 'group-rates:selection_rate:afam');
    if (chart?.kind !== 'group_rates') throw new Error('There is no chart');
    expect(chart.groups.map(({ value }) => value)).toEqual(['no', 'yes']);
    expect(chart.excluded.map(({ value }) => value)).toEqual(['other', '(no value)']);
    expect(findingOf(built, 'fairness-selection:afam').message).toMatch(
      /Left out: other \(\d+ rows, fewer than 30\) and \(no value\) \(no value is given\)\.$/,
    );
  });

  it('that hold a value for every row are no groups', async () => {
    const built = await withValidation(fileOf('v2-validation.parquet'), { protected: ['application_id'] });
    expect(findingOf(built, 'fairness-selection:application_id')).toMatchObject({ verdict: 'NOT_ASSESSABLE' });
    expect(findingOf(built, 'fairness-selection:application_id').message).toContain('too many to be groups');
  });
});

describe('names that try to be SQL', () => {
  const hostile = [
    's"; DROP TABLE predictions; --',
    "x' OR '1'='1",
    'p0',
    'a\nb',
    '%s $threshold',
    '日本 "語"',
    "read_csv('/etc/passwd')",
  ];

  it.each(hostile)('a score column called %j is a column like any other', async (name) => {
    const quoted = `"${name.replaceAll('"', '""')}"`;
    for (const dataset of ['training', 'validation']) {
      await writePredictions(
        join(folder, `hostile-${dataset}.parquet`),
        `SELECT * RENAME (score AS ${quoted}) FROM '${mortgageFolder}/v2-${dataset}.parquet'`,
      );
    }
    const predictions = {
      training: fileOf('hostile-training.parquet', folder),
      validation: fileOf('hostile-validation.parquet', folder),
    };
    const submission = mortgageSubmission(2, {
      predictions,
      columns: { id: 'application_id', score: name, protected: ['afam'] },
    });
    const built = await buildHere(requestFor(submission, { fileRoots: [mortgageFolder, folder] }));
    expect(blockers(built)).toEqual([]);
    expect(findingOf(built, 'baseline-roc-auc').value).toBeCloseTo(0.8001558972153533, 12);
  });

  it.each(hostile)('a protected column called %j is a column like any other, in CSV too', async (name) => {
    const quoted = `"${name.replaceAll('"', '""')}"`;
    const built = await withRows(
      'hostile-group.csv',
      `SELECT * RENAME (afam AS ${quoted}) FROM (${rows('')})`,
      { protected: [name, 'single'] },
      'csv',
    );
    expect(findingOf(built, `fairness-selection:${name}`)).toMatchObject({
      verdict: 'FAIL',
      value: expect.closeTo(0.0878612717, 9),
    });
  });

  it.each(["it's.parquet", 'a"b;--.parquet', '*.parquet', '[ab]?.parquet'])(
    'a file called %j is read, and no other',
    async (name) => {
      const path = join(folder, name);
      await copyFile(join(mortgageFolder, 'v2-validation.parquet'), path);
      const digest = `sha256:${createHash('sha256')
        .update(await readFile(path))
        .digest('hex')}`;
      const built = await withValidation({ uri: `file://${folder}/${encodeURIComponent(name)}`, digest });
      expect(blockers(built)).toEqual([]);
    },
  );
});

describe('the database that reads a prediction file', () => {
  it.each([
    "SELECT * FROM read_csv('/etc/passwd')",
    "SELECT * FROM read_text('/etc/hostname')",
    "COPY (SELECT 1) TO '/tmp/countersign-should-not-exist.csv'",
    "ATTACH '/tmp/countersign-should-not-exist.db'",
    "INSTALL httpfs",
    "LOAD httpfs",
    "SELECT * FROM read_parquet('https://example.org/x.parquet')",
    'SET enable_external_access = true',
    "SET allowed_paths = ['/etc/passwd']",
  ])('refuses %s', async (statement) => {
    const path = join(mortgageFolder, 'v2-validation.parquet');
    const attempt = withPredictionDatabase(path, { memoryLimitMb: 64, threads: 1 }, (connection) => connection.run(statement));
    await expect(attempt).rejects.toThrow(/permission|disabled|locked|cannot|not allowed/i);
  }); // prettier-ignore
});
