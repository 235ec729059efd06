import { findLatestCheckpoint, findLeaf, readTreeHashes, type CheckpointRow } from '../../db/queries/sealing.ts';
import type { DbOrTx } from '../../db/client.ts';
import { Refused } from '../../domain/errors.ts';
import { consistencyRanges, inclusionRanges, type LeafRange } from '../../sealing/merkle.ts';
import { readRangeRoot } from '../../sealing/tiles.ts';
import type { ConsistencyProof, InclusionProof } from '../schemas/views.ts';
import type { Caller } from './caller.ts';
import type { Deps } from './deps.ts';
import { requireVisibleStream } from './visible-stream.ts';

/** The latest signed checkpoint, as it was written. Throws NOT_FOUND before the first. */
export async function readCheckpoint(deps: Pick<Deps, 'database'>): Promise<CheckpointRow> {
  const latest = await findLatestCheckpoint(deps.database.db);
  if (!latest) throw new Refused('NOT_FOUND', 'No entry is sealed yet.');
  return latest;
}

/** Proves that an entry is under the latest checkpoint. Throws NOT_FOUND for an entry that is not there, not for the caller, or not sealed yet. */
export async function proveInclusion(
  deps: Deps,
  caller: Caller,
  { stream, position }: { stream: string; position: number },
): Promise<InclusionProof> {
  await requireVisibleStream(deps, caller, stream);
  const { db } = deps.database;
  const leaf = await findLeaf(db, stream, position);
  if (!leaf)
    throw new Refused('NOT_FOUND', 'There is no such entry among the sealed ones. A new one is sealed within seconds.');
  const { size, rootHash, note } = await readCheckpoint(deps);
  return {
    stream,
    position,
    number: leaf.number,
    leafHash: leaf.leafHash.toString('base64'),
    proof: await readProof(db, inclusionRanges(leaf.number, size)),
    size,
    rootHash,
    checkpoint: note,
  };
}

/** Proves that the tree of `oldSize` entries is the beginning of the one under the latest checkpoint. Throws NOT_FOUND when it never was that large. */
export async function proveConsistency(deps: Pick<Deps, 'database'>, oldSize: number): Promise<ConsistencyProof> {
  const { size, note } = await readCheckpoint(deps);
  if (oldSize > size) throw new Refused('NOT_FOUND', `The journal has ${size} sealed entries.`);
  return {
    oldSize,
    size,
    proof: await readProof(deps.database.db, consistencyRanges(oldSize, size)),
    checkpoint: note,
  };
}

async function readProof(db: DbOrTx, ranges: readonly LeafRange[]): Promise<string[]> {
  const roots = await Promise.all(
    ranges.map((range) => readRangeRoot((level, part) => readTreeHashes(db, level, part), range)),
  );
  return roots.map((root) => root.toString('base64'));
}
