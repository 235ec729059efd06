import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { z } from 'zod';
import { isPortFree } from './free-port.ts';
import { commandOf, isAlive } from './processes.ts';
import { readState, writeState } from './state-file.ts';

const lockSchema = z.object({ pid: z.number().int(), url: z.string() });
const patience = 15_000;

/**
 * Takes `home` for this process; the answer gives it back. An earlier start that is just ending is waited for.
 * Throws when one is running.
 */
export async function lockHome(home: string, url: string): Promise<() => void> {
  mkdirSync(home, { recursive: true, mode: 0o711 });
  const path = join(home, 'start.json');
  const deadline = Date.now() + patience;
  for (;;) {
    const holder = readState(path, lockSchema);
    if (!holder || holder.pid === process.pid || !isStart(holder.pid)) break;
    if (Date.now() > deadline || (await answers(holder.url))) {
      const advice = 'Stop that one first, or set another COUNTERSIGN_HOME and PORT.';
      throw new Error(`Countersign already runs on ${home}: process ${holder.pid}, ${holder.url}. ${advice}`);
    }
    await delay(200);
  }
  writeState(path, { pid: process.pid, url });
  return () => rmSync(path, { force: true });
}

/** Throws when another program listens on the port. Servers of a start that was killed need a moment to end. */
export async function requireFreePort(port: number, host: string): Promise<void> {
  const deadline = Date.now() + 3_000;
  while (!(await isPortFree(port, host))) {
    if (Date.now() > deadline) {
      throw new Error(
        `PORT: ${port} is taken by another program on ${host}. Stop it, or choose another: PORT=${port + 1} npm start`,
      );
    }
    await delay(200);
  }
}

const isStart = (pid: number): boolean => isAlive(pid) && (commandOf(pid)?.includes('start.ts') ?? false);

async function answers(url: string): Promise<boolean> {
  try {
    return (await fetch(`${url}/healthz`, { signal: AbortSignal.timeout(1_000) })).ok;
  } catch {
    return false;
  }
}
