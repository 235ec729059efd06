import { afterAll, describe, expect, it } from 'vitest';
import { blockers, findingOf } from './build-in-process.ts';
import { openGivenFiles, rows } from './given-files.ts';
import { fileOf } from './mortgage-example.ts';

const { withValidation, withRows, remove } = await openGivenFiles();
afterAll(remove);

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
