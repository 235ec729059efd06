import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join, resolve } from 'node:path';

export const projectRoot = resolve(import.meta.dirname ?? dirname(new URL(import.meta.url).pathname), '../..');

/** What set-up found or made, for `local/tools.ts`; it goes when node_modules goes. */
export const toolsFile = join(projectRoot, 'node_modules/.countersign/tools.json');

/** Where downloads and builds are kept between clones. */
export function cacheFolder(environment = process.env) {
  if (environment.COUNTERSIGN_CACHE) return resolve(environment.COUNTERSIGN_CACHE);
  if (environment.XDG_CACHE_HOME) return join(resolve(environment.XDG_CACHE_HOME), 'countersign');
  return join(homedir(), '.cache/countersign');
}

/** The parsed file; undefined when it is not there or not whole. */
export function readJson(path) {
  try {
    return JSON.parse(readFileSync(path, 'utf8'));
  } catch {
    return undefined;
  }
}

/** Readers see the old file or the new one, never half of one. */
export function writeJson(path, value) {
  mkdirSync(dirname(path), { recursive: true });
  const partial = `${path}.${process.pid}.partial`;
  writeFileSync(partial, `${JSON.stringify(value, null, 2)}\n`);
  renameSync(partial, path);
}
