// The Merkle tree of RFC 6962, section 2.1, over SHA-256. Sizes are whole numbers below 2^53; bit operators would stop at 2^31.
import { createHash, hash } from 'node:crypto';

/** 32 bytes. */
export type TreeHash = Buffer;

export const emptyRoot: TreeHash = hash('sha256', '', 'buffer');

const leafPrefix = Buffer.of(0);
const nodePrefix = Buffer.of(1);

export const hashLeaf = (content: Uint8Array): TreeHash =>
  createHash('sha256').update(leafPrefix).update(content).digest();
export const hashNode = (left: TreeHash, right: TreeHash): TreeHash =>
  hash('sha256', Buffer.concat([nodePrefix, left, right], 65), 'buffer');

/** The right edge of a tree: roots of its complete subtrees, largest first. All that is needed to let it grow. */
export interface CompactRange {
  readonly size: number;
  readonly subtrees: readonly TreeHash[];
}

export const emptyRange: CompactRange = { size: 0, subtrees: [] };

/** The range with these leaf hashes behind it, in time that grows with their number alone. */
export function extendRange(range: CompactRange, leaves: readonly TreeHash[]): CompactRange {
  const subtrees = [...range.subtrees];
  let { size } = range;
  for (const leaf of leaves) {
    let joined = leaf;
    for (let rest = size; rest % 2 === 1; rest = (rest - 1) / 2) joined = hashNode(subtrees.pop()!, joined);
    subtrees.push(joined);
    size += 1;
  }
  return { size, subtrees };
}

export function rootOfRange({ subtrees }: CompactRange): TreeHash {
  if (subtrees.length === 0) return emptyRoot;
  return subtrees.reduceRight((right, left) => hashNode(left, right));
}

export const rootOfLeaves = (leaves: readonly TreeHash[]): TreeHash => rootOfRange(extendRange(emptyRange, leaves));

/** Leaves `start` up to but not with `end`. */
export interface LeafRange {
  start: number;
  end: number;
}

/** The complete subtrees that a tree of this size consists of, or a part of it that starts on a subtree's edge: largest first. */
export function completeSubtrees({ start, end }: LeafRange): LeafRange[] {
  const parts: LeafRange[] = [];
  for (let from = start; from < end;) {
    let length = 1;
    while (length * 2 <= end - from) length *= 2;
    parts.push({ start: from, end: from + length });
    from += length;
  }
  return parts;
}

/** The ranges whose roots are the inclusion proof of leaf `index` in the tree of `size` leaves, in order. */
export function inclusionRanges(index: number, size: number): LeafRange[] {
  requireWithin(index, size);
  return pathTo(index, { start: 0, end: size });
}

function pathTo(index: number, { start, end }: LeafRange): LeafRange[] {
  if (end - start === 1) return [];
  const split = start + largestPowerBelow(end - start);
  return index < split
    ? [...pathTo(index, { start, end: split }), { start: split, end }]
    : [...pathTo(index, { start: split, end }), { start, end: split }];
}

/** The ranges whose roots prove that the tree of `oldSize` leaves is the beginning of the tree of `size`. */
export function consistencyRanges(oldSize: number, size: number): LeafRange[] {
  if (!Number.isSafeInteger(oldSize) || oldSize < 0 || oldSize > size)
    throw new RangeError(`There is no tree of ${oldSize} leaves in one of ${size}`);
  if (oldSize === 0 || oldSize === size) return [];
  const prove = (old: number, { start, end }: LeafRange, isOldRoot: boolean): LeafRange[] => {
    if (start + old === end) return isOldRoot ? [] : [{ start, end }];
    const half = largestPowerBelow(end - start);
    const split = start + half;
    return old <= half
      ? [...prove(old, { start, end: split }, isOldRoot), { start: split, end }]
      : [...prove(old - half, { start: split, end }, false), { start, end: split }];
  };
  return prove(oldSize, { start: 0, end: size }, true);
}

export interface Inclusion {
  index: number;
  size: number;
  leafHash: TreeHash;
  proof: readonly TreeHash[];
  root: TreeHash;
}

/** Whether the leaf is in the tree with this root: RFC 9162, section 2.1.3.2. */
export function verifyInclusion({ index, size, leafHash, proof, root }: Inclusion): boolean {
  if (!isWithin(index, size)) return false;
  let node = index;
  let last = size - 1;
  let computed = leafHash;
  for (const sibling of proof) {
    if (last === 0) return false;
    if (node % 2 === 1 || node === last) {
      computed = hashNode(sibling, computed);
      while (node % 2 === 0 && node !== 0) [node, last] = [half(node), half(last)];
    } else computed = hashNode(computed, sibling);
    [node, last] = [half(node), half(last)];
  }
  return last === 0 && computed.equals(root);
}

export interface Consistency {
  oldSize: number;
  size: number;
  oldRoot: TreeHash;
  root: TreeHash;
  proof: readonly TreeHash[];
}

/** Whether the tree with the old root is the beginning of the other: RFC 9162, section 2.1.4.2. */
export function verifyConsistency({ oldSize, size, oldRoot, root, proof }: Consistency): boolean {
  if (!Number.isSafeInteger(oldSize) || !Number.isSafeInteger(size) || oldSize < 0 || oldSize > size) return false;
  if (oldSize === size) return proof.length === 0 && oldRoot.equals(root);
  if (oldSize === 0) return proof.length === 0 && oldRoot.equals(emptyRoot);
  const path = isPowerOfTwo(oldSize) ? [oldRoot, ...proof] : [...proof];
  const first = path.shift();
  if (first === undefined) return false;
  let node = oldSize - 1;
  let last = size - 1;
  while (node % 2 === 1) [node, last] = [half(node), half(last)];
  let [oldComputed, computed] = [first, first];
  for (const sibling of path) {
    if (last === 0) return false;
    if (node % 2 === 1 || node === last) {
      oldComputed = hashNode(sibling, oldComputed);
      computed = hashNode(sibling, computed);
      while (node % 2 === 0 && node !== 0) [node, last] = [half(node), half(last)];
    } else computed = hashNode(computed, sibling);
    [node, last] = [half(node), half(last)];
  }
  return last === 0 && oldComputed.equals(oldRoot) && computed.equals(root);
}

const half = (value: number): number => Math.floor(value / 2);
const isPowerOfTwo = (value: number): boolean => largestPowerBelow(value + 1) === value;
const isWithin = (index: number, size: number): boolean =>
  Number.isSafeInteger(index) && Number.isSafeInteger(size) && index >= 0 && index < size;

function requireWithin(index: number, size: number): void {
  if (!isWithin(index, size)) throw new RangeError(`There is no leaf ${index} in a tree of ${size}`);
}

/** The largest power of two that is smaller than `value`, for `value` of 2 and more. */
function largestPowerBelow(value: number): number {
  let power = 1;
  while (power * 2 < value) power *= 2;
  return power;
}
