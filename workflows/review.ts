// How every process holds reviews: open in Postgres, wait until Postgres says closed, or for the deadline, an instant.
import { condition } from '@temporalio/workflow';
import type { ProcessOutcome } from '../domain/process.ts';
import type { OpenedReview, ReviewClosed } from './contract.ts';
import type { Heard } from './listen.ts';
import { steps } from './steps.ts';

export interface HeldOutcome {
  outcome: Extract<
    ProcessOutcome,
    'APPROVED' | 'REJECTED' | 'CHANGES_REQUESTED' | 'EXPIRED' | 'WITHDRAWN' | 'SUPERSEDED'
  >;
  reason: string;
}

/** Waits until all of these are approved, or the first one that is not. The row decides: a deadline that races a decision loses or wins there. */
export async function holdReviews(opened: readonly OpenedReview[], heard: Heard): Promise<HeldOutcome> {
  const waiting = new Map(opened.map((review) => [review.id, review]));
  while (waiting.size > 0) {
    const next = [...waiting.values()].reduce((first, review) => (review.dueAt < first.dueAt ? review : first));
    const isHeard = await condition(
      () => heard.stopped !== undefined || [...waiting.keys()].some((id) => heard.closed.has(id)),
      Math.max(1, Date.parse(next.dueAt) - Date.now()),
    );
    if (heard.stopped) return { outcome: heard.stopped.cause, reason: heard.stopped.reason };
    if (!isHeard) heard.closed.set(next.id, await steps.expireReview({ reviewId: next.id }));
    for (const id of [...waiting.keys()]) {
      const closed = heard.closed.get(id);
      if (!closed) continue;
      waiting.delete(id);
      const ending = endingOf(closed);
      if (ending) return ending;
      if (closed.outcome !== 'CONFLICT') continue;
      const settling = await steps.openConflictReview({ reviewId: id });
      if (settling) waiting.set(settling.id, settling);
      else await condition(() => heard.stopped !== undefined);
    }
  }
  return { outcome: 'APPROVED', reason: 'Every sign-off was given.' };
}

/** How the process ends by this review; undefined while others decide about it. */
function endingOf(closed: ReviewClosed): HeldOutcome | undefined {
  switch (closed.outcome) {
    case 'APPROVED':
    case 'CONFLICT':
      return undefined;
    case 'REJECTED':
      return { outcome: 'REJECTED', reason: 'A reviewer rejected it.' };
    case 'CHANGES_REQUESTED':
      return { outcome: 'CHANGES_REQUESTED', reason: 'A reviewer asked for changes.' };
    case 'EXPIRED':
      return { outcome: 'EXPIRED', reason: 'A review passed its deadline without enough decisions.' };
    case 'CANCELED':
    case null:
      return {
        outcome: closed.state === 'OBSOLETE' ? 'SUPERSEDED' : 'WITHDRAWN',
        reason: 'The review was taken back.',
      };
  }
}
