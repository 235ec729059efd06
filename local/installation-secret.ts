import { hkdfSync } from 'node:crypto';
import { linkSync, mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { newPassword, readState, writeState } from './state-file.ts';

export interface SecretSettings {
  /** From the setting; undefined: kept in a file under `home`. */
  secret: string | undefined;
  home: string;
}

const fileSchema = z.object({ secret: z.string() });

/** A key of 32 bytes for one purpose, made of the installation's secret; alike in all its processes. Made at first use, readable by our account alone. */
export const installationKey = (settings: SecretSettings, purpose: string): Buffer =>
  Buffer.from(hkdfSync('sha256', loadSecret(settings), '', purpose, 32));

function loadSecret({ secret, home }: SecretSettings): string {
  if (secret !== undefined) return secret;
  const path = join(home, 'server-secret.json');
  const kept = readState(path, fileSchema);
  if (kept) return kept.secret;
  mkdirSync(home, { recursive: true });
  const made = `${path}.${process.pid}.new`;
  writeState(made, { secret: newPassword() + newPassword() });
  try {
    // Another process may make one too: a link does not replace the first.
    linkSync(made, path);
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
  } finally {
    rmSync(made);
  }
  return fileSchema.parse(readState(path, fileSchema)).secret;
}
