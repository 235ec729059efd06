import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import { z } from 'zod';
import type { Verification } from '../api/schemas/views.ts';
import { sha256 } from '../db/sha256.ts';
import { emptyHead, entryProblem, type ChainHead } from '../domain/journal.ts';
import { Failure } from './failure.ts';

const lineSchema = z.object({ stream: z.string(), position: z.int(), hash: z.string(), content: z.string() });

/** Checks an export without any server: every entry's bytes against its hash, every hash against the entry before. Stops at the first that does not hold. */
export async function verifyExport(file: string, onProgress: (entries: number) => void): Promise<Verification> {
  const heads = new Map<string, ChainHead>();
  let entries = 0;
  for await (const line of createInterface({
    input: file === '-' ? process.stdin : createReadStream(file),
    crlfDelay: Infinity,
  })) {
    if (line.trim() === '') continue;
    const { stream, position, hash, content } = parseLine(line, entries + 1);
    const broken = entryProblem(heads.get(stream) ?? emptyHead, { stream, position, hash, bytes: content }, sha256);
    if (broken) return { ok: false, streams: heads.size, entries, broken };
    heads.set(stream, { position, hash });
    if (++entries % 10_000 === 0) onProgress(entries);
  }
  return { ok: true, streams: heads.size, entries, broken: null };
}

function parseLine(line: string, number: number): z.infer<typeof lineSchema> {
  try {
    return lineSchema.parse(JSON.parse(line));
  } catch {
    throw new Failure(`Line ${number} of the export is not an entry { stream, position, hash, content }.`);
  }
}
