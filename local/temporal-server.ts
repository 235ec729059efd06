import { execFile, spawn } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { z } from 'zod';
import { findFreePort } from './free-port.ts';
import { openLog } from './log-file.ts';
import {
  commandOf,
  guardAgainstOurDeath,
  isAlive,
  stopChild,
  stopStranger,
  waitForExit,
  type Exit,
} from './processes.ts';
import { readState, writeState } from './state-file.ts';
import { waitUntilAnswers } from './wait-until-answers.ts';

export interface TemporalServer {
  pid: number;
  address: string;
  /** Temporal's own web interface; undefined when headless. */
  uiUrl: string | undefined;
  exited: Promise<Exit>;
  stop: () => Promise<void>;
}

export interface TemporalOptions {
  executable: string;
  home: string;
  logFolder: string;
  namespace?: string;
  /** `memory` forgets everything when it stops. */
  storage?: 'file' | 'memory';
  withUi?: boolean;
  dynamicConfig?: Record<string, string | number | boolean>;
}

const stateSchema = z.object({ pid: z.number().int(), port: z.number().int() });

/** One partition each: a laptop has one matching host, and further partitions only forward tasks to the first. */
const laptopConfig = {
  'matching.numTaskqueueReadPartitions': 1,
  'matching.numTaskqueueWritePartitions': 1,
  'frontend.enableUpdateWorkflowExecution': true,
  'frontend.workerVersioningWorkflowAPIs': true,
};

const run = promisify(execFile);

/** Starts Temporal's development server on 127.0.0.1. One that an earlier start left behind in `home` is stopped first. */
export async function startTemporalServer(options: TemporalOptions): Promise<TemporalServer> {
  const { executable, home, logFolder, namespace = 'default', withUi = false } = options;
  const folder = join(home, 'temporal');
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const stateFile = join(folder, 'server.json');
  const database = join(folder, 'temporal.db');
  const before = readState(stateFile, stateSchema);
  if (before) await stopLeftOver(before.pid);

  const port = await findFreePort(before?.port);
  const uiPort = withUi ? await findFreePort() : undefined;
  const log = join(logFolder, 'temporal.log');
  const output = openLog(log);
  const dynamicConfig = Object.entries({ ...laptopConfig, ...options.dynamicConfig });
  const args = [
    ...['server', 'start-dev', '--ip', '127.0.0.1', '--port', String(port), '--namespace', namespace],
    ...(uiPort === undefined ? ['--headless'] : ['--ui-port', String(uiPort)]),
    ...(options.storage === 'memory' ? [] : ['--db-filename', database]),
    ...['--sqlite-pragma', 'journal_mode=WAL', '--sqlite-pragma', 'synchronous=NORMAL'],
    ...dynamicConfig.flatMap(([key, value]) => ['--dynamic-config-value', `${key}=${JSON.stringify(value)}`]),
    ...['--log-level', 'warn', '--log-format', 'json', '--disable-config-file', '--disable-config-env'],
  ];
  const child = spawn(executable, args, { cwd: folder, stdio: ['ignore', output, output] });
  const exited = waitForExit(child);
  if (child.pid !== undefined) writeState(stateFile, { pid: child.pid, port });
  const forget = guardAgainstOurDeath(child, 'TERM');
  const address = `127.0.0.1:${port}`;
  const stop = async () => {
    await stopChild(child, () => child.kill('SIGTERM'), 10_000);
    forget();
  };

  try {
    const answers = () => namespaceAnswers(executable, address, namespace);
    await waitUntilAnswers({ name: 'Temporal', exited, answers, log });
  } catch (error) {
    await stop();
    throw error;
  }
  return {
    pid: child.pid!,
    address,
    uiUrl: uiPort === undefined ? undefined : `http://127.0.0.1:${uiPort}`,
    exited,
    stop,
  };
}

async function stopLeftOver(pid: number): Promise<void> {
  if (!isAlive(pid) || !commandOf(pid)?.includes('server start-dev')) return;
  await stopStranger(pid, 'SIGTERM', 10_000);
}

async function namespaceAnswers(executable: string, address: string, namespace: string): Promise<boolean> {
  const question = ['operator', 'namespace', 'describe', '--namespace', namespace, '--address', address];
  try {
    await run(executable, [...question, '--command-timeout', '2s', '--disable-config-file'], { timeout: 5_000 });
    return true;
  } catch {
    return false;
  }
}
