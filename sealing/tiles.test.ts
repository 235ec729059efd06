import fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import { consistencyRanges, hashLeaf, inclusionRanges, rootOfLeaves } from './merkle.ts';
import {
  emptyTree,
  growTree,
  pendingRanges,
  readRangeRoot,
  rootOfTree,
  TILE_WIDTH,
  type ReadHashes,
  type Tile,
} from './tiles.ts';

vi.setConfig({ testTimeout: 60_000 });

const leaves = Array.from({ length: 65_537 }, (_, index) => hashLeaf(Buffer.from(String(index))));

function storeOf(size: number, parts: readonly number[]) {
  let tree = emptyTree;
  const tiles: Tile[] = [];
  for (const part of [...parts, size]) {
    const grown = growTree(tree, leaves.slice(tree.size, Math.min(size, tree.size + part)));
    tree = grown.tree;
    tiles.push(...grown.tiles);
  }
  const stored = leaves.slice(0, size);
  const read: ReadHashes = async (level, { start, end }) =>
    level === 0
      ? stored.slice(start, end)
      : tiles
          .filter((tile) => tile.level === level && tile.index >= start && tile.index < end)
          .map((tile) => tile.hash);
  return { tree, tiles, read };
}

const sizes = fc.integer({ min: 1, max: 1_500 });

describe('the tree in tiles', () => {
  it('has the root of the whole tree however it grew', () => {
    fc.assert(
      fc.property(sizes, fc.array(fc.integer({ min: 1, max: 700 }), { maxLength: 6 }), (size, parts) => {
        const { tree, tiles } = storeOf(size, parts);
        expect(tree.size).toBe(size);
        expect(rootOfTree(tree).equals(rootOfLeaves(leaves.slice(0, size)))).toBe(true);
        expect(tiles.map((tile) => tile.index)).toEqual([...Array(Math.floor(size / TILE_WIDTH)).keys()]);
      }),
    );
  });

  it.each([255, 256, 257, 1_300, 65_537])(
    'of %i leaves grows on from what is stored, and answers every range that a proof asks for',
    async (size) => {
      const { tree, read } = storeOf(size, []);
      const pending = await Promise.all(pendingRanges(size).map((range, level) => read(level, range)));
      expect(rootOfTree({ size, pending }).equals(rootOfTree(tree))).toBe(true);
      const [index, old] = [Math.floor(size / 3), Math.floor(size / 5)];
      for (const range of [...inclusionRanges(index, size), ...consistencyRanges(old, size), { start: 0, end: size }]) {
        const expected = rootOfLeaves(leaves.slice(range.start, range.end));
        expect((await readRangeRoot(read, range)).equals(expected)).toBe(true);
      }
    },
  );

  it('says so when a stored hash is gone', async () => {
    await expect(readRangeRoot(async () => [], { start: 0, end: 4 })).rejects.toThrow(/are gone/);
  });
});
