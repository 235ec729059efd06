import { listJournalRows } from '../../db/queries/read-journal.ts';
import type { JournalEntryView } from '../schemas/views.ts';
import type { Caller } from './caller.ts';
import type { Deps } from './deps.ts';
import { entryViewOf } from './journal-entry-view.ts';
import { findVisibleReview } from './visible-review.ts';

const MAXIMUM_ENTRIES = 1_000;

/** Every journal entry about the review, refused attempts too, oldest first. Throws NOT_FOUND. */
export async function reviewHistory(deps: Deps, caller: Caller, reviewId: string): Promise<JournalEntryView[]> {
  const review = await findVisibleReview(deps, caller, reviewId);
  const rows = await listJournalRows(deps.database.pool, {
    stream: review.modelVersionId,
    reviewId,
    submittedBy: null,
    isNewestFirst: false,
    limit: MAXIMUM_ENTRIES,
  });
  return rows.slice(0, MAXIMUM_ENTRIES).map(entryViewOf);
}
