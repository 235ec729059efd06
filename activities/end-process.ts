import type { NewEntry } from '../domain/journal.ts';
import { stageAfter, type ProcessOutcome } from '../domain/process.ts';
import { canMove, type Stage } from '../domain/stage.ts';
import type { DbOrTx } from '../db/client.ts';
import { appendEntries } from '../db/queries/journal.ts';
import { listOverrides, type OverrideRow } from '../db/queries/read-overrides.ts';
import { setConditions } from '../db/queries/follow-ups.ts';
import { enqueue } from '../db/queries/outbox.ts';
import { completeProcess, findRunningProcesses, getProcessById, type ProcessRow } from '../db/queries/processes.ts';
import { closeReview, lockOpenReviews } from '../db/queries/reviews.ts';
import { lockVersionById, moveVersion, type VersionRow } from '../db/queries/versions.ts';
import { PROCESS_ENDED, PROCESS_STOPPED, processWorkflowId } from '../workflows/contract.ts';
import type { ActivityDeps } from './deps.ts';

export interface EndProcess {
  processId: string;
  outcome: ProcessOutcome;
  reason: string;
}

/**
 * Ends a process: its row, its version's stage, reviews that nobody needs any more, the journal and the line to its lifecycle, in one transaction.
 * Answers the outcome that stands: a withdrawal or newer evidence that Postgres took first wins over what the workflow believed.
 */
export async function endProcess(deps: ActivityDeps, end: EndProcess): Promise<ProcessOutcome> {
  const standing = await deps.database.withTransaction(async (tx) => {
    const process = await getProcessById(tx, end.processId);
    const version = await lockVersionById(tx, process.modelVersionId);
    const outcome = outcomeThatStands(process, version, end.outcome);
    const at = deps.now();
    const overridden = (await listOverrides(tx, version.id)).filter(({ processId }) => processId === process.id);
    const reason = reasonThatStands(outcome, end.reason, overridden);
    const ended = await completeProcess(tx, process.id, { outcome, reason, at });
    if (!ended) return (await getProcessById(tx, end.processId)).outcome ?? outcome;
    const canceled = await cancelOpenReviews(deps, tx, process, reason);
    const stage = await moveStage(tx, process, version, outcome, at);
    const promised = outcome === 'APPROVED' && process.kind === 'approval' ? await setConditions(tx, process, at) : [];
    const stopped = stage === 'quarantined' && version.stage !== stage ? await stopOthers(deps, tx, process) : [];
    await tellLifecycle(tx, process, outcome);
    await appendEntries(
      tx,
      [
        ...canceled,
        ...stopped,
        endedEntry(process, { outcome, reason, isOverridden: overridden.length > 0 }, version.stage, stage),
        ...promised,
      ],
      at,
    );
    return outcome;
  });
  deps.wakeRelay();
  return standing;
}

function outcomeThatStands(process: ProcessRow, version: VersionRow, believed: ProcessOutcome): ProcessOutcome {
  if (version.stage === 'withdrawn') return 'WITHDRAWN';
  if (process.kind !== 'lifecycle' && version.round > process.round) return 'SUPERSEDED';
  return believed;
}

/** What people let through in an emergency is not said to have been signed off. */
function reasonThatStands(outcome: ProcessOutcome, reason: string, overridden: readonly OverrideRow[]): string {
  const decisive = overridden.filter((override) => (override.outcome === 'APPROVED') === isPass(outcome));
  if (decisive.length === 0 || outcome === 'WITHDRAWN' || outcome === 'SUPERSEDED') return reason;
  const which = decisive.map(({ title }) => title).join(', ');
  return isPass(outcome)
    ? `Let through in an emergency: the glass was broken on ${which}. Every other sign-off was given.`
    : `Ended in an emergency: the glass was broken on ${which}.`;
}

const isPass = (outcome: ProcessOutcome): boolean => outcome === 'APPROVED' || outcome === 'VALIDATED';

async function moveStage(
  tx: DbOrTx,
  process: ProcessRow,
  version: VersionRow,
  outcome: ProcessOutcome,
  at: Date,
): Promise<Stage> {
  const stage = stageAfter(process.kind, outcome);
  if (stage === undefined || !canMove(version.stage, stage)) return version.stage;
  await moveVersion(tx, version.id, stage === 'approved' ? { stage, approvedAt: at } : { stage });
  return stage;
}

async function cancelOpenReviews(
  deps: ActivityDeps,
  tx: DbOrTx,
  process: ProcessRow,
  reason: string,
): Promise<NewEntry[]> {
  const entries: NewEntry[] = [];
  for (const review of await lockOpenReviews(tx, [process.id])) {
    const because = `No longer needed: ${reason}`;
    await closeReview(tx, {
      id: review.id,
      state: 'CANCELED',
      outcome: 'CANCELED',
      by: `workflow/${process.kind}`,
      reason: because,
      at: deps.now(),
    });
    entries.push({
      stream: process.modelVersionId,
      type: 'review.closed',
      actor: { type: 'system', id: `workflow/${process.kind}` },
      reason: because,
      data: {
        reviewId: review.id,
        processId: process.id,
        signOff: review.signOff,
        state: 'CANCELED',
        outcome: 'CANCELED',
        evidenceDigest: review.evidenceDigest,
      },
    });
  }
  return entries;
}

/** A version that was taken out of use asks nobody for anything more. */
async function stopOthers(deps: ActivityDeps, tx: DbOrTx, { id, modelVersionId }: ProcessRow): Promise<NewEntry[]> {
  const reason = 'The version was quarantined.';
  const entries: NewEntry[] = [];
  for (const other of await findRunningProcesses(tx, modelVersionId)) {
    if (other.id === id) continue;
    entries.push(...(await cancelOpenReviews(deps, tx, other, reason)));
    const message = { do: 'tell', what: PROCESS_STOPPED, payload: { cause: 'WITHDRAWN', reason } } as const;
    await enqueue(tx, [{ workflowId: other.workflowId, message }]);
  }
  return entries;
}

async function tellLifecycle(tx: DbOrTx, process: ProcessRow, outcome: ProcessOutcome): Promise<void> {
  const { lifecycleId } = process.details;
  if (typeof lifecycleId !== 'string') return;
  const payload = { processId: process.id, kind: process.kind, outcome, round: process.round };
  await enqueue(tx, [
    { workflowId: processWorkflowId(lifecycleId), message: { do: 'tell', what: PROCESS_ENDED, payload } },
  ]);
}

function endedEntry(
  process: ProcessRow,
  { outcome, reason, isOverridden }: { outcome: ProcessOutcome; reason: string; isOverridden: boolean },
  from: Stage,
  to: Stage,
): NewEntry {
  return {
    stream: process.modelVersionId,
    type: 'process.ended',
    actor: { type: 'system', id: `workflow/${process.kind}` },
    reason,
    data: {
      processId: process.id,
      kind: process.kind,
      round: process.round,
      outcome,
      stage: { from, to },
      ...(isOverridden && { isOverridden }),
    },
  };
}
