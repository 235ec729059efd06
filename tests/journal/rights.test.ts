// No journal, no effect; and nobody but the database's own superuser can change what is written.
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { APP_ROLE, OWNER_ROLE } from '../../local/embedded-postgres.ts';
import { buildSubmission } from '../support/build.ts';
import { openHouse, type House } from '../support/house.ts';
import { plantJournal, superuserUrlOf } from '../support/plant-journal.ts';
import { plantReviews } from '../support/plant-reviews.ts';

let house: House;

beforeAll(async () => {
  house = await openHouse({ withWorkers: false });
  await plantJournal(house.database, [5]);
  await plantReviews(house.database.pool, { count: 2, candidates: ['validator-1', 'validator-2'] });
});
afterAll(() => house?.close());

const tables = ['entries', 'leaves', 'tiles', 'checkpoints'];
const changes = tables.flatMap((table) => [
  `UPDATE journal.${table} SET ${{ entries: "hash = 'x'", leaves: "leaf_hash = 'x'", tiles: "hash = 'x'", checkpoints: "note = 'x'" }[table]}`,
  `DELETE FROM journal.${table}`,
  `TRUNCATE journal.${table}`,
]);
const refusals = [
  ...changes,
  'SELECT * FROM journal.entries FOR UPDATE',
  'SELECT * FROM journal.entries FOR SHARE',
  `INSERT INTO journal.entries SELECT * FROM journal.entries ON CONFLICT (stream, position) DO UPDATE SET hash = 'x'`,
  'DROP TRIGGER entries_are_append_only ON journal.entries',
  'ALTER TABLE journal.entries DISABLE TRIGGER ALL',
  'ALTER TABLE journal.entries ADD COLUMN hidden text',
  'DROP TABLE journal.entries',
  'DROP SCHEMA journal CASCADE',
  'CREATE OR REPLACE FUNCTION journal.refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NULL; END $$',
  'SET session_replication_role = replica',
  `SET ROLE ${OWNER_ROLE}`,
  `DO $$ BEGIN EXECUTE 'UPDATE journal.entries SET hash = ''x'''; END $$`,
];

describe('the role of the application', () => {
  it.each(refusals)('may not: %s', async (statement) => {
    await expect(runAs(house.databaseUrls.databaseUrl, statement)).rejects.toMatchObject({ code: '42501' });
  });
});

describe('the role that owns the tables', () => {
  it.each([...changes, 'SET session_replication_role = replica'])('may not: %s', async (statement) => {
    await expect(runAs(house.databaseUrls.migrationUrl, statement)).rejects.toMatchObject({ code: '42501' });
  });
});

describe('while no entry can be written', () => {
  const withoutJournal = async (work: () => Promise<void>) => {
    await asSuperuser(`REVOKE INSERT ON journal.entries FROM ${APP_ROLE}`);
    try {
      await work();
    } finally {
      await asSuperuser(`GRANT INSERT ON journal.entries TO ${APP_ROLE}`);
    }
  };
  const countRows = async () =>
    (
      await house.database.pool.query(
        'SELECT (SELECT count(*) FROM decisions) AS decisions, (SELECT count(*) FROM deliveries) AS deliveries, (SELECT count(*) FROM model_versions) AS versions, (SELECT count(*) FROM outbox) AS lines, (SELECT sum(position) FROM journal_heads) AS heads',
      )
    ).rows[0];

  it('a decision is not taken, the review stays open, and the same press of the button counts later', async () => {
    const [review] = await house.reviewsOf('mver_planted1');
    const before = await countRows();
    await withoutJournal(async () => {
      await expect(house.decide(review!, 'validator-1', 'APPROVED', {}, 'key-1')).rejects.toThrow(/./);
    });
    expect(await countRows()).toEqual(before);
    expect((await house.reviewsOf('mver_planted1'))[0]).toEqual(review);
    const { receipt } = await house.decide(review!, 'validator-1', 'APPROVED', {}, 'key-1');
    expect(receipt.review.state).toBe('COMPLETED');
  });

  it('a refused attempt is not refused and a webhook is not taken in', async () => {
    const [review] = await house.reviewsOf('mver_planted2');
    const before = await countRows();
    await withoutJournal(async () => {
      await expect(house.decide(review!, 'data-scientist-1', 'APPROVED')).rejects.not.toMatchObject({
        code: 'SELF_REVIEW',
      });
      await expect(house.submit(buildSubmission())).rejects.toThrow(/./);
    });
    expect(await countRows()).toEqual(before);
  });
});

async function runAs(connectionString: string, statement: string): Promise<void> {
  const client = new pg.Client({ connectionString });
  await client.connect();
  try {
    await client.query('BEGIN');
    await client.query(statement);
  } finally {
    await client.query('ROLLBACK');
    await client.end();
  }
}

const asSuperuser = async (text: string) => {
  const client = new pg.Client({ connectionString: superuserUrlOf(house.databaseUrls) });
  await client.connect();
  await client.query(text);
  await client.end();
};
