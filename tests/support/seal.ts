import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Database } from '../../db/client.ts';
import { splitNotes } from '../../sealing/checkpoint-file.ts';
import { createSigningKey, parseSigningKey, type Signer } from '../../sealing/checkpoint.ts';
import { startSealer, type SealerOptions } from '../../sealing/sealer.ts';

export interface SecondPlace {
  signer: Signer;
  checkpointFile: string;
  notes: () => string[];
  remove: () => void;
}

/** A key and a checkpoint file of its own, outside the database. */
export function createSecondPlace(): SecondPlace {
  const folder = mkdtempSync(join(tmpdir(), 'countersign-seal-'));
  const checkpointFile = join(folder, 'checkpoints.txt');
  return {
    signer: parseSigningKey(createSigningKey('countersign.test/journal')),
    checkpointFile,
    notes: () => splitNotes(readFileSync(checkpointFile, 'utf8')),
    remove: () => rmSync(folder, { recursive: true }),
  };
}

/** Runs a sealer until this many entries are sealed. Rejects with what the sealer complains of. */
export async function sealUntil(
  database: Database,
  place: Pick<SecondPlace, 'signer' | 'checkpointFile'>,
  size: number,
  change: Partial<SealerOptions> = {},
): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const sealer = startSealer({
    database,
    ...place,
    now: () => new Date(),
    onError: reject,
    onSealed: (sealed) => {
      if (sealed >= size) resolve();
    },
    intervalMs: 10,
    ...change,
  });
  try {
    await promise;
  } finally {
    await sealer.stop();
  }
}
