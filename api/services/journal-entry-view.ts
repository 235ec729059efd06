import { entryContentSchema } from '../../domain/journal.ts';
import type { JournalEntryView } from '../schemas/views.ts';

/** An entry as it was written, read from its hashed bytes. */
export function entryViewOf({ content, hash }: { content: Buffer; hash: string }): JournalEntryView {
  const { v: _v, alg: _alg, ...entry } = entryContentSchema.parse(JSON.parse(content.toString('utf8')));
  return { ...entry, hash };
}
