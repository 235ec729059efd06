import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  completeSubtrees,
  consistencyRanges,
  emptyRange,
  emptyRoot,
  extendRange,
  hashLeaf,
  inclusionRanges,
  rootOfLeaves,
  rootOfRange,
  verifyConsistency,
  verifyInclusion,
  type LeafRange,
  type TreeHash,
} from './merkle.ts';

// Inputs and results of the reference implementation of RFC 6962 (certificate-transparency, merkletree tests).
const inputs = ['', '00', '10', '2021', '3031', '40414243', '5051525354555657', '606162636465666768696a6b6c6d6e6f'];
const roots = [
  '6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d',
  'fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125',
  'aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77',
  'd37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7',
  '4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4',
  '76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef',
  'ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c',
  '5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328',
];
const leaves = inputs.map((input) => hashLeaf(Buffer.from(input, 'hex')));
const hex = (hashes: readonly TreeHash[]) => hashes.map((hash) => hash.toString('hex'));

const rootOf = (all: readonly TreeHash[]) => (range: LeafRange) => rootOfLeaves(all.slice(range.start, range.end));
const prove = (all: readonly TreeHash[], index: number) => inclusionRanges(index, all.length).map(rootOf(all));
const proveGrowth = (all: readonly TreeHash[], old: number) => consistencyRanges(old, all.length).map(rootOf(all));

const leafList = (size: number) => Array.from({ length: size }, (_, index) => hashLeaf(Buffer.from(`entry ${index}`)));
const flip = (hash: TreeHash, bit: number): TreeHash => {
  const flipped = Buffer.from(hash);
  flipped[(bit >> 3) % 32]! ^= 1 << (bit & 7);
  return flipped;
};
const sizeAndIndex = fc.integer({ min: 1, max: 300 }).chain((size) => fc.tuple(fc.constant(size), fc.nat(size - 1)));

describe('the tree of RFC 6962', () => {
  it('has the roots of the reference implementation', () => {
    expect(emptyRoot.toString('hex')).toBe('e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855');
    expect(hex(leaves.map((_, index) => rootOfLeaves(leaves.slice(0, index + 1))))).toEqual(roots);
  });

  it('gives the inclusion proofs of the reference implementation', () => {
    expect(prove(leaves.slice(0, 1), 0)).toEqual([]);
    expect(hex(prove(leaves, 0))).toEqual([
      '96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7',
      '5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e',
      '6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4',
    ]);
    expect(hex(prove(leaves, 5))).toEqual([
      'bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b',
      'ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0',
      'd37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7',
    ]);
    expect(hex(prove(leaves.slice(0, 3), 2))).toEqual([
      'fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125',
    ]);
  });

  it('gives the consistency proofs of the reference implementation', () => {
    expect(hex(proveGrowth(leaves, 1))).toEqual([
      '96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7',
      '5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e',
      '6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4',
    ]);
    expect(hex(proveGrowth(leaves, 6))).toEqual([
      '0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a',
      'ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0',
      'd37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7',
    ]);
  });

  it('has the same root however the leaves arrive', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 40 }), { maxLength: 8 }), (parts) => {
        const all = leafList(parts.reduce((sum, part) => sum + part, 0));
        let range = emptyRange;
        for (const part of parts) range = extendRange(range, all.slice(range.size, range.size + part));
        expect(rootOfRange(range)).toEqual(rootOfLeaves(all));
        expect(range.subtrees).toEqual(completeSubtrees({ start: 0, end: all.length }).map(rootOf(all)));
      }),
    );
  });

  it('proves every leaf, and no proof survives a flipped bit, another place or a missing step', () => {
    fc.assert(
      fc.property(sizeAndIndex, fc.nat(), fc.nat(), ([size, index], which, bit) => {
        const all = leafList(size);
        const given = { index, size, leafHash: all[index]!, proof: prove(all, index), root: rootOfLeaves(all) };
        expect(verifyInclusion(given)).toBe(true);
        expect(verifyInclusion({ ...given, leafHash: flip(given.leafHash, bit) })).toBe(false);
        expect(verifyInclusion({ ...given, root: flip(given.root, bit) })).toBe(false);
        expect(verifyInclusion({ ...given, index: index + 1 })).toBe(false);
        expect(verifyInclusion({ ...given, proof: [...given.proof, given.root] })).toBe(false);
        if (given.proof.length === 0) return;
        const at = which % given.proof.length;
        expect(verifyInclusion({ ...given, proof: given.proof.with(at, flip(given.proof[at]!, bit)) })).toBe(false);
        expect(verifyInclusion({ ...given, proof: given.proof.slice(1) })).toBe(false);
      }),
    );
  });

  it('proves that it only grew, and no proof survives a flipped bit', () => {
    fc.assert(
      fc.property(sizeAndIndex, fc.nat(), fc.nat(), ([size, old], which, bit) => {
        const all = leafList(size);
        const oldRoot = rootOfLeaves(all.slice(0, old));
        const given = { oldSize: old, size, oldRoot, root: rootOfLeaves(all), proof: proveGrowth(all, old) };
        expect(verifyConsistency(given)).toBe(true);
        expect(verifyConsistency({ ...given, oldRoot: flip(oldRoot, bit) })).toBe(false);
        if (old === 0) return;
        expect(verifyConsistency({ ...given, root: flip(given.root, bit) })).toBe(false);
        const at = which % given.proof.length;
        expect(verifyConsistency({ ...given, proof: given.proof.with(at, flip(given.proof[at]!, bit)) })).toBe(false);
      }),
    );
  });
});
