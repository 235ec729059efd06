// Bundles the workflows into dist/, once for each state of their sources.
import { createHash } from 'node:crypto';
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { globSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { bundleWorkflowCode } from '@temporalio/worker';

const root = resolve(import.meta.dirname, '..');

/** The path of a bundle of the present sources; builds it when there is none. */
export async function ensureWorkflowBundle(): Promise<string> {
  const path = join(root, 'dist', `workflows-${await sourceHash()}.js`);
  try {
    await readFile(path);
    return path;
  } catch {
    const { code } = await bundleWorkflowCode({
      workflowsPath: join(root, 'workflows', 'index.ts'),
      logger: { log: () => {}, trace: () => {}, debug: () => {}, info: () => {}, warn: console.warn, error: console.error },
    });
    await mkdir(join(root, 'dist'), { recursive: true });
    const unfinished = `${path}.${process.pid}`;
    await writeFile(unfinished, code);
    await rename(unfinished, path);
    return path;
  }
}

async function sourceHash(): Promise<string> {
  const hash = createHash('sha256');
  const files = [...globSync(['workflows/**/*.ts', 'domain/**/*.ts'], { cwd: root }).sort(), 'package-lock.json'];
  for (const file of files) hash.update(file).update(await readFile(join(root, file)));
  return hash.digest('hex').slice(0, 16);
}

if (import.meta.main) console.log(await ensureWorkflowBundle());
