// A Temporal server on the run's PostgreSQL, as in production; where it cannot be had, the development server.
import { execFile, spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { Connection } from '@temporalio/client';
import { environmentWith } from '../../config.ts';
import { findFreePort } from '../../local/free-port.ts';
import { openLog } from '../../local/log-file.ts';
import { guardAgainstOurDeath, stopChild, waitForExit } from '../../local/processes.ts';
import { startTemporalServer } from '../../local/temporal-server.ts';
import { findTool } from '../../local/tools.ts';
import { waitUntilAnswers } from '../../local/wait-until-answers.ts';
import { cacheFolder } from '../../scripts/setup/places.mjs';
import type { BenchPostgres } from './postgres.ts';

const VERSION = '1.31.2';
const SHARDS = 16;
const NAMESPACE = 'default';

export interface BenchTemporal {
  pid: number;
  address: string;
  /** What it is and where it keeps its state. */
  version: string;
  stop: () => Promise<void>;
}

const run = promisify(execFile);

/** `mayBuild`: from source with Go when it is not in the cache, which takes minutes. */
export async function startBenchTemporal(options: {
  folder: string;
  postgres: BenchPostgres;
  mayBuild: boolean;
  say: (line: string) => void;
}): Promise<BenchTemporal> {
  const programs = await findPrograms(options).catch((error: unknown) => {
    options.say(`  Temporal ${VERSION} could not be built: ${error instanceof Error ? error.message : String(error)}`);
    return undefined;
  });
  return programs ? startOnPostgres(options, programs) : startDevelopmentServer(options.folder);
}

interface Programs {
  server: string;
  sql: string;
}

async function findPrograms({
  mayBuild,
  say,
}: {
  mayBuild: boolean;
  say: (line: string) => void;
}): Promise<Programs | undefined> {
  const cache = cacheFolder();
  const folder = join(cache, `temporal-server-${VERSION}-${process.platform}-${process.arch}`);
  const programs = { server: join(folder, 'server'), sql: join(folder, 'sql') };
  if (existsSync(programs.server) && existsSync(programs.sql)) return programs;
  if (!mayBuild) return undefined;
  say(`  Temporal ${VERSION} is built with Go, once; this takes about four minutes`);
  mkdirSync(cache, { recursive: true });
  const partial = mkdtempSync(join(cache, '.partial-'));
  try {
    const sources = ['cmd/server', 'cmd/tools/sql'].map((path) => `go.temporal.io/server/${path}@v${VERSION}`);
    await run('go', ['install', ...sources], { env: environmentWith({ GOBIN: partial, CGO_ENABLED: '0' }) });
    rmSync(folder, { recursive: true, force: true });
    renameSync(partial, folder);
    return programs;
  } finally {
    rmSync(partial, { recursive: true, force: true });
  }
}

async function startOnPostgres(
  { folder, postgres }: { folder: string; postgres: BenchPostgres },
  programs: Programs,
): Promise<BenchTemporal> {
  const { host, port, user, password } = postgres;
  for (const [database, schema] of [
    ['temporal', 'temporal'],
    ['temporal_visibility', 'visibility'],
  ] as const) {
    const sql = (...command: string[]) =>
      run(programs.sql, ['--plugin', 'postgres12', '--ep', host, '-p', String(port), '-u', user, '--pw', password, '--db', database, ...command]); // prettier-ignore
    await sql('create');
    await sql('setup-schema', '-v', '0.0');
    await sql('update-schema', '--schema-name', `postgresql/v12/${schema}`);
  }
  const home = join(folder, 'temporal');
  const ports = await freePorts(8);
  mkdirSync(home, { recursive: true });
  writeFileSync(join(home, 'bench.yaml'), JSON.stringify(configOf(postgres, ports, home)), { mode: 0o600 });
  writeFileSync(join(home, 'dynamic.yaml'), dynamicConfig);
  const log = join(folder, 'temporal.log');
  const output = openLog(log);
  const child = spawn(
    programs.server,
    ['--root', home, '--config', '.', '--env', 'bench', '--allow-no-auth', 'start'],
    {
      stdio: ['ignore', output, output],
    },
  );
  const forget = guardAgainstOurDeath(child, 'TERM');
  const address = `127.0.0.1:${ports[0]}`;
  const answers = () => hasNamespace(address);
  await waitUntilAnswers({ name: 'Temporal', exited: waitForExit(child), answers, log });
  return {
    pid: child.pid!,
    address,
    version: `Temporal ${VERSION} on PostgreSQL, ${SHARDS} shards`,
    stop: async () => {
      await stopChild(child, () => child.kill('SIGTERM'), 20_000);
      forget();
    },
  };
}

async function startDevelopmentServer(folder: string): Promise<BenchTemporal> {
  const home = join(folder, 'temporal-home');
  const temporal = await startTemporalServer({ executable: findTool('temporal'), home, logFolder: folder });
  return { ...temporal, version: "Temporal's development server on SQLite, which is no production server" };
}

/** One partition, as everywhere where one host does the matching. */
const dynamicConfig = `
matching.numTaskqueueReadPartitions: [{ value: 1 }]
matching.numTaskqueueWritePartitions: [{ value: 1 }]
frontend.enableUpdateWorkflowExecution: [{ value: true }]
`;

/** The server's own format; JSON is YAML. */
function configOf({ host, port, user, password }: BenchPostgres, ports: readonly number[], home: string) {
  const store = (databaseName: string) => ({
    sql: { pluginName: 'postgres12', databaseName, connectAddr: `${host}:${port}`, connectProtocol: 'tcp', user, password, maxConns: 16, maxIdleConns: 16, maxConnLifetime: '1h' },
  }); // prettier-ignore
  const service = (index: number) => ({
    rpc: { grpcPort: ports[index * 2], membershipPort: ports[index * 2 + 1], bindOnIP: host },
  });
  return {
    log: { stdout: true, level: 'warn' },
    persistence: {
      defaultStore: 'default',
      visibilityStore: 'visibility',
      numHistoryShards: SHARDS,
      datastores: { default: store('temporal'), visibility: store('temporal_visibility') },
    },
    global: { membership: { maxJoinDuration: '30s', broadcastAddress: host } },
    services: { frontend: service(0), history: service(1), matching: service(2), worker: service(3) },
    clusterMetadata: {
      enableGlobalNamespace: false,
      failoverVersionIncrement: 10,
      masterClusterName: 'active',
      currentClusterName: 'active',
      clusterInformation: {
        active: { enabled: true, initialFailoverVersion: 1, rpcName: 'frontend', rpcAddress: `${host}:${ports[0]}` },
      },
    },
    dcRedirectionPolicy: { policy: 'noop' },
    publicClient: { hostPort: `${host}:${ports[0]}` },
    dynamicConfigClient: { filepath: join(home, 'dynamic.yaml'), pollInterval: '60s' },
  };
}

async function freePorts(count: number): Promise<number[]> {
  const ports = new Set<number>();
  while (ports.size < count) ports.add(await findFreePort());
  return [...ports];
}

/** Registers the namespace as soon as the server answers; true once it can be used. */
async function hasNamespace(address: string): Promise<boolean> {
  let connection: Connection | undefined;
  try {
    connection = await Connection.connect({ address, connectTimeout: '2s' });
    const { workflowService } = connection;
    const seconds = 86_400 as never;
    await workflowService
      .registerNamespace({ namespace: NAMESPACE, workflowExecutionRetentionPeriod: { seconds } })
      .catch(() => undefined);
    // Also by the part of the server that learns of namespaces last.
    await workflowService.listWorkflowExecutions({ namespace: NAMESPACE, pageSize: 1 });
    return true;
  } catch {
    return false;
  } finally {
    await connection?.close();
  }
}
