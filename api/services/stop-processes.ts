import type { NewEntry } from '../../domain/journal.ts';
import type { DbOrTx } from '../../db/client.ts';
import { enqueue } from '../../db/queries/outbox.ts';
import { findRunningProcesses } from '../../db/queries/processes.ts';
import { closeReview, lockOpenReviews } from '../../db/queries/reviews.ts';
import type { VersionRow } from '../../db/queries/versions.ts';
import { PROCESS_STOPPED, type ProcessStopped } from '../../workflows/contract.ts';
import type { Deps } from './deps.ts';

/** Closes the open reviews of the version's running processes and tells their workflows; answers the entries to journal. `spared` runs on. */
export async function stopProcesses(
  deps: Deps,
  tx: DbOrTx,
  version: VersionRow,
  stop: ProcessStopped,
  spared?: string,
): Promise<NewEntry[]> {
  const running = (await findRunningProcesses(tx, version.id)).filter((process) => process.id !== spared);
  const state = stop.cause === 'WITHDRAWN' ? 'CANCELED' : 'OBSOLETE';
  const entries: NewEntry[] = [];
  for (const review of await lockOpenReviews(
    tx,
    running.map((process) => process.id),
  )) {
    const closed = await closeReview(tx, {
      id: review.id,
      state,
      outcome: 'CANCELED',
      by: 'intake',
      reason: stop.reason,
      at: deps.now(),
    });
    if (!closed) continue;
    entries.push({
      stream: version.id,
      type: 'review.closed',
      actor: { type: 'system', id: 'intake' },
      reason: stop.reason,
      data: {
        reviewId: review.id,
        processId: review.processId,
        signOff: review.signOff,
        state,
        outcome: 'CANCELED',
        evidenceDigest: review.evidenceDigest,
      },
    });
  }
  await enqueue(
    tx,
    running.map((process) => ({
      workflowId: process.workflowId,
      message: { do: 'tell', what: PROCESS_STOPPED, payload: stop } as const,
    })),
  );
  return entries;
}
