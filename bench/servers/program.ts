import { spawn } from 'node:child_process';
import { resolve } from 'node:path';
import { environmentWith } from '../../config.ts';
import { lastLines, openLog } from '../../local/log-file.ts';
import { stopChild } from '../../local/processes.ts';

const projectRoot = resolve(import.meta.dirname, '../..');
const endWithParent = import.meta.resolve('../../local/end-with-parent.ts');

export interface Program {
  pid: number;
  stop: () => Promise<void>;
}

/** Runs a TypeScript file, as it would run in production, until it says that it is ready. What it prints goes to `log`. */
export async function startProgram(options: {
  file: string;
  args?: readonly string[];
  environment?: Record<string, string>;
  log: string;
  /** Where Node writes a profile of its whole life. */
  profileFolder?: string | undefined;
}): Promise<Program> {
  const { file, args = [], environment = {}, log, profileFolder } = options;
  const output = openLog(log);
  const profiling = profileFolder === undefined ? [] : ['--cpu-prof', '--cpu-prof-dir', profileFolder];
  const child = spawn(
    process.execPath,
    [
      ...profiling,
      '--import',
      import.meta.resolve('tsx'),
      '--import',
      endWithParent,
      resolve(projectRoot, file),
      ...args,
    ],
    { cwd: projectRoot, stdio: ['ignore', output, output, 'ipc'], env: environmentWith(environment) },
  );
  await new Promise<void>((done, reject) => {
    child.on('message', (message) => message === 'ready' && done());
    child.once('exit', () => reject(new Error(`${file} ended. Its last lines:\n${lastLines(log)}`)));
    child.once('error', reject);
  });
  return { pid: child.pid!, stop: () => stopChild(child, () => child.connected && child.disconnect(), 20_000) };
}
