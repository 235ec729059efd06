import { join, resolve } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { ConfigError, environmentWith, readConfig, type Config } from './config.ts';
import { migrate } from './db/migrate.ts';
import { startEmbeddedPostgres } from './local/embedded-postgres.ts';
import { findFreePort } from './local/free-port.ts';
import { lastLines } from './local/log-file.ts';
import { lockHome, requireFreePort } from './local/start-lock.ts';
import { superviseProgram, type SupervisedProgram } from './local/supervised-program.ts';
import { startTemporalServer } from './local/temporal-server.ts';
import { findTool } from './local/tools.ts';

/** Everything on one machine: PostgreSQL and Temporal unless given, migrations, server and worker. */
async function start(config: Config): Promise<void> {
  const say = (line: string): void => {
    if (!stopping) console.log(line);
  };
  const url = `http://localhost:${config.port}`;
  const logFolder = join(config.home, 'logs');
  undo.push(await lockHome(config.home, url));
  await requireFreePort(config.port, config.host);

  const { databaseUrl, migrationUrl } = await findDatabase(config, logFolder, say);
  const temporalAddress = await findTemporal(config, logFolder, say);
  await migrate(migrationUrl);

  const environment = environmentWith({
    PORT: String(config.port),
    HOST: config.host,
    COUNTERSIGN_HOME: config.home,
    COUNTERSIGN_DEMO: config.demo ? 'on' : 'off',
    DATABASE_URL: databaseUrl,
    DATABASE_MIGRATION_URL: migrationUrl,
    TEMPORAL_ADDRESS: temporalAddress,
    TEMPORAL_NAMESPACE: config.temporalNamespace,
    // Server and worker agree on it by being told.
    ...(config.demo && config.mail.smtpUrl === undefined
      ? { COUNTERSIGN_MAIL_CATCHER_PORT: String(await findFreePort()) }
      : {}),
  });
  const run = (name: string): SupervisedProgram => {
    const file = resolve(import.meta.dirname, `${name}.ts`);
    const program = superviseProgram({ name, file, environment, log: join(logFolder, `${name}.log`), say });
    void program.gaveUp.then((reason) => stop(1, reason));
    return program;
  };
  const worker = run('worker');
  const server = run('server');
  undo.push(async () => void (await Promise.all([server.stop(), worker.stop()])));
  await Promise.all([worker.ready, server.ready]);
  await waitForReadiness(config);
  say(`logs are in ${logFolder}`);
  say(`Countersign is ready at ${url}`);
}

interface DatabaseUrls {
  databaseUrl: string;
  migrationUrl: string;
}

async function findDatabase(config: Config, logFolder: string, say: (line: string) => void): Promise<DatabaseUrls> {
  const { databaseUrl, migrationUrl } = config;
  if (databaseUrl !== undefined) return { databaseUrl, migrationUrl: migrationUrl ?? databaseUrl };
  const postgres = await startEmbeddedPostgres({ home: config.home, logFolder });
  undo.push(postgres.stop);
  endWith('PostgreSQL', postgres.exited, join(logFolder, 'postgres.log'));
  say(`PostgreSQL runs on 127.0.0.1:${postgres.port}`);
  return postgres;
}

async function findTemporal(config: Config, logFolder: string, say: (line: string) => void): Promise<string> {
  if (config.temporalAddress !== undefined) return config.temporalAddress;
  const temporal = await startTemporalServer({
    executable: findTool('temporal'),
    home: config.home,
    logFolder,
    namespace: config.temporalNamespace,
  });
  undo.push(temporal.stop);
  endWith('Temporal', temporal.exited, join(logFolder, 'temporal.log'));
  say(`Temporal runs on ${temporal.address}`);
  return temporal.address;
}

function endWith(name: string, exited: Promise<unknown>, log: string): void {
  void exited.then(() => stop(1, `${name} ended. Its last lines (${log}):\n${lastLines(log)}`));
}

/** `/readyz` makes a real call to PostgreSQL and to Temporal. */
async function waitForReadiness({ host, port }: Config): Promise<void> {
  const wildcard = host === '0.0.0.0' || host === '::';
  const name = wildcard ? '127.0.0.1' : host.includes(':') ? `[${host}]` : host;
  const deadline = Date.now() + 60_000;
  for (;;) {
    const answer = await fetch(`http://${name}:${port}/readyz`, { signal: AbortSignal.timeout(5_000) }).catch(
      () => undefined,
    );
    if (answer?.ok) return;
    if (Date.now() > deadline) {
      const said = answer ? `${answer.status}: ${await answer.text()}` : 'nothing';
      throw new Error(`the server runs but /readyz did not answer 200 in 60 s; it last answered ${said}`);
    }
    await delay(100);
  }
}

const undo: (() => void | Promise<void>)[] = [];
let stopping = false;

/** Server and worker, then Temporal, then PostgreSQL: the last that was started stops first. Heard again, it changes nothing. */
async function stop(exitCode: number, reason?: string): Promise<void> {
  if (stopping) return;
  stopping = true;
  if (reason === undefined) console.log('Countersign is stopping');
  for (const step of undo.toReversed()) {
    await Promise.resolve(step()).catch((error: unknown) => console.error(error));
  }
  if (reason !== undefined) console.error(`\n${reason}`);
  process.exit(exitCode);
}

// A terminal that has gone away must not end us before everything is stopped.
for (const stream of [process.stdout, process.stderr]) stream.on('error', () => undefined);
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => void stop(0));
process.on('disconnect', () => void stop(0));

try {
  await start(readConfig());
} catch (error) {
  const message = error instanceof ConfigError || !(error instanceof Error) ? String(error) : error.message;
  await stop(1, message.replace(/^ConfigError: /, ''));
}
