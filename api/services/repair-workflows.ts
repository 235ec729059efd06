import { and, eq } from 'drizzle-orm';
import type { Difference } from '../../domain/reconciliation.ts';
import { Refused } from '../../domain/errors.ts';
import type { DbOrTx } from '../../db/client.ts';
import { appendEntries } from '../../db/queries/journal.ts';
import { enqueue } from '../../db/queries/outbox.ts';
import { closingOf, findReviewsOfProcess } from '../../db/queries/reviews.ts';
import { lockVersionById, type VersionRow } from '../../db/queries/versions.ts';
import { outbox, processes } from '../../db/schema/index.ts';
import {
  EVIDENCE_ARRIVED,
  PROCESS_ENDED,
  PROCESS_STOPPED,
  REVIEW_CLOSED,
  workflowTypes,
  type OutboxMessage,
  type StartableKind,
} from '../../workflows/contract.ts';
import { actorOf, type Caller } from './caller.ts';
import type { Deps } from './deps.ts';

type ProcessRow = typeof processes.$inferSelect;

/**
 * Leaves the lines again that begin a lost workflow, or tell one what it did not hear, each journaled. Nothing else is repaired.
 * Answers the workflows it was done for. Throws FORBIDDEN for all but administrators.
 */
export async function repairWorkflows(
  deps: Deps,
  caller: Caller,
  differences: readonly Difference[],
): Promise<string[]> {
  if (!caller.person.roles.includes('administrator'))
    throw new Refused('FORBIDDEN', 'Repairing is for administrators.');
  const repaired: string[] = [];
  for (const { kind, subject, isInFlight } of differences) {
    if (isInFlight || (kind !== 'process_without_workflow' && kind !== 'process_not_told')) continue;
    if (await repair(deps, caller, subject, kind === 'process_without_workflow')) repaired.push(subject);
  }
  if (repaired.length > 0) deps.wakeRelay();
  return repaired;
}

async function repair(deps: Deps, caller: Caller, workflowId: string, isLost: boolean): Promise<boolean> {
  return deps.database.withTransaction(async (tx) => {
    const [found] = await tx.select().from(processes).where(eq(processes.workflowId, workflowId));
    if (!found) return false;
    const version = await lockVersionById(tx, found.modelVersionId);
    const [process] = await tx
      .select()
      .from(processes)
      .where(and(eq(processes.id, found.id), eq(processes.state, 'RUNNING')));
    const waiting = await tx.select({ id: outbox.id }).from(outbox).where(eq(outbox.workflowId, workflowId)).limit(1);
    if (!process || waiting.length > 0 || !isStartable(process.kind)) return false;
    const start: OutboxMessage = {
      do: 'start',
      kind: process.kind,
      input: { processId: process.id, modelVersionId: version.id, round: process.round },
    };
    const messages = [...(isLost ? [start] : []), ...(await whatItMissed(tx, process, version))];
    await enqueue(
      tx,
      messages.map((message) => ({ workflowId, message })),
    );
    await appendEntries(
      tx,
      [
        {
          stream: version.id,
          type: 'process.recreated',
          actor: actorOf(caller),
          reason: isLost
            ? 'Its row runs and its workflow is lost.'
            : 'Its reviews are closed and its workflow did not go on.',
          data: { processId: process.id, kind: process.kind, round: process.round, messages: messages.length },
        },
      ],
      deps.now(),
    );
    return true;
  });
}

const isStartable = (kind: string): kind is StartableKind => kind in workflowTypes;

/** All that a workflow of this process should have heard; hearing it twice changes nothing. */
async function whatItMissed(tx: DbOrTx, process: ProcessRow, version: VersionRow): Promise<OutboxMessage[]> {
  if (version.stage === 'withdrawn')
    return [
      { do: 'tell', what: PROCESS_STOPPED, payload: { cause: 'WITHDRAWN', reason: 'The version was withdrawn.' } },
    ];
  if (process.kind === 'lifecycle') {
    const parts = await tx.select().from(processes).where(eq(processes.modelVersionId, version.id));
    const arrived: OutboxMessage[] =
      version.round > 1 ? [{ do: 'tell', what: EVIDENCE_ARRIVED, payload: { round: version.round } }] : [];
    const ended = parts
      .filter((part) => part.kind !== 'lifecycle' && part.outcome !== null)
      .map(({ id, kind, outcome, round }): OutboxMessage => ({
        do: 'tell',
        what: PROCESS_ENDED,
        payload: { processId: id, kind, outcome: outcome!, round },
      }));
    return [...arrived, ...ended];
  }
  if (version.round > process.round)
    return [
      {
        do: 'tell',
        what: PROCESS_STOPPED,
        payload: { cause: 'SUPERSEDED', reason: `New evidence opened round ${version.round}.` },
      },
    ];
  const closed = (await findReviewsOfProcess(tx, process.id)).filter((review) => review.closedAt !== null);
  return closed.map((review) => ({ do: 'tell', what: REVIEW_CLOSED, payload: closingOf(review) }));
}
