import { resolve } from 'node:path';
import { drizzle } from 'drizzle-orm/node-postgres';
import { migrate as runMigrations } from 'drizzle-orm/node-postgres/migrator';
import pg from 'pg';

const MIGRATION_LOCK = 7_306_001;

/** Brings the tables up to date. Several at once queue up; a failed migration leaves the tables as they were. */
export async function migrate(migrationUrl: string): Promise<void> {
  const client = new pg.Client({ connectionString: migrationUrl, application_name: 'countersign-migrate' });
  await client.connect();
  try {
    await client.query('SELECT pg_advisory_lock($1)', [MIGRATION_LOCK]);
    await runMigrations(drizzle(client), { migrationsFolder: resolve(import.meta.dirname, 'migrations') });
  } finally {
    await client.end();
  }
}
