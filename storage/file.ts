// Reads evidence from the local file system. Everything that a URI could be made to say is refused before a byte is read.
import { createHash } from 'node:crypto';
import { constants } from 'node:fs';
import { open, realpath, stat, type FileHandle } from 'node:fs/promises';
import { isAbsolute, sep } from 'node:path';

export const fileProblemCodes = [
  'SCHEME_NOT_READ',
  'BAD_URI',
  'NOT_ALLOWED',
  'NOT_FOUND',
  'NOT_A_FILE',
  'TOO_LARGE',
  'UNREADABLE',
] as const;
export type FileProblemCode = (typeof fileProblemCodes)[number];

export type OpenedEvidenceFile =
  { ok: true; digest: string; bytes: number } | { ok: false; code: FileProblemCode; problem: string };

export interface OpenEvidenceFileOptions {
  /** Where to put a private copy of exactly the bytes that were digested; must not exist yet. No copy when absent. */
  copyTo?: string;
  /** @default 4 GiB */
  maximumBytes?: number;
  signal?: AbortSignal;
}

const defaultMaximumBytes = 4 * 1024 ** 3;
const chunkBytes = 256 * 1024;

const refuse = (code: FileProblemCode, problem: string): OpenedEvidenceFile => ({ ok: false, code, problem });

/**
 * Digests the file that a `file:` URI names, and copies the same bytes to `copyTo` in the same pass, so that what was digested is
 * what is used even when the file changes meanwhile. Nothing is fetched for other schemes. Problems are answers, not exceptions;
 * only a failure to write the copy, and an abort, throw.
 */
export async function openEvidenceFile(
  uri: string,
  roots: readonly string[],
  options: OpenEvidenceFileOptions = {},
): Promise<OpenedEvidenceFile> {
  const path = parseFileUri(uri);
  if (typeof path !== 'string') return path;
  const allowed = await resolveRoots(roots);
  let source: FileHandle;
  try {
    const real = await realpath(path);
    // The same words for what is absent and what is out of bounds, so that a submission cannot map the machine.
    if (!isInside(real, allowed)) return refuse('NOT_ALLOWED', notAllowed);
    source = await open(real, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  } catch (error) {
    return openProblem(error, path, roots);
  }
  try {
    const opened = await source.stat();
    const refusal = !opened.isFile() ? refuse('NOT_A_FILE', 'This is not a regular file.') : undefined;
    // A folder on the way may have been swapped for a link between the check and the open: what was opened must still be what lies there.
    const again = await realpath(path);
    const there = await stat(again);
    const moved = !isInside(again, allowed) || there.ino !== opened.ino || there.dev !== opened.dev;
    if (refusal ?? moved) {
      await source.close();
      return refusal ?? refuse('NOT_ALLOWED', notAllowed);
    }
  } catch (error) {
    await source.close();
    return openProblem(error, path, roots);
  }
  try {
    return await digestAndCopy(source, options);
  } finally {
    await source.close();
  }
}

const notAllowed = 'This file is not in a folder that may be read here (COUNTERSIGN_FILE_ROOTS).';

function parseFileUri(uri: string): string | OpenedEvidenceFile {
  const scheme = /^([a-z][a-z0-9+.-]*):/i.exec(uri)?.[1]?.toLowerCase();
  if (scheme === undefined) return refuse('BAD_URI', 'This is not an absolute URI.');
  if (scheme !== 'file')
    return refuse('SCHEME_NOT_READ', `Files of the scheme ${scheme}: cannot be read here; only file: can.`);
  if (!uri.toLowerCase().startsWith('file:///'))
    return refuse('BAD_URI', 'A file URI has no host and an absolute path: file:///models/model.pkl');
  const segments: string[] = [];
  for (const raw of uri.slice('file:///'.length).split('/')) {
    let segment: string;
    try {
      segment = decodeURIComponent(raw);
    } catch {
      return refuse('BAD_URI', 'The path holds a broken percent-encoding.');
    }
    if (segment === '' || segment === '.' || segment === '..')
      return refuse('BAD_URI', 'The path holds an empty, . or .. part.');
    // eslint-disable-next-line no-control-regex
    if (/[\u0000-\u001f\u007f/\\]/.test(segment) || /[?#]/.test(raw))
      return refuse('BAD_URI', 'The path holds a character that a file URI may not hold.');
    segments.push(segment);
  }
  return `${sep}${segments.join(sep)}`;
}

async function resolveRoots(roots: readonly string[]): Promise<string[]> {
  const found = await Promise.all(
    roots.filter((root) => isAbsolute(root)).map((root) => realpath(root).catch(() => undefined)),
  );
  return found.filter((root) => root !== undefined);
}

const isInside = (path: string, roots: readonly string[]): boolean =>
  roots.some((root) => path.startsWith(root.endsWith(sep) ? root : `${root}${sep}`));

interface SystemError extends Error {
  code: string;
}
const isSystemError = (error: unknown): error is SystemError =>
  error instanceof Error && 'code' in error && typeof error.code === 'string' && /^E[A-Z]+$/.test(error.code);

function openProblem(error: unknown, path: string, roots: readonly string[]): OpenedEvidenceFile {
  if (!isSystemError(error)) throw error;
  if (!isInside(path, roots)) return refuse('NOT_ALLOWED', notAllowed);
  if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return refuse('NOT_FOUND', 'There is no such file.');
  if (error.code === 'EACCES' || error.code === 'EPERM')
    return refuse('UNREADABLE', 'The file may not be read by this server.');
  if (error.code === 'EISDIR' || error.code === 'ENXIO' || error.code === 'ELOOP')
    return refuse('NOT_A_FILE', 'This is not a regular file.');
  return refuse('UNREADABLE', `The file cannot be read (${error.code}).`);
}

async function digestAndCopy(source: FileHandle, options: OpenEvidenceFileOptions): Promise<OpenedEvidenceFile> {
  const maximum = options.maximumBytes ?? defaultMaximumBytes;
  const hash = createHash('sha256');
  const buffer = Buffer.allocUnsafe(chunkBytes);
  const copy = options.copyTo === undefined ? undefined : await open(options.copyTo, 'wx', 0o600);
  try {
    let bytes = 0;
    for (;;) {
      options.signal?.throwIfAborted();
      const { bytesRead } = await source.read(buffer, 0, chunkBytes);
      if (bytesRead === 0) break;
      bytes += bytesRead;
      if (bytes > maximum)
        return refuse(
          'TOO_LARGE',
          `The file is larger than ${Math.floor(maximum / 1024 ** 2)} MiB, the most that is read here.`,
        );
      const chunk = buffer.subarray(0, bytesRead);
      hash.update(chunk);
      await copy?.appendFile(chunk);
    }
    return { ok: true, digest: `sha256:${hash.digest('hex')}`, bytes };
  } finally {
    await copy?.close();
  }
}
