// Verifies a journal that left its installation: lines of JSON, and checkpoints if there are any. No database, no network.
import { hash } from 'node:crypto';
import { z } from 'zod';
import { emptyHead, entryProblem, type BrokenEntry, type ChainHead, type Verification } from '../domain/journal.ts';
import { NoteError, openCheckpoint, parseVerifierKey } from './checkpoint.ts';
import { hashLeaf, rootOfLeaves } from './merkle.ts';

/** One line: `number` is the place among the sealed entries, null while not sealed, absent in exports without it. */
export const exportedEntrySchema = z.object({
  stream: z.string(),
  position: z.int().positive(),
  hash: z.string(),
  /** The bytes that were hashed, as text. */
  content: z.string(),
  number: z.int().nonnegative().nullish(),
});
export type ExportedEntry = z.infer<typeof exportedEntrySchema>;

export interface VerifyExport {
  /** Signed notes; without them the end of a stream may be cut off unseen. */
  checkpoints?: readonly string[];
  /** The log's verifier key; needed for checkpoints. */
  publicKey?: string;
  onProgress?: (entries: number) => void;
}

const sha256 = (text: string): string => `sha256:${hash('sha256', text, 'hex')}`;
const PROGRESS_EVERY = 10_000;

/**
 * Checks the chain of each stream, whose entries stand in order, streams mixed as they like; and each checkpoint, for which every entry
 * carries its number. Names the first entry in the file that does not hold; `entries` stand before it. What stands after it is still held
 * against the checkpoints. Throws NoteError for a key that is none.
 */
export async function verifyExport(
  lines: AsyncIterable<string> | Iterable<string>,
  options: VerifyExport = {},
): Promise<Verification> {
  const heads = new Map<string, ChainHead>();
  const leaves = new Map<number, Buffer>();
  const wantsLeaves = (options.checkpoints?.length ?? 0) > 0;
  let entries = 0;
  let line = 0;
  let areAllReadable = true;
  let broken: BrokenEntry | null = null;
  for await (const text of lines) {
    line += 1;
    if (text.trim() === '') continue;
    const entry = parseLine(text);
    if (!entry) {
      areAllReadable = false;
      broken ??= { stream: '', position: line, problem: `line ${line} is not an exported entry` };
    } else {
      const { stream, position, content: bytes, hash: entryHash, number } = entry;
      if (wantsLeaves && number !== null && number !== undefined) leaves.set(number, hashLeaf(Buffer.from(bytes)));
      broken ??=
        entryProblem(heads.get(stream) ?? emptyHead, { stream, position, bytes, hash: entryHash }, sha256) ?? null;
      if (!broken) {
        entries += 1;
        heads.set(stream, { position, hash: entryHash });
        if (entries % PROGRESS_EVERY === 0) options.onProgress?.(entries);
      }
    }
    if (broken && !wantsLeaves) break;
  }
  const chains = { ok: broken === null, streams: heads.size, entries, broken };
  if (!wantsLeaves) return chains;
  const checkpoints = verifyNotes(leaves, areAllReadable, options);
  return { ...chains, ok: chains.ok && checkpoints.every((verdict) => verdict.ok), checkpoints };
}

function parseLine(text: string): ExportedEntry | undefined {
  try {
    const entry = exportedEntrySchema.safeParse(JSON.parse(text)).data;
    // A lone surrogate has no bytes of its own.
    return entry?.content.isWellFormed() ? entry : undefined;
  } catch {
    return undefined;
  }
}

function verifyNotes(
  leaves: ReadonlyMap<number, Buffer>,
  areAllReadable: boolean,
  { checkpoints = [], publicKey }: VerifyExport,
): NonNullable<Verification['checkpoints']> {
  if (publicKey === undefined) throw new NoteError('checkpoints need the verifier key of their log');
  const verifier = parseVerifierKey(publicKey);
  return checkpoints.map((note) => {
    let size = 0;
    try {
      const signed = openCheckpoint(verifier, note);
      size = signed.size;
      const hashes: Buffer[] = [];
      for (let number = 0; number < size; number++) {
        const leaf = leaves.get(number);
        if (!leaf) {
          const place = areAllReadable ? 'in the file' : 'among the lines that can be read';
          return { size, ok: false, problem: `${size} entries were signed, and number ${number} is not ${place}.` };
        }
        hashes.push(leaf);
      }
      const ok = rootOfLeaves(hashes).equals(signed.root);
      return { size, ok, problem: ok ? null : `Among its ${size} entries are others than those that were signed.` };
    } catch (error) {
      if (error instanceof NoteError)
        return { size, ok: false, problem: `It is no checkpoint of this journal: ${error.message}.` };
      throw error;
    }
  });
}
