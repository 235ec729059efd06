import { createHash } from 'node:crypto';
import { execFile } from 'node:child_process';
import { appendFile, mkdir, mkdtemp, readFile, realpath, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openEvidenceFile, type OpenedEvidenceFile } from './file.ts';

let base: string;
let root: string;
let copies = 0;
const nextCopy = () => join(base, `copy-${copies++}`);
const digestOf = (bytes: Buffer | string) => `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
const codeOf = (answer: OpenedEvidenceFile) => (answer.ok ? 'opened' : answer.code);

beforeAll(async () => {
  base = await realpath(await mkdtemp(join(tmpdir(), 'countersign-test-')));
  root = join(base, 'root');
  await mkdir(join(root, 'deep'), { recursive: true });
  await mkdir(join(base, 'root-beside'));
  await writeFile(join(root, 'model.bin'), 'weights');
  await writeFile(join(root, 'deep', 'a b%.txt'), 'text');
  await writeFile(join(base, 'secret'), 'secret');
  await writeFile(join(base, 'root-beside', 'secret'), 'secret');
  await symlink(join(base, 'secret'), join(root, 'link-out'));
  await symlink(base, join(root, 'folder-out'));
  await symlink(join(root, 'model.bin'), join(root, 'link-in'));
  await symlink(join(root, 'loop'), join(root, 'loop'));
  await promisify(execFile)('mkfifo', [join(root, 'pipe')]);
});
afterAll(() => rm(base, { recursive: true }));

describe('openEvidenceFile', () => {
  it('answers with the digest and size of the file and leaves a copy of the same bytes that only we can read', async () => {
    const copyTo = nextCopy();
    const answer = await openEvidenceFile(`file://${root}/model.bin`, [root], { copyTo });
    expect(answer).toEqual({ ok: true, digest: digestOf('weights'), bytes: 7 });
    expect(await readFile(copyTo, 'utf8')).toBe('weights');
    expect((await stat(copyTo)).mode & 0o777).toBe(0o600);
  });

  it('digests a file of many chunks', async () => {
    const bytes = Buffer.alloc(1_000_003, 'countersign');
    await writeFile(join(root, 'large.bin'), bytes);
    const copyTo = nextCopy();
    expect(await openEvidenceFile(`file://${root}/large.bin`, [root], { copyTo })).toEqual({
      ok: true,
      digest: digestOf(bytes),
      bytes: bytes.length,
    });
    expect(digestOf(await readFile(copyTo))).toBe(digestOf(bytes));
  });

  it('digests the bytes that it copies, also when the file grows meanwhile', async () => {
    await writeFile(join(root, 'growing.bin'), Buffer.alloc(4_000_000, 1));
    const copyTo = nextCopy();
    const [answer] = await Promise.all([
      openEvidenceFile(`file://${root}/growing.bin`, [root], { copyTo }),
      appendFile(join(root, 'growing.bin'), Buffer.alloc(2_000_000, 2)),
    ]);
    const copied = await readFile(copyTo);
    expect(answer).toEqual({ ok: true, digest: digestOf(copied), bytes: copied.length });
  });

  it('reads names with spaces, percent signs and links that stay inside', async () => {
    expect(codeOf(await openEvidenceFile(`file://${root}/deep/a%20b%25.txt`, [root]))).toBe('opened');
    expect(codeOf(await openEvidenceFile(`file://${root}/link-in`, [root]))).toBe('opened');
  });

  it('reads below a root that is itself a link', async () => {
    await symlink(root, join(base, 'root-link'));
    expect(codeOf(await openEvidenceFile(`file://${base}/root-link/model.bin`, [join(base, 'root-link')]))).toBe(
      'opened',
    );
  });

  it.each([
    ['a link to a file outside', '/link-out'],
    ['a link to a folder outside', '/folder-out/secret'],
  ])('refuses %s', async (_what, path) => {
    const copyTo = nextCopy();
    expect(codeOf(await openEvidenceFile(`file://${root}${path}`, [root], { copyTo }))).toBe('NOT_ALLOWED');
    await expect(stat(copyTo)).rejects.toThrow('ENOENT');
  });

  it('tells no difference between a file outside that exists and one that does not', async () => {
    const there = await openEvidenceFile(`file://${base}/secret`, [root]);
    expect(await openEvidenceFile(`file://${base}/absent`, [root])).toEqual(there);
    expect(codeOf(there)).toBe('NOT_ALLOWED');
  });

  it('refuses a neighbour whose name begins like the root', async () => {
    expect(codeOf(await openEvidenceFile(`file://${base}/root-beside/secret`, [root]))).toBe('NOT_ALLOWED');
  });

  it('reads nothing where no root is allowed', async () => {
    expect(codeOf(await openEvidenceFile(`file://${root}/model.bin`, []))).toBe('NOT_ALLOWED');
    expect(codeOf(await openEvidenceFile(`file://${root}/model.bin`, ['root', '']))).toBe('NOT_ALLOWED');
  });

  it.each([
    ['dots', '/deep/../model.bin'],
    ['encoded dots', '/deep/%2e%2e/model.bin'],
    ['an encoded slash', '/deep%2f..%2fmodel.bin'],
    ['NUL', '/model.bin%00.txt'],
    ['a line end', '/model.bin%0a'],
    ['a backslash', '/deep%5c..%5cmodel.bin'],
    ['a query', '/model.bin?x'],
    ['a fragment', '/model.bin#x'],
    ['a broken encoding', '/model%zz.bin'],
    ['an encoding that is no UTF-8', '/model%ff.bin'],
    ['an empty part', '//model.bin'],
    ['a slash at the end', '/model.bin/'],
  ])('refuses a path with %s', async (_what, path) => {
    expect(codeOf(await openEvidenceFile(`file://${root}${path}`, [root]))).toBe('BAD_URI');
  });

  it.each([
    'file://localhost/etc/passwd',
    'file://evil.example/share/x',
    'file:relative',
    'file:/etc/passwd',
    'model.bin',
    '',
    '//host/share',
    'C:\\x',
  ])('refuses %j, which names no local file', async (uri) => {
    expect(['BAD_URI', 'SCHEME_NOT_READ']).toContain(codeOf(await openEvidenceFile(uri, [root, '/etc'])));
  });

  it.each(['http://127.0.0.1:1/x', 'https://example.org/x', 's3://bucket/x', 'data:,x', 'ftp://x/y'])(
    'does not fetch %s and says that it cannot be read here',
    async (uri) => {
      const answer = await openEvidenceFile(uri, [root]);
      expect(answer).toMatchObject({
        ok: false,
        code: 'SCHEME_NOT_READ',
        problem: expect.stringContaining('cannot be read here'),
      });
    },
  );

  it.each([
    ['a folder', '/deep', 'NOT_A_FILE'],
    ['a pipe, without waiting for a writer', '/pipe', 'NOT_A_FILE'],
    ['a link to itself', '/loop', 'NOT_A_FILE'],
    ['a file that is not there', '/absent', 'NOT_FOUND'],
    ['a file below a file', '/model.bin/x', 'NOT_FOUND'],
  ])('says what %s is', async (_what, path, code) => {
    expect(codeOf(await openEvidenceFile(`file://${root}${path}`, [root]))).toBe(code);
  });

  it('stops at the size limit', async () => {
    expect(codeOf(await openEvidenceFile(`file://${root}/model.bin`, [root], { maximumBytes: 6 }))).toBe('TOO_LARGE');
    expect(codeOf(await openEvidenceFile(`file://${root}/model.bin`, [root], { maximumBytes: 7 }))).toBe('opened');
  });

  it('does not write over a file', async () => {
    const copyTo = nextCopy();
    await writeFile(copyTo, 'mine');
    await expect(openEvidenceFile(`file://${root}/model.bin`, [root], { copyTo })).rejects.toThrow('EEXIST');
    expect(await readFile(copyTo, 'utf8')).toBe('mine');
  });

  it('stops when it is told to', async () => {
    await expect(openEvidenceFile(`file://${root}/model.bin`, [root], { signal: AbortSignal.abort() })).rejects.toThrow(
      /abort/i,
    );
  });
});
