import type { NewEntry } from '../domain/journal.ts';
import { canMove, type Stage } from '../domain/stage.ts';
import { newId } from '../db/new-id.ts';
import { appendEntries } from '../db/queries/journal.ts';
import { enqueue } from '../db/queries/outbox.ts';
import { insertProcess, type ProcessRow } from '../db/queries/processes.ts';
import { lockVersionById, moveVersion } from '../db/queries/versions.ts';
import { processWorkflowId, type StartableKind } from '../workflows/contract.ts';
import type { ActivityDeps } from './deps.ts';
import { openStage } from './open-reviews.ts';

export interface BeginProcess {
  lifecycleId: string;
  modelVersionId: string;
  kind: Exclude<StartableKind, 'lifecycle' | 'follow_up'>;
  round: number;
}

const stageDuring: Record<BeginProcess['kind'], Stage> = { validation: 'validating', approval: 'approving' };

/**
 * Writes a process down and leaves the line that starts its workflow. Starts nothing when it was begun before,
 * or when the version was withdrawn or went on to a newer round meanwhile: the signal about that is on its way.
 */
export async function beginProcess(deps: ActivityDeps, begin: BeginProcess): Promise<void> {
  await deps.database.withTransaction(async (tx) => {
    const version = await lockVersionById(tx, begin.modelVersionId);
    const stage = stageDuring[begin.kind];
    if (version.round !== begin.round || !canMove(version.stage, stage)) return;
    const id = newId('process');
    const process = await insertProcess(tx, {
      id,
      modelVersionId: version.id,
      kind: begin.kind,
      round: begin.round,
      state: 'RUNNING',
      workflowId: processWorkflowId(id),
      policyId: version.policyId,
      policyVersion: version.policyVersion,
      details: { lifecycleId: begin.lifecycleId },
      startedAt: deps.now(),
    });
    if (!process) return;
    await moveVersion(tx, version.id, { stage });
    await appendEntries(tx, [startedEntry(process, version.stage, stage)], deps.now());
    const input = { processId: id, modelVersionId: version.id, round: begin.round };
    // An approval begins by asking people: they are asked in the transaction that begins it, and its workflow starts by waiting.
    const opened =
      begin.kind === 'approval' ? { opened: await openStage(deps, tx, { process, version, stage: 0 }) } : {};
    await enqueue(tx, [
      { workflowId: process.workflowId, message: { do: 'start', kind: begin.kind, input: { ...input, ...opened } } },
    ]);
  });
  deps.wakeRelay();
}

function startedEntry(process: ProcessRow, from: Stage, to: Stage): NewEntry {
  return {
    stream: process.modelVersionId,
    type: 'process.started',
    actor: { type: 'system', id: 'workflow/lifecycle' },
    reason: `Policy ${process.policyId} version ${process.policyVersion} asks for ${process.kind} of round ${process.round}.`,
    data: {
      processId: process.id,
      kind: process.kind,
      round: process.round,
      policy: { id: process.policyId, version: process.policyVersion },
      stage: { from, to },
    },
  };
}
