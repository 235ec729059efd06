import { z } from 'zod';
import { Refused } from '../../domain/errors.ts';
import {
  closeCondition,
  findFollowUpOf,
  listConditions,
  lockCondition,
  type ConditionRow,
} from '../../db/queries/follow-ups.ts';
import { appendEntries } from '../../db/queries/journal.ts';
import { enqueue } from '../../db/queries/outbox.ts';
import { PROCESS_STOPPED, processWorkflowId } from '../../workflows/contract.ts';
import { conditionViewSchema, type ConditionView } from '../schemas/conditions.ts';
import { textSchema } from '../schemas/text.ts';
import { actorOf, type Caller } from './caller.ts';
import type { Deps } from './deps.ts';
import { findVisibleReview } from './visible-review.ts';

export { conditionViewSchema, type ConditionView };

export const fulfilCommandSchema = z.strictObject({ reason: textSchema(4000).min(3) });

export const conditionViewOf = (row: ConditionRow): ConditionView => ({
  id: row.id,
  reviewId: row.reviewId,
  decisionId: row.decisionId,
  text: row.text,
  owner: row.owner,
  dueAt: row.dueAt.toISOString(),
  expiresAt: row.expiresAt.toISOString(),
  state: row.state,
  closedBy: row.closedBy,
  closedReason: row.closedReason,
  closedAt: row.closedAt?.toISOString() ?? null,
});

/** What approvals on this review were conditional on, soonest first. Throws NOT_FOUND. */
export async function conditionsOf(deps: Deps, caller: Caller, reviewId: string): Promise<ConditionView[]> {
  await findVisibleReview(deps, caller, reviewId);
  return (await listConditions(deps.database.db, { reviewId })).map(conditionViewOf);
}

/** Its owner says that what was promised is done, and how. Doing it again answers the same. */
export async function fulfilCondition(
  deps: Deps,
  caller: Caller,
  { conditionId, reason }: { conditionId: string; reason: string },
): Promise<ConditionView> {
  const { handle } = caller.person;
  const view = await deps.database.withTransaction(async (tx) => {
    const condition = await lockCondition(tx, conditionId);
    if (!condition) throw new Refused('NOT_FOUND', 'There is no such condition.');
    await findVisibleReview(deps, caller, condition.reviewId);
    if (condition.owner !== handle)
      throw new Refused('FORBIDDEN', `${condition.owner} has promised this, and only they can say that it is done.`);
    if (condition.state === 'EXPIRED')
      throw new Refused('WRONG_STATE', 'It expired, and people are asked whether the approval stands.');
    if (condition.state === 'FULFILLED') return conditionViewOf(condition);
    const at = deps.now();
    const closed = { state: 'FULFILLED', by: handle, reason, at } as const;
    await closeCondition(tx, conditionId, closed);
    await appendEntries(
      tx,
      [
        {
          stream: condition.modelVersionId,
          type: 'condition.fulfilled',
          actor: actorOf(caller),
          reason,
          data: { conditionId, reviewId: condition.reviewId, text: condition.text, channel: caller.channel },
        },
      ],
      at,
    );
    const followUp = await findFollowUpOf(tx, conditionId);
    if (followUp)
      await enqueue(tx, [
        {
          workflowId: processWorkflowId(followUp.id),
          message: {
            do: 'tell',
            what: PROCESS_STOPPED,
            payload: { cause: 'APPROVED', reason: 'The condition was fulfilled in time.' },
          },
        },
      ]);
    return conditionViewOf({ ...condition, state: 'FULFILLED', closedBy: handle, closedReason: reason, closedAt: at });
  });
  deps.wakeRelay();
  return view;
}
