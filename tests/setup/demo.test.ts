import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { connectDatabase, type Database } from '../../db/client.ts';
import { secretHash } from '../../api/auth/access-token.ts';
import { findLatestPolicy } from '../../db/queries/policies.ts';
import { findPersonOfToken } from '../../db/queries/people.ts';
import { publishPolicy } from '../../db/queries/publish-policy.ts';
import { endDemo } from '../../demo/end-demo.ts';
import { seedDemo } from '../../demo/seed-demo.ts';
import { buildPolicy } from '../support/build.ts';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';

let store: TestDatabase;
let database: Database;
let home: string;
beforeEach(async () => {
  store = await createTestDatabase();
  database = connectDatabase({ url: store.databaseUrl });
  home = mkdtempSync(join(tmpdir(), 'countersign-test-'));
});
afterEach(async () => {
  await database.close();
  await store.drop();
  rmSync(home, { recursive: true });
});

const start = () => seedDemo({ database, home, publicUrl: 'http://localhost:8080', now: () => new Date() });
const newest = async () => (await findLatestPolicy(database.db, 'high'))!;

describe('a demo that starts again', () => {
  it('publishes nothing twice', async () => {
    await start();
    await start();
    expect(await newest()).toMatchObject({ version: 1, publishedBy: 'demo' });
  });

  it('leaves the policy that an administrator published since', async () => {
    await start();
    const rules = buildPolicy('high', (policy) => void (policy.reason.minimumLength = 77));
    const actor = { type: 'user', id: 'admin' } as const;
    await database.withTransaction((tx) => publishPolicy(tx, { rules, source: '', actor, reason: 'Longer reasons', at: new Date() })); // prettier-ignore
    await start();
    expect(await newest()).toMatchObject({
      version: 2,
      publishedBy: 'admin',
      rules: { reason: { minimumLength: 77 } },
    });
  });
});

describe('a demo that is over', () => {
  it('lets nobody in by the tokens of its file, says so once, and opens again as a demo', async () => {
    const { people } = await start();
    const getsIn = async () => (await findPersonOfToken(database.pool, secretHash(people[0]!.token))) !== undefined;
    expect(await getsIn()).toBe(true);
    expect(await endDemo(database, new Date())).toBe(people.length);
    expect(await endDemo(database, new Date())).toBe(0);
    expect(await getsIn()).toBe(false);
    const entries = await database.db.query.journalEntries.findMany({ where: (entry, { eq }) => eq(entry.stream, 'people') }); // prettier-ignore
    expect(entries.map(({ type }) => type)).toEqual(['token.revoked']);
    await start();
    expect(await getsIn()).toBe(true);
  });
});
