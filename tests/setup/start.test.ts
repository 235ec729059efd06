import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { chmodSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import pg from 'pg';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { findFreePort } from '../../local/free-port.ts';
import { waitForExit, type Exit } from '../../local/processes.ts';
import { findTool } from '../../local/tools.ts';

const root = resolve(import.meta.dirname, '../..');
const timeout = 300_000;

interface Start {
  child: ChildProcess;
  /** Resolves with the first line that matches; rejects with all lines when the start ends before. */
  line: (pattern: RegExp) => Promise<string>;
  output: () => string;
  exit: Promise<Exit>;
}

describe('npm start', { timeout }, () => {
  let home: string;
  let port: number;
  const running: Start[] = [];

  beforeEach(async () => {
    home = mkdtempSync(join(tmpdir(), 'countersign-start-'));
    chmodSync(home, 0o711);
    port = await findFreePort();
  });
  afterEach(async () => {
    for (const { child, exit } of running.splice(0)) {
      child.kill('SIGTERM');
      await exit;
    }
    rmSync(home, { recursive: true, force: true });
  });

  function start(): Start {
    const child = spawn(findTool('node'), ['--import', 'tsx', 'start.ts'], {
      cwd: root,
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
      env: { ...process.env, NODE_ENV: undefined, PORT: String(port), COUNTERSIGN_HOME: home },
    });
    const lines: string[] = [];
    const waiting: ((line: string) => void)[] = [];
    for (const stream of [child.stdout, child.stderr]) {
      if (!stream) continue;
      createInterface({ input: stream }).on('line', (line) => {
        lines.push(line);
        for (const hear of waiting) hear(line);
      });
    }
    const exit = waitForExit(child);
    const output = (): string => lines.join('\n');
    const line = (pattern: RegExp): Promise<string> => {
      const answer = Promise.withResolvers<string>();
      // A test that has failed no longer waits for it.
      answer.promise.catch(() => undefined);
      const hear = (text: string): void => void (pattern.test(text) && answer.resolve(text));
      waiting.push(hear);
      for (const text of lines) hear(text);
      void exit.then(() => answer.reject(new Error(`it ended:\n${output()}`)));
      return answer.promise;
    };
    const started = { child, line, output, exit };
    running.push(started);
    return started;
  }

  it('ends with the ready line, answers, and on SIGTERM stops everything with exit code 0', async () => {
    const started = start();
    const ready = await started.line(/is ready/);
    expect(ready).toBe(`Countersign is ready at http://localhost:${port}`);
    expect(started.output().endsWith(ready)).toBe(true);
    const answer = await fetch(`http://127.0.0.1:${port}/readyz`);
    expect(answer.status).toBe(200);
    expect(processesOn(home).length).toBeGreaterThanOrEqual(2);

    started.child.kill('SIGTERM');
    expect(await started.exit).toEqual({ code: 0, signal: null });
    expect(processesOn(home)).toEqual([]);
  });

  it('keeps what was written when it is killed, and takes up what was left running', async () => {
    const first = start();
    await first.line(/is ready/);
    await ask('CREATE TABLE kept AS SELECT 1 AS one');
    first.child.kill('SIGKILL');
    await first.exit;

    const second = start();
    await second.line(/is ready/);
    expect((await ask('SELECT one FROM kept')).rows).toEqual([{ one: 1 }]);
    expect(processesOn(`${home}/postgres`)).toHaveLength(1);
    expect(processesOn(`${home}/temporal`)).toHaveLength(1);
  });

  it('names the running start when there is one on the same folder', async () => {
    const first = start();
    await first.line(/is ready/);
    const second = start();
    expect((await second.exit).code).toBe(1);
    expect(second.output()).toContain(`Countersign already runs on ${home}: process ${first.child.pid}`);
    expect((await fetch(`http://127.0.0.1:${port}/healthz`)).ok).toBe(true);
  });

  it('says that the port is taken, and by which setting to choose another, and starts nothing', async () => {
    const stranger = createServer();
    await new Promise<void>((listening) => stranger.listen(port, '127.0.0.1', listening));
    const { exit, output } = start();
    expect((await exit).code).toBe(1);
    expect(output()).toContain(`PORT: ${port} is taken by another program`);
    expect(processesOn(home)).toEqual([]);
    stranger.close();
  });

  async function ask(text: string): Promise<pg.QueryResult> {
    const read = (name: string): unknown => JSON.parse(readFileSync(join(home, name), 'utf8'));
    const { postgres } = z.object({ postgres: z.object({ owner: z.string() }) }).parse(read('secrets.json'));
    const kept = z.object({ port: z.number() }).parse(read('postgres-port.json'));
    const client = new pg.Client({
      connectionString: `postgresql://countersign_owner:${postgres.owner}@127.0.0.1:${kept.port}/countersign`,
    });
    await client.connect();
    return client.query(text).finally(() => client.end());
  }
});

/** Command lines, of PostgreSQL and Temporal, that name files in the folder. */
function processesOn(folder: string): string[] {
  const table = execFileSync('ps', ['-ww', '-eo', 'args='], { encoding: 'utf8' });
  return table.split('\n').filter((line) => line.includes(folder) && !line.startsWith('ps '));
}
