// Somebody with every right to the database changes the journal; the checkpoint was kept elsewhere.
import fc from 'fast-check';
import { drizzle } from 'drizzle-orm/node-postgres';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { connectDatabase, type Database } from '../../db/client.ts';
import { entryRow } from '../../db/queries/journal.ts';
import { journalEntries } from '../../db/schema/index.ts';
import { verifyJournal } from '../../db/queries/verify-journal.ts';
import type { Verification } from '../../domain/journal.ts';
import { createSigningKey, parseSigningKey, signCheckpoint } from '../../sealing/checkpoint.ts';
import { hashLeaf, rootOfLeaves } from '../../sealing/merkle.ts';
import { verifyJournalWithCheckpoints } from '../../sealing/verify-checkpoints.ts';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';
import { chainOf, plantJournal, streamName, superuserUrlOf } from '../support/plant-journal.ts';
import { createSecondPlace, sealUntil, type SecondPlace } from '../support/seal.ts';

const lengths = Array.from({ length: 24 }, (_, index) => 2 + ((index * 7) % 23));
const half = lengths.slice(0, 12).reduce((sum, length) => sum + length, 0);
const total = lengths.reduce((sum, length) => sum + length, 0);
const tables = ['journal.entries', 'journal.leaves', 'journal.tiles', 'journal.checkpoints', 'journal_heads'];
const TRIES = 8;

// Each promise is tried in many places, and the journal put back after each.
vi.setConfig({ testTimeout: 180_000 });

let store: TestDatabase;
let database: Database;
let intruder: pg.Client;
let place: SecondPlace;
let external: { checkpoints: string[]; publicKey: string };

beforeAll(async () => {
  store = await createTestDatabase();
  database = connectDatabase({ url: store.databaseUrl, max: 4 });
  place = createSecondPlace();
  await plantJournal(database, lengths.slice(0, 12));
  await sealUntil(database, place, half);
  const first = place.notes();
  await plantJournal(database, lengths.slice(12), 12);
  await sealUntil(database, place, total);
  external = { checkpoints: [first.at(-1)!, place.notes().at(-1)!], publicKey: place.signer.verifierKey };
  intruder = new pg.Client({ connectionString: superuserUrlOf(store) });
  await intruder.connect();
  await intruder.query('SET session_replication_role = replica; CREATE SCHEMA kept');
  for (const table of tables) await intruder.query(`CREATE TABLE kept.${table.replace('.', '_')} AS TABLE ${table}`);
});

afterAll(async () => {
  await intruder?.end();
  await database?.close();
  await store?.drop();
  place?.remove();
});

const verify = (): Promise<Verification> => verifyJournalWithCheckpoints(database, external);
const restore = () =>
  intruder.query(
    tables
      .map((table) => `TRUNCATE ${table}; INSERT INTO ${table} SELECT * FROM kept.${table.replace('.', '_')};`)
      .join(' '),
  );

const entryIn = fc.nat(lengths.length - 1).chain((index) =>
  fc.record({
    stream: fc.constant(streamName(index)),
    length: fc.constant(lengths[index]!),
    position: fc.integer({ min: 1, max: lengths[index]! }),
  }),
);

/** Tampers in many places, each from the journal as it was; the detector looks at the verification. */
async function tamper<Place>(
  where: fc.Arbitrary<Place>,
  change: (place: Place) => Promise<unknown>,
  expectFound: (found: Verification, place: Place) => void,
): Promise<void> {
  await fc.assert(
    fc.asyncProperty(where, async (at) => {
      try {
        await change(at);
        const found = await verify();
        expect(found.ok).toBe(false);
        expectFound(found, at);
      } finally {
        await restore();
      }
    }),
    { numRuns: TRIES },
  );
}

const failsCheckpoint = (found: Verification) => expect(found.checkpoints?.some((verdict) => !verdict.ok)).toBe(true);

describe('the journal as it was written', () => {
  it('holds, and so does each checkpoint over it', async () => {
    expect(await verify()).toEqual({
      ok: true,
      streams: lengths.length,
      entries: total,
      broken: null,
      checkpoints: [
        { size: half, ok: true, problem: null },
        { size: total, ok: true, problem: null },
      ],
    });
  });

  it('is counted while it is walked', async () => {
    const heard: number[] = [];
    await verifyJournal(database, { onProgress: (entries) => heard.push(entries) });
    expect(heard.at(-1)).toBe(total);
  });
});

