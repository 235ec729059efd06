import { inject } from 'vitest';
import { chainEntries, emptyHead, type ChainedEntry, type NewEntry } from '../../domain/journal.ts';
import type { Database } from '../../db/client.ts';
import { entryRow } from '../../db/queries/journal.ts';
import { journalEntries, journalHeads } from '../../db/schema/index.ts';
import { sha256 } from '../../db/sha256.ts';
import type { TestDatabase } from './database.ts';

export const streamName = (index: number): string => `mver_${String(index).padStart(4, '0')}`;

const noteOf = (stream: string, index: number): NewEntry => ({
  stream,
  type: index === 0 ? 'model_version.submitted' : 'decision.recorded',
  actor: index % 2 === 0 ? { type: 'system', id: 'workflow/approval' } : { type: 'user', id: 'carla' },
  reason: `Reason ${index} of ${stream}, with “quotes” and a € sign.`,
  data: { index, nested: { outcome: 'APPROVED', list: [1, 2, 3] } },
});

/** The entries of a stream as they are written by a house in order; `change` writes another history. */
export const chainOf = (
  stream: string,
  length: number,
  change = (entry: NewEntry): NewEntry => entry,
): ChainedEntry[] =>
  chainEntries(
    emptyHead,
    Array.from({ length }, (_, index) => change(noteOf(stream, index))),
    '2026-11-21T10:00:00.250Z',
    sha256,
  ).chained;

/** Streams of so many entries each, straight into the tables. */
export async function plantJournal({ db }: Database, lengths: readonly number[], firstStream = 0): Promise<void> {
  for (const [index, length] of lengths.entries()) {
    const stream = streamName(firstStream + index);
    const chain = chainOf(stream, length);
    const last = chain.at(-1)!;
    await db.insert(journalEntries).values(chain.map(entryRow));
    await db.insert(journalHeads).values({ stream, position: length, hash: last.hash });
  }
}

/** The same database as somebody who may do everything. */
export function superuserUrlOf({ databaseUrl }: TestDatabase): string {
  const url = new URL(inject('postgres').superuserUrl);
  url.pathname = new URL(databaseUrl).pathname;
  return url.href;
}
