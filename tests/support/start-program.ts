import { spawn, type ChildProcess } from 'node:child_process';
import { resolve } from 'node:path';
import { environmentWith } from '../../config.ts';
import { waitForExit } from '../../local/processes.ts';

export interface Program {
  child: ChildProcess;
  /** Ends it as a power cut would. */
  kill: () => Promise<void>;
}

/** server.ts, worker.ts or a program of the tests, as a process of its own with these settings. Resolves once it says `ready`. */
export async function startProgram(
  file: string,
  settings: Record<string, string>,
  { args = [], isAwaited = true }: { args?: string[]; isAwaited?: boolean } = {},
): Promise<Program> {
  const program = resolve(import.meta.dirname, '../..', file);
  const child = spawn(process.execPath, ['--import', import.meta.resolve('tsx'), program, ...args], {
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    env: environmentWith(settings),
  });
  let said = '';
  for (const stream of [child.stdout, child.stderr])
    stream?.on('data', (chunk: Buffer) => (said = (said + chunk.toString()).slice(-4_000)));
  const exited = waitForExit(child);
  if (isAwaited)
    await new Promise<void>((ready, failed) => {
      child.on('message', (message) => {
        if (message === 'ready') ready();
      });
      void exited.then(() => failed(new Error(`${file} ended before it was ready. ${said}`)), failed);
    });
  return {
    child,
    kill: async () => {
      child.kill('SIGKILL');
      await exited;
    },
  };
}
