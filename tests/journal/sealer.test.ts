import { spawnSync } from 'node:child_process';
import { appendFileSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import pg from 'pg';
import { afterEach, beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import { proveConsistency, proveInclusion } from '../../api/services/read-checkpoint.ts';
import { connectDatabase, type Database } from '../../db/client.ts';
import { appendEntries } from '../../db/queries/journal.ts';
import { loadCheckpointSigner } from '../../sealing/checkpoint-key.ts';
import { openCheckpoint, parseVerifierKey } from '../../sealing/checkpoint.ts';
import { verifyConsistency, verifyInclusion } from '../../sealing/merkle.ts';
import { startSealer } from '../../sealing/sealer.ts';
import { verifyJournalWithCheckpoints } from '../../sealing/verify-checkpoints.ts';
import { verifyExport, type ExportedEntry } from '../../sealing/verify-export.ts';
import { python } from '../evidence/ask-reference.ts';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';
import { callerOf } from '../support/house.ts';
import { plantJournal, streamName, superuserUrlOf } from '../support/plant-journal.ts';
import { createSecondPlace, sealUntil, type SecondPlace } from '../support/seal.ts';

vi.setConfig({ testTimeout: 120_000 });

let store: TestDatabase;
let database: Database;
let place: SecondPlace;

beforeEach(async () => {
  store = await createTestDatabase();
  database = connectDatabase({ url: store.databaseUrl, max: 24 });
  place = createSecondPlace();
});
afterEach(async () => {
  await database.close();
  await store.drop();
  place.remove();
});

const write = (stream: string, tx = database.db) =>
  appendEntries(
    tx,
    [{ stream, type: 'decision.recorded', actor: { type: 'user', id: 'carla' }, reason: 'Because.', data: {} }],
    new Date(),
  );
const count = async (text: string) =>
  Number((await database.pool.query<{ n: string }>(`SELECT ${text} AS n`)).rows[0]!.n);
const sealedStreams = async () =>
  (await database.pool.query<{ stream: string }>('SELECT stream FROM journal.leaves ORDER BY number')).rows.map(
    (row) => row.stream,
  );
const verify = () =>
  verifyJournalWithCheckpoints(database, { checkpoints: place.notes(), publicKey: place.signer.verifierKey });

describe('the sealer', () => {
  it('leaves an entry unsealed while an earlier transaction can still write, and then misses neither', async () => {
    const early = await database.pool.connect();
    await early.query('BEGIN');
    await early.query('SELECT pg_current_xact_id()');
    await write('before');
    const late = database.withTransaction((tx) => write('late', tx));
    await late;
    const rounds = Promise.withResolvers<void>();
    let looks = 0;
    const sealer = startSealer({
      database,
      ...place,
      now: () => {
        if (++looks === 3) rounds.resolve();
        return new Date();
      },
      onError: rounds.reject,
      intervalMs: 1,
    });
    await rounds.promise;
    expect(await sealedStreams()).toEqual([]);
    await early.query(
      `INSERT INTO journal.entries (stream, position, type, at, actor_type, actor_id, content, hash) VALUES ('early', 1, 't', now(), 'user', 'x', '\\x00', 'h')`,
    );
    await early.query('COMMIT');
    early.release();
    await expect.poll(sealedStreams, { timeout: 60_000 }).toEqual(['early', 'before', 'late']);
    await sealer.stop();
  });

  it('misses nothing of 16 writers that commit slowly and out of order, with three sealers at work', async () => {
    const errors: unknown[] = [];
    const sealers = [1, 2, 3].map(() =>
      startSealer({
        database,
        ...place,
        now: () => new Date(),
        onError: (error) => errors.push(error),
        intervalMs: 5,
      }),
    );
    const stop = () => Promise.all(sealers.map((sealer) => sealer.stop()));
    onTestFinished(() => void stop());
    await Promise.all(
      Array.from({ length: 16 }, async (_, writer) => {
        for (let step = 0; step < 6; step++)
          await database.withTransaction(async (tx) => {
            await write(`mver_${writer}`, tx);
            await tx.execute('SELECT pg_sleep(random() * 0.03)');
            if (step % 3 === 0) await write(`shared_${writer % 4}`, tx);
          });
      }),
    );
    const written = 16 * (6 + 2);
    await expect.poll(() => count('(SELECT count(*) FROM journal.leaves)'), { timeout: 60_000 }).toBe(written);
    await stop();
    expect(errors).toEqual([]);
    expect(await count('(SELECT max(number) + 1 FROM journal.leaves)')).toBe(written);
    expect(await verify()).toMatchObject({ ok: true, entries: written, broken: null });
  });

  it('proves each entry and each older checkpoint against the latest, to tools that know only RFC 6962', async () => {
    await plantJournal(database, [300, 20]);
    await sealUntil(database, place, 320);
    const [older] = place.notes();
    await plantJournal(database, [250], 2);
    await sealUntil(database, place, 570);
    const verifier = parseVerifierKey(place.signer.verifierKey);
    const bytes = (text: string) => Buffer.from(text, 'base64');
    const deps = {
      database,
      now: () => new Date(),
      publicUrl: '',
      fileRoots: [],
      demo: false,
      wakeRelay: () => undefined,
    };
    for (const position of [1, 2, 128, 250]) {
      const proof = await proveInclusion(deps, callerOf('auditor'), { stream: streamName(2), position });
      const { size, root } = openCheckpoint(verifier, proof.checkpoint);
      expect(size).toBe(570);
      expect(
        verifyInclusion({
          index: proof.number,
          size,
          leafHash: bytes(proof.leafHash),
          proof: proof.proof.map(bytes),
          root,
        }),
      ).toBe(true);
    }
    const { size, root } = openCheckpoint(verifier, place.notes().at(-1)!);
    const old = openCheckpoint(verifier, older!);
    const { proof } = await proveConsistency(deps, old.size);
    expect(verifyConsistency({ oldSize: old.size, size, oldRoot: old.root, root, proof: proof.map(bytes) })).toBe(true);
    await expect(
      proveInclusion(deps, callerOf('auditor'), { stream: streamName(2), position: 251 }),
    ).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });

  it('goes on after a restart from what is stored, past the edge of a tile', async () => {
    await plantJournal(database, [255]);
    await sealUntil(database, place, 255);
    await plantJournal(database, [2], 1);
    await sealUntil(database, place, 257);
    expect(await verify()).toMatchObject({ ok: true, entries: 257 });
    expect(await count('(SELECT count(*) FROM journal.tiles)')).toBe(1);
  });

  it('finds entries that a restore from another cluster left with numbers of transactions to come', async () => {
    await plantJournal(database, [5]);
    await sealUntil(database, place, 5);
    await plantJournal(database, [3], 1);
    await asSuperuser(
      `SET session_replication_role = replica; UPDATE journal.entries SET transaction = (transaction::text::bigint + 1000000)::text::xid8`,
    );
    await plantJournal(database, [4], 2);
    await sealUntil(database, place, 12);
    expect(await verify()).toMatchObject({ ok: true, entries: 12 });
    await plantJournal(database, [1], 3);
    await sealUntil(database, place, 13);
    expect(await verify()).toMatchObject({ ok: true, entries: 13 });
  });

  it('signs nothing more once sealed entries were cut off, and says what the file remembers', async () => {
    await plantJournal(database, [5]);
    await sealUntil(database, place, 5);
    await plantJournal(database, [5], 1);
    await sealUntil(database, place, 10);
    await asSuperuser(
      `SET session_replication_role = replica; DELETE FROM journal.leaves WHERE number >= 5; DELETE FROM journal.checkpoints WHERE size = 10`,
    );
    await expect(sealUntil(database, place, 10)).rejects.toThrow(
      /holds a checkpoint over 10 entries, the journal has 5 sealed/,
    );
  });

  it('signs nothing more on a tree that was changed', async () => {
    await plantJournal(database, [5]);
    await sealUntil(database, place, 5);
    await asSuperuser(
      `SET session_replication_role = replica; UPDATE journal.leaves SET leaf_hash = sha256('x') WHERE number = 2`,
    );
    await plantJournal(database, [5], 1);
    await expect(sealUntil(database, place, 10)).rejects.toThrow(/not the one that the last checkpoint signed/);
  });

  it('has each checkpoint in the file once, and goes on behind a line that a crash left half', async () => {
    await plantJournal(database, [3]);
    await sealUntil(database, place, 3);
    const [note = ''] = place.notes();
    for (const left of [22, 30, 90, 130, 180]) appendFileSync(place.checkpointFile, `\n${note.slice(0, left)}`);
    await plantJournal(database, [3], 1);
    await sealUntil(database, place, 6);
    expect(place.notes().map((note) => note.split('\n')[1])).toEqual(['3', '6']);
  });
});

describe('the key of the checkpoints', () => {
  it('is made once, for our account alone, and keeps its name', () => {
    const home = dirname(place.checkpointFile);
    const settings = { checkpointKey: undefined, home, publicUrl: 'http://localhost:8080' };
    const first = loadCheckpointSigner(settings);
    const second = loadCheckpointSigner({ ...settings, publicUrl: 'https://elsewhere.example' });
    expect(second.verifierKey).toBe(first.verifierKey);
    expect(first.name).toMatch(/^localhost:8080\/journal\/[0-9a-f]{8}$/);
    expect(statSync(`${home}/checkpoint-key`).mode & 0o777).toBe(0o600);
    const given = readFileSync(`${home}/checkpoint-key`, 'utf8');
    writeFileSync(`${home}/checkpoint-key`, 'not a key');
    expect(loadCheckpointSigner({ ...settings, checkpointKey: given }).verifierKey).toBe(first.verifierKey);
    expect(() => loadCheckpointSigner(settings)).toThrow(/a signing key is/);
  });
});

describe('an export', () => {
  const linesOf = async (): Promise<ExportedEntry[]> => {
    const { rows } = await database.pool.query<{
      stream: string;
      position: number;
      hash: string;
      content: Buffer;
      number: string;
    }>(
      'SELECT entry.*, leaf.number FROM journal.entries entry JOIN journal.leaves leaf USING (stream, position) ORDER BY stream, position',
    );
    return rows.map(({ stream, position, hash, content, number }) => ({
      stream,
      position,
      hash,
      content: content.toString(),
      number: Number(number),
    }));
  };
  const verifyLines = (lines: readonly ExportedEntry[], checkpoints = place.notes()) =>
    verifyExport(
      lines.map((line) => JSON.stringify(line)),
      { checkpoints, publicKey: place.signer.verifierKey },
    );

  it('verifies without a database, and names what was changed in it', async () => {
    await plantJournal(database, [10, 10]);
    await sealUntil(database, place, 20);
    const lines = await linesOf();
    expect(await verifyLines(lines)).toMatchObject({ ok: true, streams: 2, entries: 20, broken: null });
    const changed = lines.with(13, { ...lines[13]!, content: lines[13]!.content.replace('APPROVED', 'REJECTED') });
    expect((await verifyLines(changed)).broken).toMatchObject({ stream: streamName(1), position: 4 });
    const cut = await verifyLines(lines.slice(0, -1));
    expect(cut.broken).toBeNull();
    expect(cut.ok).toBe(false);
    expect(await verifyExport(['{"stream":1}'])).toMatchObject({
      ok: false,
      broken: { problem: 'line 1 is not an exported entry' },
    });
    expect(await verifyExport(['nonsense'])).toMatchObject({ ok: false });
  });

  it('says of a checkpoint what was compared, also after an entry that does not hold', async () => {
    await plantJournal(database, [10]);
    await sealUntil(database, place, 10);
    const [early] = place.notes();
    await plantJournal(database, [10], 1);
    await sealUntil(database, place, 20);
    const notes = [early!, place.notes().at(-1)!];
    const lines = await linesOf();
    const changed = lines.with(13, { ...lines[13]!, content: lines[13]!.content.replace('APPROVED', 'REJECTED') });
    expect(await verifyLines(changed, notes)).toMatchObject({
      ok: false,
      entries: 13,
      broken: { stream: streamName(1), position: 4 },
      checkpoints: [
        { size: 10, ok: true, problem: null },
        { size: 20, ok: false, problem: 'Among its 20 entries are others than those that were signed.' },
      ],
    });
    const unreadable = lines.map((line, index) => (index === 13 ? 'nonsense' : JSON.stringify(line)));
    const options = { checkpoints: notes, publicKey: place.signer.verifierKey };
    expect(await verifyExport(unreadable, options)).toMatchObject({
      broken: { position: 14, problem: 'line 14 is not an exported entry' },
      checkpoints: [
        { ok: true },
        { problem: '20 entries were signed, and number 13 is not among the lines that can be read.' },
      ],
    });
    expect((await verifyLines(lines.slice(0, -1), notes)).checkpoints).toMatchObject([
      { ok: true },
      { problem: '20 entries were signed, and number 19 is not in the file.' },
    ]);
  });

  it('is held against a checkpoint by the Python of the documents, which says plainly what is wrong', async () => {
    await plantJournal(database, [5, 5]);
    await sealUntil(database, place, 10);
    const lines = await linesOf();
    const guide = readFileSync(join(import.meta.dirname, '../../docs/auditing.md'), 'utf8');
    const snippet = /```python\n((?:(?!```)[^])*checkpoint\.txt[^]*?)```/.exec(guide)?.[1];
    const cwd = dirname(place.checkpointFile);
    writeFileSync(join(cwd, 'checkpoint.txt'), place.notes().at(-1)!);
    const said = (kept: readonly ExportedEntry[]) => {
      writeFileSync(join(cwd, 'journal.ndjson'), kept.map((line) => `${JSON.stringify(line)}\n`).join(''));
      const { status, stdout, stderr } = spawnSync(python(), ['-c', snippet!], { cwd, encoding: 'utf8' });
      return [status, `${stdout}${stderr}`.trim()];
    };
    expect(said(lines)).toEqual([0, 'the entries are those of the checkpoint']);
    expect(said(lines.with(3, { ...lines[3]!, content: '{}' }))).toEqual([1, 'the entries are not those of the checkpoint']); // prettier-ignore
    expect(said(lines.toSpliced(3, 2))).toEqual([1, '2 of the 10 entries are missing, the first is number 3']);
  });
});

async function asSuperuser(text: string): Promise<void> {
  const client = new pg.Client({ connectionString: superuserUrlOf(store) });
  await client.connect();
  await client.query(text);
  await client.end();
}
