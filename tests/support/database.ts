import { randomBytes } from 'node:crypto';
import pg from 'pg';
import { inject } from 'vitest';
import { OWNER_ROLE } from '../../local/embedded-postgres.ts';

export interface TestDatabase {
  /** The role of server and workers. */
  databaseUrl: string;
  /** The role that owns the tables. */
  migrationUrl: string;
  drop: () => Promise<void>;
}

/** A database of its own with all tables and nothing in them. One for each test file; `drop` it in `afterAll`. */
export async function createTestDatabase(): Promise<TestDatabase> {
  const { databaseUrl, migrationUrl, superuserUrl, template } = inject('postgres');
  const name = `test_${randomBytes(8).toString('hex')}`;
  await query(superuserUrl, `CREATE DATABASE ${name} TEMPLATE ${template} OWNER ${OWNER_ROLE}`);
  const withName = (text: string): string => {
    const url = new URL(text);
    url.pathname = `/${name}`;
    return url.href;
  };
  return {
    databaseUrl: withName(databaseUrl),
    migrationUrl: withName(migrationUrl),
    drop: () => query(superuserUrl, `DROP DATABASE ${name} WITH (FORCE)`),
  };
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
