// Finds the Countersign that the example plays against, or starts one.
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as delay } from 'node:timers/promises';
import { z } from 'zod';
import { environmentWith, type Config } from '../../../config.ts';

const demoSchema = z.object({
  url: z.string(),
  webhook: z.object({ url: z.string(), secret: z.string() }),
  people: z.array(z.object({ handle: z.string(), name: z.string(), roles: z.array(z.string()), token: z.string() })),
});
/** What `demo.json` says: where the server is, and who its people are. */
export type Demo = z.infer<typeof demoSchema>;

export interface RunningServer {
  demo: Demo;
  /** The process that we started; undefined when the server ran before us. */
  started: ChildProcess | undefined;
}

const startLimitMs = 10 * 60_000;

/** The server of `config.home` when it answers, else one that is started now. Throws with what to do when there is neither. */
export async function findServer(config: Config, say: (line: string) => void): Promise<RunningServer> {
  const known = readDemo(config.home);
  if (known && (await answers(known.url))) {
    say(`Countersign runs at ${known.url}`);
    return { demo: known, started: undefined };
  }
  if (!config.demo)
    throw new Error(
      'The example needs the people of demo mode, and it is off here. Set COUNTERSIGN_DEMO=on, or unset it.',
    );
  say('No Countersign runs for this COUNTERSIGN_HOME, so one is started now');
  const started = startServer();
  try {
    const url = await untilReady(started, say);
    const demo = readDemo(config.home);
    if (!demo) throw new Error(`The server is ready at ${url} but wrote no demo.json into ${config.home}.`);
    return { demo, started };
  } catch (error) {
    await stopServer(started);
    throw error;
  }
}

/** Asks the server to stop and waits until it has. */
export async function stopServer(started: ChildProcess): Promise<void> {
  if (started.exitCode !== null || started.signalCode !== null) return;
  const ended = once(started, 'exit');
  started.kill('SIGTERM');
  await ended;
}

function startServer(): ChildProcess {
  const launcher = resolve(import.meta.dirname, '../../../scripts/launch.mjs');
  return spawn(process.execPath, [launcher, 'start.ts'], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: environmentWith({}),
  });
}

async function untilReady(started: ChildProcess, say: (line: string) => void): Promise<string> {
  const ready = new Promise<string>((resolveUrl, reject) => {
    started.once('error', reject);
    started.once('exit', (code) =>
      reject(new Error(`The server did not start (exit code ${code}). The lines above say why.`)),
    );
    if (!started.stdout) return;
    createInterface({ input: started.stdout }).on('line', (line) => {
      say(`  ${line}`);
      const url = /^Countersign is ready at (\S+)$/.exec(line)?.[1];
      if (url) resolveUrl(url);
    });
  });
  const late = delay(startLimitMs, undefined, { ref: false }).then(() => {
    throw new Error(`The server was not ready within ${startLimitMs / 60_000} minutes.`);
  });
  return Promise.race([ready, late]);
}

function readDemo(home: string): Demo | undefined {
  try {
    return demoSchema.parse(JSON.parse(readFileSync(join(home, 'demo.json'), 'utf8')));
  } catch {
    return undefined;
  }
}

async function answers(url: string): Promise<boolean> {
  const answer = await fetch(`${url}/healthz`, { signal: AbortSignal.timeout(2_000) }).catch(() => undefined);
  return answer?.ok ?? false;
}
