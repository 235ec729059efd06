import { copyFile, mkdir, readFile, symlink, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { blockers, findingOf } from './build-in-process.ts';
import { openGivenFiles } from './given-files.ts';
import { fileOf, mortgageFolder } from './mortgage-example.ts';

const { folder, build, withValidation, remove } = await openGivenFiles();
afterAll(remove);

const unread = `sha256:${'a'.repeat(64)}`;

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
    expect(built.pack.findings.map(({ message }) => message).join('\n')).not.toContain(tmpdir());
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
