import { spawn, type ChildProcess } from 'node:child_process';
import { createWriteStream } from 'node:fs';
import { createInterface } from 'node:readline';
import { setTimeout as delay } from 'node:timers/promises';
import { z } from 'zod';
import { lastLines, openLog } from './log-file.ts';
import { stopChild, waitForExit, type Exit } from './processes.ts';

export interface ProgramOptions {
  name: string;
  /** A TypeScript file of ours. */
  file: string;
  environment: NodeJS.ProcessEnv;
  log: string;
  say: (line: string) => void;
}

export interface SupervisedProgram {
  /** The program said that it is ready, by an IPC message `ready` or `{ ready: true }`; rejects when it ended before. */
  ready: Promise<void>;
  /** Resolves with the reason once it has ended too often to be started again. */
  gaveUp: Promise<string>;
  stop: () => Promise<void>;
}

const restarts = { most: 3, within: 60_000, pause: 500 };
const drainTime = 12_000;
const loader = import.meta.resolve('tsx');
const endWithParent = import.meta.resolve('./end-with-parent.ts');

/** Runs server or worker as a child; one that dies after it was ready is started again, a few times. */
export function superviseProgram(options: ProgramOptions): SupervisedProgram {
  const { name, log, say } = options;
  const ready = Promise.withResolvers<void>();
  const gaveUp = Promise.withResolvers<string>();
  let stopping = false;
  let child = launch(options);
  void watch();

  async function watch(): Promise<void> {
    let wasReady = false;
    const deaths: number[] = [];
    for (;;) {
      child.on('message', (message) => {
        if (!isReadyMessage(message)) return;
        wasReady = true;
        ready.resolve();
      });
      const ending = await waitForExit(child).then(describeExit, (error: unknown) => String(error));
      if (stopping) return;
      const reason = `${name} ended (${ending}). Its last lines (${log}):\n${lastLines(log)}`;
      if (!wasReady) return ready.reject(new Error(reason));
      deaths.push(Date.now());
      const recent = deaths.filter((at) => at > Date.now() - restarts.within);
      if (recent.length > restarts.most) return gaveUp.resolve(reason);
      say(`${name} ended (${ending}) and is started again`);
      await delay(restarts.pause * recent.length);
      if (stopping) return;
      child = launch(options);
    }
  }

  return {
    ready: ready.promise,
    gaveUp: gaveUp.promise,
    async stop() {
      stopping = true;
      await stopChild(child, () => child.connected && child.disconnect(), drainTime);
    },
  };
}

function launch({ name, file, environment, log, say }: ProgramOptions): ChildProcess {
  const child = spawn(process.execPath, ['--import', loader, '--import', endWithParent, file], {
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    env: environment,
  });
  const kept = createWriteStream(log, { fd: openLog(log) });
  child.once('close', () => kept.end());
  if (child.stdout) {
    createInterface({ input: child.stdout }).on('line', (line) => {
      kept.write(`${line}\n`);
      const warning = warningIn(line);
      if (warning !== undefined) say(`${name}: ${warning}`);
    });
  }
  if (child.stderr) {
    createInterface({ input: child.stderr }).on('line', (line) => kept.write(`${line}\n`));
  }
  return child;
}

const warnLevel = 40;
const pinoLine = z.object({
  level: z.number(),
  msg: z.string(),
  err: z.object({ message: z.string() }).optional(),
});

/** The message of a pino line from `warn` upwards, on one line; the log file has all of it. */
export function warningIn(line: string): string | undefined {
  if (!line.startsWith('{')) return undefined;
  try {
    const { level, msg, err } = pinoLine.parse(JSON.parse(line));
    if (level < warnLevel) return undefined;
    const cause = err && err.message !== msg ? ` (${firstLine(err.message)})` : '';
    return `${firstLine(msg)}${cause}`;
  } catch {
    return undefined;
  }
}

const firstLine = (text: string): string => text.trim().split('\n', 1)[0] ?? '';

function isReadyMessage(message: unknown): boolean {
  return message === 'ready' || (typeof message === 'object' && message !== null && 'ready' in message);
}

const describeExit = ({ code, signal }: Exit): string => signal ?? `exit code ${code}`;
