// Servers that tests and fault suites stand on: a PostgreSQL with a migrated template, a Temporal, and what is made on them. Knows no test runner.
import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { chmodSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import pg from 'pg';
import { migrate } from '../../db/migrate.ts';
import { OWNER_ROLE, startEmbeddedPostgres, type EmbeddedPostgres } from '../../local/embedded-postgres.ts';
import { startTemporalServer, type TemporalServer } from '../../local/temporal-server.ts';
import { findTool } from '../../local/tools.ts';

const run = promisify(execFile);
const template = 'countersign_template';

export interface PostgresUrls {
  databaseUrl: string;
  migrationUrl: string;
  superuserUrl: string;
}

export interface TestDatabase {
  /** The role of server and workers. */
  databaseUrl: string;
  /** The role that owns the tables. */
  migrationUrl: string;
  drop: () => Promise<void>;
}

/** A folder that PostgreSQL can use too, which runs as another account when we are root. */
export function makeFolder(): { path: string; logFolder: string; remove: () => void } {
  const path = mkdtempSync(join(tmpdir(), 'countersign-test-'));
  chmodSync(path, 0o711);
  return { path, logFolder: join(path, 'logs'), remove: () => rmSync(path, { recursive: true, force: true }) };
}

/** Makes the migrated database that `cloneDatabase` copies. */
export async function makeTemplate({ superuserUrl, migrationUrl }: PostgresUrls): Promise<void> {
  await query(superuserUrl, `CREATE DATABASE ${template} OWNER ${OWNER_ROLE}`);
  await migrate(withDatabase(migrationUrl, template));
}

/** A database of its own with all tables and nothing in them. */
export async function cloneDatabase({ databaseUrl, migrationUrl, superuserUrl }: PostgresUrls): Promise<TestDatabase> {
  const name = `test_${randomBytes(8).toString('hex')}`;
  await query(superuserUrl, `CREATE DATABASE ${name} TEMPLATE ${template} OWNER ${OWNER_ROLE}`);
  return {
    databaseUrl: withDatabase(databaseUrl, name),
    migrationUrl: withDatabase(migrationUrl, name),
    drop: () => query(superuserUrl, `DROP DATABASE ${name} WITH (FORCE)`),
  };
}

/** A Temporal namespace of its own, so that task queues and workflow ids of ours may keep their names. */
export async function createNamespace(address: string): Promise<string> {
  const namespace = `test-${randomBytes(6).toString('hex')}`;
  const creation = ['operator', 'namespace', 'create', '--namespace', namespace, '--retention', '1d'];
  await run(findTool('temporal'), [...creation, '--address', address, '--disable-config-file']);
  return namespace;
}

export interface RestartablePostgres extends PostgresUrls {
  /** Stops it as `pg_ctl restart -m fast` does, and starts it again on the same port. */
  restart: () => Promise<void>;
  /** Kills the postmaster with -9 and starts it again: PostgreSQL recovers from its log. */
  crash: () => Promise<void>;
  stop: () => Promise<void>;
}

export async function startRestartablePostgres(): Promise<RestartablePostgres> {
  const folder = makeFolder();
  const options = { home: folder.path, logFolder: folder.logFolder };
  let postgres: EmbeddedPostgres = await startEmbeddedPostgres(options);
  await makeTemplate(postgres);
  const { databaseUrl, migrationUrl, superuserUrl, port } = postgres;
  const startAgain = async () => {
    postgres = await startWhenLeft(options);
    if (postgres.port !== port) throw new Error(`PostgreSQL came back on port ${postgres.port}, not ${port}`);
  };
  return {
    databaseUrl,
    migrationUrl,
    superuserUrl,
    restart: async () => {
      await postgres.stop();
      await startAgain();
    },
    crash: async () => {
      process.kill(
        Number(readFileSync(join(folder.path, 'postgres/postmaster.pid'), 'utf8').split('\n')[0]),
        'SIGKILL',
      );
      await postgres.exited;
      await postgres.stop();
      await startAgain();
    },
    stop: async () => {
      await postgres.stop();
      folder.remove();
    },
  };
}

const LEFT_WITHIN_MS = 60_000;

/** Backends of a killed postmaster need a moment to see that it is gone; until then the data is theirs. */
async function startWhenLeft(options: { home: string; logFolder: string }): Promise<EmbeddedPostgres> {
  const deadline = Date.now() + LEFT_WITHIN_MS;
  for (;;) {
    try {
      return await startEmbeddedPostgres(options);
    } catch (error) {
      if (Date.now() > deadline) throw error;
    }
  }
}

export interface StoppableTemporal {
  address: string;
  stop: () => Promise<void>;
  /** On the same port, with all it knew. */
  start: () => Promise<void>;
  close: () => Promise<void>;
}

/** A Temporal of its own that keeps its state in a file. */
export async function startStoppableTemporal(): Promise<StoppableTemporal> {
  const folder = makeFolder();
  const options = { executable: findTool('temporal'), home: folder.path, logFolder: folder.logFolder };
  let server: TemporalServer = await startTemporalServer(options);
  const { address } = server;
  return {
    address,
    stop: () => server.stop(),
    start: async () => {
      server = await startTemporalServer(options);
      if (server.address !== address) throw new Error(`Temporal came back at ${server.address}, not ${address}`);
    },
    close: async () => {
      await server.stop();
      folder.remove();
    },
  };
}

function withDatabase(url: string, name: string): string {
  const changed = new URL(url);
  changed.pathname = `/${name}`;
  return changed.href;
}

async function query(connectionString: string, text: string): Promise<void> {
  const client = new pg.Client({ connectionString });
  await client.connect();
  try {
    await client.query(text);
  } finally {
    await client.end();
  }
}
