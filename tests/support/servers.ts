import type { TestProject } from 'vitest/node';
import { startEmbeddedPostgres } from '../../local/embedded-postgres.ts';
import { startTemporalServer } from '../../local/temporal-server.ts';
import { findTool } from '../../local/tools.ts';
import { makeFolder, makeTemplate, type PostgresUrls } from './ground.ts';

declare module 'vitest' {
  interface ProvidedContext {
    postgres: PostgresUrls;
    temporalAddress: string;
  }
}

/** One PostgreSQL and one Temporal for the whole run, in a folder that goes with it. */
export default async function startServers(project: TestProject): Promise<() => Promise<void>> {
  const folder = makeFolder();
  const { path: home, logFolder } = folder;
  const [postgres, temporal] = await Promise.all([
    startEmbeddedPostgres({ home, logFolder }),
    startTemporalServer({ executable: findTool('temporal'), home, logFolder, storage: 'memory' }),
  ]);
  await makeTemplate(postgres);
  const { databaseUrl, migrationUrl, superuserUrl } = postgres;
  project.provide('postgres', { databaseUrl, migrationUrl, superuserUrl });
  project.provide('temporalAddress', temporal.address);
  return async () => {
    await Promise.all([temporal.stop(), postgres.stop()]);
    folder.remove();
  };
}
