// What a journal entry is, and how entries chain. Hashing is handed in, so that this file runs anywhere.
import { z } from 'zod';
import { actorSchema, actorTypes, type Actor } from './actor.ts';
import { canonicalJson } from './canonical.ts';

export const entryTypes = [
  'model_version.submitted', 'model_version.evidence_updated', 'model_version.withdrawn', 'model_version.stage_changed',
  'process.started', 'process.ended', 'process.recreated', 'criteria.frozen', 'evidence.computed', 'evidence.read',
  'review.opened', 'review.claimed', 'review.released', 'review.closed', 'review.reminded', 'review.started',
  'review.delegated', 'review.forwarded', 'review.info_requested', 'review.info_submitted', 'review.suspended', 'review.resumed', 'review.commented',
  'review.attached', 'review.escalated', 'review.rerouted', 'decision.recorded', 'decision.refused', 'decision.deferred', 'decision.lapsed', 'decision.carried',
  'condition.set', 'condition.fulfilled', 'condition.expired', 'policy.overridden', 'policy.rebased',
  'policy.published', 'person.added', 'person.deactivated', 'token.issued', 'token.revoked', 'journal.exported', 'approvals.exported',
  'person.changed', 'person.absent', 'person.returned', 'person.qualified', 'person.linked', 'webhook_endpoint.added', 'webhook_endpoint.disabled', 'webhook_endpoint.rotated', 'delivery.given_up',
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
export function chainEntry(
  head: ChainHead,
  entry: NewEntry,
  at: string,
  sha256: (text: string) => string,
): ChainedEntry {
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
export function chainEntries(
  head: ChainHead,
  entries: readonly NewEntry[],
  at: string,
  sha256: (text: string) => string,
): { chained: ChainedEntry[]; head: ChainHead } {
  const chained: ChainedEntry[] = [];
  let last = head;
  for (const entry of entries) {
    const next = chainEntry(last, entry, at, sha256);
    chained.push(next);
    last = { position: next.content.position, hash: next.hash };
  }
  return { chained, head: last };
}

/** An entry as it lies in storage: the bytes that were hashed, and beside them the copies that lists search by. */
export interface StoredEntry<Content extends string | Uint8Array = string> {
  stream: string;
  position: number;
  bytes: Content;
  hash: string;
  /** Absent where there are no copies, as in an export. `at` is RFC 3339. */
  copies?: { type: string; at: string; actorType: string; actorId: string };
}

export interface BrokenEntry {
  stream: string;
  position: number;
  problem: string;
}

/** Whether the signed root over the first `size` entries is the root over the entries that are stored. */
export interface CheckpointVerdict {
  size: number;
  ok: boolean;
  problem: string | null;
}

export interface Verification {
  ok: boolean;
  streams: number;
  entries: number;
  /** The first entry that does not hold, in the order of streams and positions. */
  broken: BrokenEntry | null;
  /** One for each checkpoint that was handed in. */
  checkpoints?: CheckpointVerdict[];
}

const utf8 = new TextDecoder('utf-8', { fatal: true });

/**
 * What is wrong with an entry that should follow `head`; undefined when it follows. Checks the stored bytes, never a re-serialised copy.
 * Text stands for its UTF-8 bytes. `sha256` answers `sha256:<hex>`.
 */
export function entryProblem<Content extends string | Uint8Array>(
  head: ChainHead,
  stored: StoredEntry<Content>,
  sha256: (content: Content) => string,
): BrokenEntry | undefined {
  const broken = (problem: string, position = stored.position): BrokenEntry => ({
    stream: stored.stream,
    position,
    problem,
  });
  if (stored.position > head.position + 1) return broken(`entry ${head.position + 1} is missing`, head.position + 1);
  if (stored.position !== head.position + 1) return broken('its position is no place in the chain');
  if (sha256(stored.bytes) !== stored.hash)
    return broken('its content is not what was written: the hash of its bytes differs');
  const content = parseContent(stored.bytes);
  if (content === undefined) return broken('its content is not a journal entry');
  if (content.stream !== stored.stream || content.position !== stored.position)
    return broken('it was moved: its content names another place');
  if (content.previousHash !== head.hash)
    return broken('it does not follow the entry before it: the previous hash differs');
  const copy = stored.copies && wrongCopy(content, stored.copies);
  if (copy !== undefined) return broken(`the copy of its ${copy} beside the content says something else`);
  return undefined;
}

function parseContent(bytes: string | Uint8Array): EntryContent | undefined {
  try {
    const value: unknown = JSON.parse(typeof bytes === 'string' ? bytes : utf8.decode(bytes));
    return isEntryContent(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

const contentKeys = Object.keys(entryContentSchema.shape).length;
const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** What entryContentSchema says, by hand: over millions of entries its parser costs more than hashing them. */
function isEntryContent(value: unknown): value is EntryContent {
  if (!isRecord(value) || Object.keys(value).length !== contentKeys) return false;
  const { v, alg, stream, position, type, at, actor, reason, data, previousHash } = value;
  return (
    v === 1 &&
    alg === 'sha256' &&
    typeof stream === 'string' &&
    Number.isSafeInteger(position) &&
    typeof type === 'string' &&
    typeof at === 'string' &&
    at.endsWith('Z') &&
    !Number.isNaN(Date.parse(at)) &&
    isRecord(actor) &&
    Object.keys(actor).length === 2 &&
    (actorTypes as readonly unknown[]).includes(actor.type) &&
    typeof actor.id === 'string' &&
    actor.id !== '' &&
    (reason === null || typeof reason === 'string') &&
    isRecord(data) &&
    typeof previousHash === 'string'
  );
}

function wrongCopy(content: EntryContent, copies: NonNullable<StoredEntry['copies']>): string | undefined {
  if (copies.type !== content.type) return 'type';
  if (copies.at !== content.at && Date.parse(copies.at) !== Date.parse(content.at)) return 'time';
  if (copies.actorType !== content.actor.type || copies.actorId !== content.actor.id) return 'actor';
  return undefined;
}
