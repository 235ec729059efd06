import { createHash } from 'node:crypto';
import { copyFile, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { withPredictionDatabase } from '../../evidence/predictions/prediction-database.ts';
import { blockers, findingOf } from './build-in-process.ts';
import { openGivenFiles, rows } from './given-files.ts';
import { fileOf, mortgageFolder } from './mortgage-example.ts';
import { writePredictions } from './write-predictions.ts';

const { folder, build, withValidation, withRows, remove } = await openGivenFiles();
afterAll(remove);

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
    const built = await build({ predictions, columns: { id: 'application_id', score: name, protected: ['afam'] } });
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
