import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { findFreePort } from '../../local/free-port.ts';
import { startProgram, type Program } from './program.ts';

export interface OurServer extends Program {
  port: number;
  webhookSecret: string;
  tokenOf: (handle: string) => string;
  /** Where the home of this server lies. */
  environment: Record<string, string>;
  /** The same for a worker, without the demo's channels: what leaves the house is measured by itself. */
  workerEnvironment: Record<string, string>;
}

/** server.ts over HTTP with the demo's people, as it runs in production. Temporal may be away. */
export async function startOurServer(options: {
  folder: string;
  databaseUrl: string;
  temporalAddress?: string;
  profileFolder?: string | undefined;
}): Promise<OurServer> {
  const { folder, databaseUrl, temporalAddress = '127.0.0.1:1', profileFolder } = options;
  const home = join(folder, 'home');
  const port = await findFreePort();
  const environment = {
    PORT: String(port),
    COUNTERSIGN_HOME: home,
    COUNTERSIGN_DEMO: 'on',
    COUNTERSIGN_FILE_ROOTS: '/models',
    DATABASE_URL: databaseUrl,
    TEMPORAL_ADDRESS: temporalAddress,
  };
  const program = await startProgram({
    file: 'server.ts',
    environment,
    log: join(folder, 'server.log'),
    profileFolder,
  });
  const demo = JSON.parse(readFileSync(join(home, 'demo.json'), 'utf8')) as {
    webhook: { secret: string };
    people: { handle: string; token: string }[];
  };
  return {
    ...program,
    port,
    environment,
    workerEnvironment: { ...environment, COUNTERSIGN_DEMO: 'off' },
    webhookSecret: demo.webhook.secret,
    tokenOf: (handle) => demo.people.find((person) => person.handle === handle)!.token,
  };
}
