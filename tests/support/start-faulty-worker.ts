import { spawn } from 'node:child_process';
import { resolve } from 'node:path';
import { z } from 'zod';
import { waitForExit } from '../../local/processes.ts';
import type { Held } from './fault-points.ts';

const messageSchema = z.union([
  z.literal('ready'),
  z.object({ held: z.object({ point: z.string(), model: z.string() }) }),
  z.object({ left: z.string() }),
]);

export interface FaultyWorker {
  /** What it is held at, by model. */
  held: ReadonlyMap<string, Held>;
  /** Ends it as a power cut would. */
  kill: () => Promise<void>;
  /** Stops it in the middle of whatever it does, and lets it go on. */
  freeze: () => void;
  thaw: () => void;
  /** Lets all that is held go on, where it was held. */
  release: () => void;
  /** Whether every step that was held has done what it does, or failed at it. */
  hasSettled: () => boolean;
}

/** Resolves once it works. */
export async function startFaultyWorker(target: {
  databaseUrl: string;
  address: string;
  namespace: string;
}): Promise<FaultyWorker> {
  const held = new Map<string, Held>();
  const left = new Set<string>();
  const program = resolve(import.meta.dirname, 'faulty-worker.ts');
  const child = spawn(process.execPath, ['--import', import.meta.resolve('tsx'), program, JSON.stringify(target)], {
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
  });
  let complaint = '';
  child.stderr?.on('data', (chunk: Buffer) => (complaint = (complaint + chunk.toString()).slice(-4_000)));
  const exited = waitForExit(child);
  await new Promise<void>((ready, failed) => {
    child.on('message', (message) => {
      const heard = messageSchema.parse(message);
      if (heard === 'ready') ready();
      else if ('held' in heard) held.set(heard.held.model, heard.held);
      else left.add(heard.left);
    });
    void exited.then(() => failed(new Error(`The worker ended before it was ready. ${complaint}`)), failed);
  });
  return {
    held,
    kill: async () => {
      child.kill('SIGKILL');
      await exited;
    },
    freeze: () => void child.kill('SIGSTOP'),
    thaw: () => void child.kill('SIGCONT'),
    release: () => void child.send('release'),
    hasSettled: () => left.size === held.size,
  };
}
