import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { setTimeout as delay } from 'node:timers/promises';

export interface Exit {
  code: number | null;
  signal: NodeJS.Signals | null;
}

/** How the process ended: at once when it already has. */
export function waitForExit(child: ChildProcess): Promise<Exit> {
  if (child.exitCode !== null || child.signalCode !== null) {
    return Promise.resolve({ code: child.exitCode, signal: child.signalCode });
  }
  return new Promise((resolve, reject) => {
    child.once('exit', (code, signal) => resolve({ code, signal }));
    child.once('error', (error) => (child.pid === undefined ? reject(error) : undefined));
  });
}

/** Asks it to stop, waits, and kills what has not ended after `patience` milliseconds. */
export async function stopChild(child: ChildProcess, ask: () => unknown, patience: number): Promise<void> {
  if (child.pid === undefined) return;
  const exit = waitForExit(child);
  ask();
  const timer = setTimeout(() => child.kill('SIGKILL'), patience);
  await exit.finally(() => clearTimeout(timer));
}

export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}

/** The command line of a process; undefined when there is no such process. */
export function commandOf(pid: number): string | undefined {
  try {
    return execFileSync('ps', ['-ww', '-o', 'args=', '-p', String(pid)], { encoding: 'utf8' }).trim() || undefined;
  } catch {
    return undefined;
  }
}

/** Stops a process that is not a child of ours. */
export async function stopStranger(pid: number, signal: NodeJS.Signals, patience: number): Promise<void> {
  process.kill(pid, signal);
  const deadline = Date.now() + patience;
  while (isAlive(pid)) {
    if (Date.now() > deadline) process.kill(pid, 'SIGKILL');
    await delay(50);
  }
}

/**
 * Sends `signal` to the child when we end without having called the answer, even by SIGKILL: the guard reads from a pipe
 * that closes with us. It outlives the signals that a terminal sends to all of us.
 */
export function guardAgainstOurDeath({ pid }: ChildProcess, signal: 'INT' | 'TERM'): () => void {
  if (pid === undefined) return () => undefined;
  const script = `trap '' INT TERM HUP; read -r word || kill -${signal} ${pid}`;
  const guard = spawn('sh', ['-c', script], { stdio: ['pipe', 'ignore', 'ignore'] });
  guard.unref();
  guard.on('error', () => undefined);
  guard.stdin.on('error', () => undefined);
  return () => void guard.stdin.end('stopped\n');
}