describe('verification names the first entry that does not hold after', () => {
  it('any bit of its content was flipped', () =>
    tamper(
      fc.tuple(entryIn, fc.nat(), fc.integer({ min: 0, max: 7 })),
      ([{ stream, position }, byte, bit]) =>
        intruder.query(
          `UPDATE journal.entries SET content = set_byte(content, $3 % length(content), get_byte(content, $3 % length(content)) # (1 << $4)) WHERE stream = $1 AND position = $2`,
          [stream, position, byte, bit],
        ),
      (found, [{ stream, position }]) => {
        expect(found.broken).toMatchObject({ stream, position });
        failsCheckpoint(found);
      },
    ));

  it('its content was replaced by something that is no JSON, with a hash that fits', () =>
    tamper(
      fc.tuple(entryIn, fc.uint8Array({ maxLength: 40 })),
      ([{ stream, position }, bytes]) =>
        intruder.query(
          `UPDATE journal.entries SET content = $3, hash = 'sha256:' || encode(sha256($3), 'hex') WHERE stream = $1 AND position = $2`,
          [stream, position, Buffer.from(bytes)],
        ),
      (found, [{ stream, position }]) =>
        expect(found.broken).toEqual({ stream, position, problem: 'its content is not a journal entry' }),
    ));

  it('it was deleted', () =>
    tamper(
      entryIn,
      ({ stream, position }) =>
        intruder.query('DELETE FROM journal.entries WHERE stream = $1 AND position = $2', [stream, position]),
      (found, { stream, position }) => {
        expect(found.broken).toMatchObject({ stream, position });
        expect(found.broken?.problem).toContain(`entry ${position} is missing`);
      },
    ));

  it('the whole stream was deleted', () =>
    tamper(
      entryIn,
      ({ stream }) => intruder.query('DELETE FROM journal.entries WHERE stream = $1', [stream]),
      (found, { stream }) => expect(found.broken).toMatchObject({ stream, position: 1 }),
    ));

  it('two entries of a stream changed places', () =>
    tamper(
      entryIn,
      ({ stream, position, length }) => {
        const other = (position % length) + 1;
        return intruder.query(
          `UPDATE journal.entries SET position = -position WHERE stream = $1 AND position IN ($2, $3);
           UPDATE journal.entries SET position = CASE -position WHEN $2 THEN $3::int ELSE $2::int END WHERE stream = $1 AND position < 0`
            .replaceAll('$1', `'${stream}'`)
            .replaceAll('$2', String(position))
            .replaceAll('$3', String(other)),
        );
      },
      (found, { stream, position, length }) =>
        expect(found.broken).toMatchObject({ stream, position: Math.min(position, (position % length) + 1) }),
    ));

  it('the contents of two streams were swapped', () =>
    tamper(
      fc.tuple(entryIn, entryIn).filter(([a, b]) => a.stream !== b.stream),
      ([a, b]) =>
        intruder.query(
          `UPDATE journal.entries mine SET content = theirs.content, hash = theirs.hash FROM journal.entries theirs
           WHERE (mine.stream = $1 AND mine.position = $2 AND theirs.stream = $3 AND theirs.position = $4)
              OR (mine.stream = $3 AND mine.position = $4 AND theirs.stream = $1 AND theirs.position = $2)`,
          [a.stream, a.position, b.stream, b.position],
        ),
      (found, [a, b]) => {
        const first = a.stream < b.stream ? a : b;
        expect(found.broken).toEqual({
          stream: first.stream,
          position: first.position,
          problem: 'it was moved: its content names another place',
        });
      },
    ));

  it('a copy beside its content was edited', () =>
    tamper(
      fc.tuple(
        entryIn,
        fc.constantFrom(
          ["type = 'policy.published'", 'type'],
          ["at = at + interval '1 millisecond'", 'time'],
          ["actor_id = 'mallory'", 'actor'],
          ["actor_type = 'api_key'", 'actor'],
        ),
      ),
      ([{ stream, position }, [edit]]) =>
        intruder.query(`UPDATE journal.entries SET ${edit} WHERE stream = $1 AND position = $2`, [stream, position]),
      (found, [{ stream, position }, [, copy]]) =>
        expect(found.broken).toEqual({
          stream,
          position,
          problem: `the copy of its ${copy} beside the content says something else`,
        }),
    ));

  it('the end of its stream was cut off', () =>
    tamper(
      entryIn,
      ({ stream, position }) =>
        intruder.query('DELETE FROM journal.entries WHERE stream = $1 AND position >= $2', [stream, position]),
      (found, { stream, position }) => expect(found.broken).toMatchObject({ stream, position }),
    ));
});

