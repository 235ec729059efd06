// Seals new entries, again and again. Any number of sealers may run: one holds the lock and works, the others stand by.
import { drizzle } from 'drizzle-orm/node-postgres';
import type pg from 'pg';
import type { Database, DbOrTx } from '../db/client.ts';
import { readTreeHashes } from '../db/queries/sealing.ts';
import * as schema from '../db/schema/index.ts';
import { runLoop, type RunLoop } from '../db/run-loop.ts';
import { appendNote, readLastNote } from './checkpoint-file.ts';
import { openCheckpoint, parseVerifierKey, type Signer } from './checkpoint.ts';
import { loadSealingState, sealEntries, type SealingState } from './seal-entries.ts';
import { readRangeRoot } from './tiles.ts';

export interface SealerOptions {
  database: Database;
  signer: Signer;
  /** The second place that keeps checkpoints. */
  checkpointFile: string;
  now: () => Date;
  onError: (error: unknown) => void;
  /** Hears of each checkpoint once it is written. */
  onSealed?: (size: number) => void;
  /** How often it looks. @default 1000 */
  intervalMs?: number;
  /** The file gets the latest checkpoint at most this often. @default 10000 */
  publishEveryMs?: number;
}

export type Sealer = RunLoop;

const SEALER_LOCK = 7_306_002;
const snapshot = { isolationLevel: 'repeatable read' } as const;

/** Once stopped, the last checkpoint is in the file. */
export function startSealer(options: SealerOptions): Sealer {
  const { onError, intervalMs = 1_000 } = options;
  let term: Term | undefined;

  const work = async () => {
    try {
      term ??= await takeTerm(options);
      return await term?.work();
    } catch (error) {
      term?.end();
      term = undefined;
      throw error;
    }
  };

  const loop = runLoop({ work, onError, pollMs: intervalMs });
  return {
    wake: loop.wake,
    stop: async () => {
      await loop.stop();
      try {
        term?.publish();
      } catch (error) {
        onError(error);
      }
      term?.end();
    },
  };
}

/** The time in which one sealer holds the lock. */
interface Term {
  /** One round; true when more waits. */
  work: () => Promise<boolean>;
  /** Puts the latest checkpoint into the file, unless it is there. */
  publish: () => void;
  /** Closes the connection, and with it the lock. */
  end: () => void;
}

/** undefined while another sealer works. Everything runs over the connection that holds the lock: a sealer that lost it writes nothing more. */
async function takeTerm(options: SealerOptions): Promise<Term | undefined> {
  const { database, signer, checkpointFile, publishEveryMs = 10_000 } = options;
  const client = await database.pool.connect();
  let isHeld = false;
  let hasEnded = false;
  // A lost connection shows at the next query; without a listener it would end the process.
  const ignore = () => undefined;
  client.on('error', ignore);
  const end = () => {
    if (hasEnded) return;
    hasEnded = true;
    client.off('error', ignore);
    client.release(isHeld);
  };
  try {
    isHeld = await tryLock(client);
    if (!isHeld) {
      end();
      return undefined;
    }
    const db = drizzle(client, { schema });
    let state = await db.transaction(async (tx) => {
      // Counting all entries once may take longer than a request is given.
      await tx.execute('SET LOCAL statement_timeout = 0');
      const loaded = await loadSealingState(tx);
      await requireGrowthOf(tx, options, loaded);
      return loaded;
    }, snapshot);
    let published = readLastNote(checkpointFile);
    let publishedAt = -Infinity;
    const publish = () => {
      if (state.note === undefined || state.note === published) return;
      appendNote(checkpointFile, state.note);
      published = state.note;
      publishedAt = performance.now();
    };
    return {
      publish,
      end,
      work: async () => {
        const round = await db.transaction(async (tx) => {
          if (state.isPatchy) await tx.execute('SET LOCAL statement_timeout = 0');
          return sealEntries(tx, state, signer, options.now());
        }, snapshot);
        state = round.state;
        if (round.sealed > 0) options.onSealed?.(state.tree.size);
        if (!round.hasMore && performance.now() - publishedAt >= publishEveryMs) publish();
        return round.hasMore;
      },
    };
  } catch (error) {
    end();
    throw error;
  }
}

async function tryLock(client: pg.PoolClient): Promise<boolean> {
  const { rows } = await client.query<{ taken: boolean }>('SELECT pg_try_advisory_lock($1) AS taken', [SEALER_LOCK]);
  return rows[0]?.taken === true;
}

/** Refuses to go on from a journal that is not the one we signed before: the file remembers what the database may have lost. */
async function requireGrowthOf(db: DbOrTx, options: SealerOptions, { tree }: SealingState): Promise<void> {
  const note = readLastNote(options.checkpointFile);
  if (note === undefined) return;
  const signed = openCheckpoint(parseVerifierKey(options.signer.verifierKey), note);
  const advice = `Nothing is sealed until somebody looks: countersign journal verify --checkpoint ${options.checkpointFile}. After a restore that was meant, move that file aside.`;
  if (signed.size > tree.size)
    throw new Error(
      `${options.checkpointFile} holds a checkpoint over ${signed.size} entries, the journal has ${tree.size} sealed. ${advice}`,
    );
  const root = await readRangeRoot((level, range) => readTreeHashes(db, level, range), { start: 0, end: signed.size });
  if (!root.equals(signed.root))
    throw new Error(
      `The first ${signed.size} entries are not those of the checkpoint in ${options.checkpointFile}. ${advice}`,
    );
}
