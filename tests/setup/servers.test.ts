import { Client, Connection } from '@temporalio/client';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';
import { createTestNamespace, temporalAddress, uniqueTaskQueue } from '../support/temporal.ts';

describe('the servers of a test run', () => {
  let database: TestDatabase;
  beforeAll(async () => void (database = await createTestDatabase()));
  afterAll(() => database.drop());

  it('keep what was committed through a crash, and text in UTF-8', async () => {
    const { rows } = await ask(
      database.databaseUrl,
      `SELECT current_setting('fsync') AS fsync, current_setting('server_encoding') AS encoding`,
    );
    expect(rows).toEqual([{ fsync: 'on', encoding: 'UTF8' }]);
  });

  it('give each test file all tables, owned by a role that is not the application', async () => {
    const { rows } = await ask(
      database.databaseUrl,
      `SELECT DISTINCT tableowner FROM pg_tables WHERE schemaname IN ('public', 'journal')`,
    );
    expect(rows).toEqual([{ tableowner: 'countersign_owner' }]);
  });

  it('let the application neither create tables nor change the journal', async () => {
    await expect(ask(database.databaseUrl, 'CREATE TABLE mine (id int)')).rejects.toThrow('permission denied');
    await expect(ask(database.databaseUrl, 'DELETE FROM journal.entries')).rejects.toThrow('permission denied');
  });

  it('give each test a Temporal namespace that takes workflows at once', async () => {
    const namespace = await createTestNamespace();
    const connection = await Connection.connect({ address: temporalAddress() });
    const client = new Client({ connection, namespace });
    const handle = await client.workflow.start('any', { workflowId: 'same', taskQueue: uniqueTaskQueue() });
    const { status } = await handle.describe();
    await connection.close();
    expect(status.name).toBe('RUNNING');
  });
});

async function ask(connectionString: string, text: string): Promise<pg.QueryResult> {
  const client = new pg.Client({ connectionString });
  await client.connect();
  try {
    return await client.query(text);
  } finally {
    await client.end();
  }
}
