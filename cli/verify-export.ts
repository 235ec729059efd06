import { createReadStream, readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import type { Verification } from '../api/schemas/views.ts';
import { splitNotes } from '../sealing/checkpoint-file.ts';
import { NoteError } from '../sealing/checkpoint.ts';
import { verifyExport as verifyLines } from '../sealing/verify-export.ts';
import { Failure } from './failure.ts';

export interface VerifyExport {
  /** A file of checkpoints, kept outside the installation. */
  checkpoint?: string;
  /** The verifier key of the log: `name+id+key`. */
  key?: string;
  onProgress: (entries: number) => void;
}

/** Checks an export without any server: every entry's bytes, every link, and every checkpoint in the file. Names the first entry that does not hold. */
export async function verifyExport(file: string, { checkpoint, key, onProgress }: VerifyExport): Promise<Verification> {
  const input = file === '-' ? process.stdin : createReadStream(file);
  const checkpoints = checkpoint === undefined ? [] : splitNotes(readFileSync(checkpoint, 'utf8'));
  if (checkpoint !== undefined && checkpoints.length === 0)
    throw new Failure(`There is no checkpoint in ${checkpoint}.`);
  try {
    return await verifyLines(createInterface({ input, crlfDelay: Infinity }), {
      checkpoints,
      onProgress,
      ...(key === undefined ? {} : { publicKey: key }),
    });
  } catch (error) {
    if (error instanceof NoteError) throw new Failure(`The key cannot be used: ${error.message}.`);
    throw error;
  }
}
