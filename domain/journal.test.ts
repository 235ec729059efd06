import { hash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { chainEntries, emptyHead, entryProblem, type NewEntry, type StoredEntry } from './journal.ts';

const sha256 = (text: string) => `sha256:${hash('sha256', text, 'hex')}`;
const entry = (reason: string): NewEntry => ({
  stream: 'mver_1',
  type: 'decision.recorded',
  actor: { type: 'user', id: 'carla' },
  reason,
  data: { outcome: 'APPROVED', '€': [1, 2] },
});
const written = (count: number): StoredEntry[] =>
  chainEntries(
    emptyHead,
    Array.from({ length: count }, (_, index) => entry(`reason ${index}`)),
    '2026-11-21T10:00:00.000Z',
    sha256,
  ).chained.map(({ content, bytes, hash }) => ({
    stream: content.stream,
    position: content.position,
    bytes,
    hash,
  }));
const firstProblem = (entries: StoredEntry[]) => {
  let head = emptyHead;
  for (const stored of entries) {
    const problem = entryProblem(head, stored, sha256);
    if (problem) return problem;
    head = { position: stored.position, hash: stored.hash };
  }
  return undefined;
};

describe('the chain of a stream', () => {
  it('holds as it was written', () => {
    expect(firstProblem(written(5))).toBeUndefined();
  });

  it('names the entry in which any byte was flipped', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 4 }), fc.nat(), (index, at) => {
        const entries = written(5);
        const target = entries[index]!;
        const bytes = Buffer.from(target.bytes);
        bytes[at % bytes.length]! ^= 1;
        entries[index] = { ...target, bytes: bytes.toString('latin1') };
        expect(firstProblem(entries)?.position).toBe(index + 1);
      }),
    );
  });

  it('names the place of an entry that was taken out, swapped or rewritten with a hash of its own', () => {
    const [one, two, three] = written(3) as [StoredEntry, StoredEntry, StoredEntry];
    expect(firstProblem([one, three])?.problem).toContain('entry 2 is missing');
    expect(firstProblem([one, { ...three, position: 2 }, { ...two, position: 3 }])?.position).toBe(2);
    const forged = two.bytes.replace('reason 1', 'reason X');
    expect(firstProblem([one, { ...two, bytes: forged, hash: sha256(forged) }, three])?.position).toBe(3);
  });

  it('hashes the canonical bytes of RFC 8785: keys sorted, numbers as ECMAScript writes them', () => {
    expect(written(1)[0]!.bytes).toBe(
      `{"actor":{"id":"carla","type":"user"},"alg":"sha256","at":"2026-11-21T10:00:00.000Z","data":{"outcome":"APPROVED","€":[1,2]},"position":1,"previousHash":"sha256:${'0'.repeat(64)}","reason":"reason 0","stream":"mver_1","type":"decision.recorded","v":1}`,
    );
  });
});
