import { afterAll, beforeAll, expect, it } from 'vitest';
import { connectDatabase, type Database } from '../../db/client.ts';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';
import { createPlainApp } from '../support/plain-app.ts';

let store: TestDatabase;
let database: Database;
beforeAll(async () => {
  store = await createTestDatabase();
  database = connectDatabase({ url: store.databaseUrl, max: 2 });
});
afterAll(async () => {
  await database.close();
  await store.drop();
});

it('a form that holds what PostgreSQL takes for no text is refused as a mistake, not answered as a fault of ours', async () => {
  const answer = await createPlainApp(database).request('/sign-in', {
    method: 'POST',
    headers: { origin: 'http://countersign.test', 'content-type': 'application/x-www-form-urlencoded' },
    body: 'handle=%00',
  });
  expect(answer.status).toBe(422);
});
