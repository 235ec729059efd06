// What a journal entry is, and how entries chain. Hashing is handed in, so that this file runs anywhere.
import { z } from 'zod';
import { actorSchema, type Actor } from './actor.ts';
import { canonicalJson } from './canonical.ts';

export const entryTypes = [
  'model_version.submitted', 'model_version.evidence_updated', 'model_version.withdrawn', 'model_version.stage_changed',
  'process.started', 'process.ended', 'criteria.frozen', 'evidence.computed', 'evidence.read',
  'review.opened', 'review.claimed', 'review.released', 'review.closed', 'review.reminded', 'decision.recorded', 'decision.refused',
  'policy.published', 'person.seeded', 'journal.exported',
] as const; // prettier-ignore
export type EntryType = (typeof entryTypes)[number];

export const genesisHash = `sha256:${'0'.repeat(64)}`;

/** What is hashed and stored as written: canonical JSON of this. */
export const entryContentSchema = z.strictObject({
  v: z.literal(1),
  alg: z.literal('sha256'),
  stream: z.string(),
  position: z.int().positive(),
  type: z.string(),
  at: z.iso.datetime(),
  actor: actorSchema,
  reason: z.string().nullable(),
  data: z.record(z.string(), z.unknown()),
  previousHash: z.string(),
});
export type EntryContent = z.infer<typeof entryContentSchema>;

/** A step to be journaled; its place in the chain is given when it is written. */
export interface NewEntry {
  /** The subject: a model version's id, or `policy/<id>`. */
  stream: string;
  type: EntryType;
  actor: Actor;
  /** Why, in words: people's own, and for software the rule that made it act. */
  reason: string;
  /** Plain JSON without undefined. */
  data: Record<string, unknown>;
}

export interface ChainHead {
  position: number;
  hash: string;
}

export const emptyHead: ChainHead = { position: 0, hash: genesisHash };

export interface ChainedEntry {
  content: EntryContent;
  bytes: string;
  hash: string;
}

/** Puts an entry at the end of its stream. `at` is an RFC 3339 instant in UTC; `sha256` answers `sha256:<hex>` of UTF-8 text. */
export function chainEntry(head: ChainHead, entry: NewEntry, at: string, sha256: (text: string) => string): ChainedEntry {
  const content: EntryContent = {
    v: 1,
    alg: 'sha256',
    stream: entry.stream,
    position: head.position + 1,
    type: entry.type,
    at,
    actor: entry.actor,
    reason: entry.reason,
    data: entry.data,
    previousHash: head.hash,
  };
  const bytes = canonicalJson(content);
  return { content, bytes, hash: sha256(bytes) };
}

/** Several entries in a row on one stream. */
export function chainEntries(head: ChainHead, entries: readonly NewEntry[], at: string, sha256: (text: string) => string): { chained: ChainedEntry[]; head: ChainHead } {
  const chained: ChainedEntry[] = [];
  let last = head;
  for (const entry of entries) {
    const next = chainEntry(last, entry, at, sha256);
    chained.push(next);
    last = { position: next.content.position, hash: next.hash };
  }
  return { chained, head: last };
}

export interface StoredEntry {
  stream: string;
  position: number;
  bytes: string;
  hash: string;
}

export interface BrokenEntry {
  stream: string;
  position: number;
  problem: string;
}

/** What is wrong with an entry that should follow `head`; undefined when it follows. Checks the stored bytes, never a re-serialised copy. */
export function entryProblem(head: ChainHead, stored: StoredEntry, sha256: (text: string) => string): BrokenEntry | undefined {
  const broken = (problem: string): BrokenEntry => ({ stream: stored.stream, position: stored.position, problem });
  if (stored.position !== head.position + 1) return broken(`entry ${head.position + 1} is missing`);
  if (sha256(stored.bytes) !== stored.hash) return broken('its content is not what was written: the hash of its bytes differs');
  const content = entryContentSchema.safeParse(JSON.parse(stored.bytes));
  if (!content.success) return broken('its content is not a journal entry');
  if (content.data.stream !== stored.stream || content.data.position !== stored.position) return broken('it was moved: its content names another place');
  if (content.data.previousHash !== head.hash) return broken('it does not follow the entry before it: the previous hash differs');
  return undefined;
}
