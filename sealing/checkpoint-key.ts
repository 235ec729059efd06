import { randomBytes } from 'node:crypto';
import { linkSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createSigningKey, parseSigningKey, type Signer } from './checkpoint.ts';

export interface CheckpointKeySettings {
  /** From the setting; undefined: kept in a file under `home`. */
  checkpointKey: string | undefined;
  home: string;
  publicUrl: string;
}

/** The key that checkpoints are signed with. Made at first use, readable by our account alone. */
export function loadCheckpointSigner({ checkpointKey, home, publicUrl }: CheckpointKeySettings): Signer {
  if (checkpointKey !== undefined) return parseSigningKey(checkpointKey);
  const path = join(home, 'checkpoint-key');
  const kept = readIfThere(path);
  if (kept !== undefined) return parseSigningKey(kept);
  mkdirSync(home, { recursive: true });
  const partial = `${path}.${process.pid}`;
  // The name stays as it was made, whatever address we move to later: it names the log.
  const name = `${new URL(publicUrl).host}/journal/${randomBytes(4).toString('hex')}`;
  writeFileSync(partial, `${createSigningKey(name)}\n`, { mode: 0o600 });
  try {
    // Another process may make one too: a link does not replace the first.
    linkSync(partial, path);
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
  } finally {
    rmSync(partial);
  }
  return parseSigningKey(readFileSync(path, 'utf8'));
}

function readIfThere(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  }
}