describe('a checkpoint kept outside shows that', () => {
  it('the end of a stream was cut off and its head moved back', () =>
    tamper(
      entryIn.filter(({ position }) => position > 1),
      async ({ stream, position }) => {
        await intruder.query('DELETE FROM journal.entries WHERE stream = $1 AND position >= $2', [stream, position]);
        await intruder.query(
          'UPDATE journal_heads SET position = entry.position, hash = entry.hash FROM journal.entries entry WHERE entry.stream = $1 AND entry.position = $2 - 1 AND journal_heads.stream = $1',
          [stream, position],
        );
        expect((await verifyJournal(database)).ok).toBe(true);
      },
      failsCheckpoint,
    ));

  it('a whole chain was written anew, with leaves, tree and checkpoints to match', () =>
    tamper(
      entryIn,
      async ({ stream, length, position }) => {
        const forged = chainOf(stream, length, (entry) =>
          entry.data.index === position - 1 ? { ...entry, reason: 'Nothing happened.' } : entry,
        );
        await intruder.query('DELETE FROM journal.entries WHERE stream = $1', [stream]);
        const rows = forged.map(entryRow);
        await drizzle(intruder).insert(journalEntries).values(rows);
        await intruder.query(
          'UPDATE journal.leaves SET leaf_hash = forged.hash FROM unnest($2::int[], $3::bytea[]) forged (position, hash) WHERE stream = $1 AND leaves.position = forged.position',
          [stream, rows.map((row) => row.position), rows.map((row) => hashLeaf(row.content))],
        );
        await intruder.query('UPDATE journal_heads SET hash = $2 WHERE stream = $1', [stream, forged.at(-1)!.hash]);
        await signAnew();
        expect((await verifyJournal(database)).ok).toBe(true);
      },
      failsCheckpoint,
    ));

  it('the checkpoints in the database were written anew, changed or deleted', () =>
    tamper(
      fc.constantFrom(
        'DELETE FROM journal.checkpoints',
        `DELETE FROM journal.checkpoints WHERE size = ${total}`,
        `UPDATE journal.checkpoints SET root_hash = 'BwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwc='`,
        `UPDATE journal.checkpoints SET note = replace(note, '${total}', '${total + 1}')`,
        'UPDATE journal.checkpoints SET size = size + 1000',
      ),
      (statement) => intruder.query(statement),
      (found) => {
        expect(found.broken).toBeNull();
        failsCheckpoint(found);
      },
    ));

  it('sealed entries have other numbers, or none', () =>
    tamper(
      fc.nat(total - 2),
      (number) =>
        intruder.query(
          `DELETE FROM journal.leaves WHERE number = ${number}; UPDATE journal.leaves SET number = ${number} WHERE number = ${total - 1}`,
        ),
      (found) => {
        expect(found.broken).toBeNull();
        failsCheckpoint(found);
      },
    ));

  it('it is of another key, and then it proves nothing', async () => {
    const stranger = parseSigningKey(createSigningKey('countersign.test/journal'));
    const found = await verifyJournalWithCheckpoints(database, { ...external, publicKey: stranger.verifierKey });
    expect(found.ok).toBe(false);
    expect(found.checkpoints?.[0]?.problem).toContain('It is no checkpoint of this journal');
  });
});

/** What an intruder who has taken the key as well would write; only notes from before tell. */
async function signAnew(): Promise<void> {
  const { rows } = await intruder.query<{ leaf_hash: Buffer }>('SELECT leaf_hash FROM journal.leaves ORDER BY number');
  const leaves = rows.map((row) => row.leaf_hash);
  for (let tile = 0; (tile + 1) * 256 <= leaves.length; tile++)
    await intruder.query('UPDATE journal.tiles SET hash = $2 WHERE level = 1 AND index = $1', [
      tile,
      rootOfLeaves(leaves.slice(tile * 256, tile * 256 + 256)),
    ]);
  const sizes = await intruder.query<{ size: string }>('SELECT size FROM journal.checkpoints');
  for (const size of sizes.rows.map((row) => Number(row.size))) {
    const root = rootOfLeaves(leaves.slice(0, size));
    const note = signCheckpoint(place.signer, { size, root });
    await intruder.query('UPDATE journal.checkpoints SET root_hash = $2, note = $3 WHERE size = $1', [
      size,
      root.toString('base64'),
      note,
    ]);
  }
}
