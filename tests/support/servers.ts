import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import type { TestProject } from 'vitest/node';
import { migrate } from '../../db/migrate.ts';
import { OWNER_ROLE, startEmbeddedPostgres } from '../../local/embedded-postgres.ts';
import { startTemporalServer } from '../../local/temporal-server.ts';
import { findTool } from '../../local/tools.ts';

declare module 'vitest' {
  interface ProvidedContext {
    postgres: { databaseUrl: string; migrationUrl: string; superuserUrl: string; template: string };
    temporalAddress: string;
  }
}

const template = 'countersign_template';

/** One PostgreSQL and one Temporal for the whole run, in a folder that goes with it. */
export default async function startServers(project: TestProject): Promise<() => Promise<void>> {
  const folder = mkdtempSync(join(tmpdir(), 'countersign-test-'));
  // PostgreSQL runs as another account when we are root, and must get to its data.
  chmodSync(folder, 0o711);
  const logFolder = join(folder, 'logs');
  const [postgres, temporal] = await Promise.all([
    startEmbeddedPostgres({ home: folder, logFolder }),
    startTemporalServer({ executable: findTool('temporal'), home: folder, logFolder, storage: 'memory' }),
  ]);
  const { databaseUrl, migrationUrl, superuserUrl } = postgres;
  await makeTemplate(superuserUrl, migrationUrl);
  project.provide('postgres', { databaseUrl, migrationUrl, superuserUrl, template });
  project.provide('temporalAddress', temporal.address);
  return async () => {
    await Promise.all([temporal.stop(), postgres.stop()]);
    rmSync(folder, { recursive: true, force: true });
  };
}

async function makeTemplate(superuserUrl: string, migrationUrl: string): Promise<void> {
  const client = new pg.Client({ connectionString: superuserUrl });
  await client.connect();
  await client.query(`CREATE DATABASE ${template} OWNER ${OWNER_ROLE}`);
  await client.end();
  const url = new URL(migrationUrl);
  url.pathname = `/${template}`;
  await migrate(url.href);
}
