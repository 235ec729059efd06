import type { DbOrTx } from '../db/client.ts';
import {
  findLastSealed,
  findLatestCheckpoint,
  insertSeal,
  readFence,
  readMissed,
  readTreeHashes,
  readUnsealed,
  type SealingPlace,
} from '../db/queries/sealing.ts';
import { signCheckpoint, type Signer } from './checkpoint.ts';
import { hashLeaf } from './merkle.ts';
import { emptyTree, growTree, pendingRanges, rootOfTree, type GrowingTree } from './tiles.ts';

/** What a sealer goes on from. */
export interface SealingState {
  tree: GrowingTree;
  /** Up to here everything is sealed; undefined: from the beginning. */
  after: SealingPlace | undefined;
  /** Entries may be unsealed before `after`: each has to be looked for. */
  isPatchy: boolean;
  /** The latest signed note; undefined before the first. */
  note: string | undefined;
}

export interface SealingRound {
  state: SealingState;
  /** How many entries it sealed. */
  sealed: number;
  /** More wait than one round takes. */
  hasMore: boolean;
}

const BATCH = 4_000;

/** Where an earlier sealer stopped. Throws when the stored tree is not the one that its last checkpoint signed. */
export async function loadSealingState(db: DbOrTx): Promise<SealingState> {
  const latest = await findLatestCheckpoint(db);
  if (!latest) return { tree: emptyTree, after: undefined, isPatchy: false, note: undefined };
  const pending = await Promise.all(pendingRanges(latest.size).map((range, level) => readTreeHashes(db, level, range)));
  const tree: GrowingTree = { size: latest.size, pending };
  if (rootOfTree(tree).toString('base64') !== latest.rootHash)
    throw new Error(
      'The stored tree is not the one that the last checkpoint signed; nothing is sealed until somebody looks (countersign journal verify)',
    );
  const last = await findLastSealed(db);
  return { tree, after: last, isPatchy: last?.entriesUpTo !== latest.size, note: latest.note };
}

/** Seals the next entries, in a transaction of one snapshot: their leaves, the tiles they fill, and a signed checkpoint over all. */
export async function sealEntries(tx: DbOrTx, state: SealingState, signer: Signer, now: Date): Promise<SealingRound> {
  const fence = await readFence(tx);
  const entries = state.isPatchy ? await readMissed(tx, BATCH) : await readUnsealed(tx, state.after, BATCH);
  const hasMore = entries.length === BATCH;
  const place = state.isPatchy ? (hasMore ? state.after : fence) : (entries.at(-1) ?? state.after);
  const next = { after: place, isPatchy: state.isPatchy && hasMore };
  if (entries.length === 0) return { state: { ...state, ...next }, sealed: 0, hasMore };
  const leafHashes = entries.map((entry) => hashLeaf(entry.content));
  const { tree, tiles } = growTree(state.tree, leafHashes);
  const root = rootOfTree(tree);
  const note = signCheckpoint(signer, { size: tree.size, root });
  await insertSeal(tx, {
    leaves: entries.map(({ stream, position }, index) => ({
      number: state.tree.size + index,
      stream,
      position,
      leafHash: leafHashes[index]!,
    })),
    tiles,
    checkpoint: {
      size: tree.size,
      rootHash: root.toString('base64'),
      note,
      verifierKey: signer.verifierKey,
      sealedAt: now,
    },
  });
  return { state: { tree, note, ...next }, sealed: entries.length, hasMore };
}
