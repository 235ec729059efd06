// The command line as people run it: a process of its own, against an application that listens.
import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { openApi } from './api.ts';
import { listenHere } from './listen-here.ts';
import { webhookSecret } from './seed.ts';

export interface Ran {
  code: number;
  out: string;
  err: string;
}

export type CommandLine = Awaited<ReturnType<typeof openCommandLine>>;

export async function openCommandLine() {
  const api = await openApi();
  const { url, close } = await listenHere(api.app);
  const folder = mkdtempSync(join(tmpdir(), 'countersign-cli-'));

  /** Runs it as somebody, or as nobody, with this on standard input. */
  const runWith = (input: string, as: string | undefined, ...args: string[]): Promise<Ran> => {
    const root = resolve(import.meta.dirname, '../..');
    const env = {
      PATH: process.env['PATH'],
      COUNTERSIGN_URL: url,
      COUNTERSIGN_HOME: folder,
      COUNTERSIGN_WEBHOOK_SECRET: webhookSecret,
      ...(as === undefined ? {} : { COUNTERSIGN_TOKEN: api.tokenOf(as) }),
    };
    return new Promise((done) => {
      const child = execFile(
        process.execPath,
        ['--import', 'tsx', join(root, 'cli/main.ts'), ...args],
        { cwd: root, env },
        (error, out, err) => done({ code: typeof error?.code === 'number' ? error.code : error ? 99 : 0, out, err }),
      );
      child.stdin?.end(input);
    });
  };

  return {
    api,
    /** Where files of the test lie, and `demo.json`. */
    folder,
    runWith,
    run: (as: string | undefined, ...args: string[]): Promise<Ran> => runWith('', as, ...args),
    inFolder: (name: string, content: string): string => {
      const path = join(folder, name);
      writeFileSync(path, content);
      return path;
    },
    close: async () => {
      await close();
      rmSync(folder, { recursive: true });
      await api.close();
    },
  };
}
