// How the tree is kept: leaves, and the roots of complete subtrees of 256, 65,536, … leaves, so that growing and proving read little.
import {
  completeSubtrees,
  emptyRange,
  extendRange,
  hashNode,
  rootOfLeaves,
  rootOfRange,
  type CompactRange,
  type LeafRange,
  type TreeHash,
} from './merkle.ts';

export const TILE_WIDTH = 256;

/** The root of a complete subtree of 256^level leaves, the `index`th of its level. */
export interface Tile {
  level: number;
  index: number;
  hash: TreeHash;
}

/** A tree's right edge in tiles: `pending[level]` holds the roots of that level that do not fill a tile yet; level 0 are leaves. */
export interface GrowingTree {
  readonly size: number;
  readonly pending: readonly (readonly TreeHash[])[];
}

export const emptyTree: GrowingTree = { size: 0, pending: [] };

/** The tree with these leaf hashes behind it, and the tiles that they filled. */
export function growTree(tree: GrowingTree, leaves: readonly TreeHash[]): { tree: GrowingTree; tiles: Tile[] } {
  const pending = tree.pending.map((hashes) => [...hashes]);
  const tiles: Tile[] = [];
  let { size } = tree;
  for (const leaf of leaves) {
    size += 1;
    let hash = leaf;
    for (let level = 0, width = TILE_WIDTH; ; level += 1, width *= TILE_WIDTH) {
      const row = (pending[level] ??= []);
      row.push(hash);
      if (row.length < TILE_WIDTH) break;
      hash = rootOfLeaves(row);
      pending[level] = [];
      tiles.push({ level: level + 1, index: size / width - 1, hash });
    }
  }
  return { tree: { size, pending }, tiles };
}

export const rootOfTree = (tree: GrowingTree): TreeHash => rootOfRange(rangeOfTree(tree));

function rangeOfTree({ size, pending }: GrowingTree): CompactRange {
  return { size, subtrees: pending.toReversed().flatMap((row) => extendRange(emptyRange, row).subtrees) };
}

/** Which stored hashes a tree of this size grows from: for each level, `start` up to but not with `end`. */
export function pendingRanges(size: number): LeafRange[] {
  const ranges: LeafRange[] = [];
  for (let width = 1; width <= size; width *= TILE_WIDTH) {
    const end = Math.floor(size / width);
    ranges.push({ start: Math.floor(end / TILE_WIDTH) * TILE_WIDTH, end });
  }
  return ranges;
}

/** Reads stored hashes of a level, in order; fewer when some are gone. */
export type ReadHashes = (level: number, range: LeafRange) => Promise<TreeHash[]>;

/** The root over a range of leaves that starts on a subtree's edge, from a few hundred stored hashes. Throws when one is gone. */
export async function readRangeRoot(readHashes: ReadHashes, range: LeafRange): Promise<TreeHash> {
  const roots: TreeHash[] = [];
  for (const subtree of completeSubtrees(range)) roots.push(await readSubtreeRoot(readHashes, subtree));
  return roots.length === 0 ? rootOfLeaves([]) : roots.reduceRight((right, left) => hashNode(left, right));
}

async function readSubtreeRoot(readHashes: ReadHashes, { start, end }: LeafRange): Promise<TreeHash> {
  let level = 0;
  let width = 1;
  while (width * TILE_WIDTH <= end - start) [level, width] = [level + 1, width * TILE_WIDTH];
  const hashes = await readHashes(level, { start: start / width, end: end / width });
  if (hashes.length !== (end - start) / width) throw new Error(`Hashes of the leaves ${start} to ${end} are gone`);
  return rootOfLeaves(hashes);
}
