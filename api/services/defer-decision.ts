import { isDeepStrictEqual } from 'node:util';
import { Refused } from '../../domain/errors.ts';
import type { DecideCommand } from '../../domain/review.ts';
import { isUniqueViolation } from '../../db/client.ts';
import { newId } from '../../db/new-id.ts';
import { findPendingDeferral, insertDeferral, listDeferrals, type DeferralRow } from '../../db/queries/deferrals.ts';
import { appendEntries } from '../../db/queries/journal.ts';
import { enqueue } from '../../db/queries/outbox.ts';
import { lockReview } from '../../db/queries/reviews.ts';
import { DECISION_DEFERRED, processWorkflowId } from '../../workflows/contract.ts';
import type { DeferralView } from '../schemas/review-thread.ts';
import { actorOf, type Caller } from './caller.ts';
import type { Deps } from './deps.ts';
import { findVisibleReview } from './visible-review.ts';

export const deferralViewOf = (row: DeferralRow): DeferralView => ({
  id: row.id,
  by: row.handle,
  check: row.check,
  countsAt: row.countsAt.toISOString(),
  state: row.state,
  reason: row.reason,
  createdAt: row.createdAt.toISOString(),
  settledAt: row.settledAt?.toISOString() ?? null,
});

/** Approvals of this review that wait for their instant, or have had it. Throws NOT_FOUND. */
export async function deferralsOf(deps: Deps, caller: Caller, reviewId: string): Promise<DeferralView[]> {
  const { closedAt } = await findVisibleReview(deps, caller, reviewId);
  const deferrals = await listDeferrals(deps.database.db, reviewId);
  return deferrals.map((row) =>
    row.state === 'PENDING' && closedAt !== null
      ? {
          ...deferralViewOf(row),
          state: 'LAPSED',
          reason: 'The review was closed before.',
          settledAt: closedAt.toISOString(),
        }
      : deferralViewOf(row),
  );
}

/**
 * Keeps an approval that is to count at an instant if a check still holds then. The review waits on; the person is asked no more meanwhile.
 * Throws WRONG_STATE where one of theirs waits already.
 */
export async function deferDecision(
  deps: Deps,
  caller: Caller,
  { reviewId, command, idempotencyKey }: { reviewId: string; command: DecideCommand; idempotencyKey: string },
): Promise<DeferralView> {
  const { deferral } = command.form;
  if (!deferral) throw new Error('A decision without a deferral cannot be deferred');
  const { handle } = caller.person;
  const at = deps.now();
  const row = await deps.database
    .withTransaction(async (tx) => {
      const review = await lockReview(tx, reviewId);
      if (!review || review.closedAt !== null) throw new Refused('WRONG_STATE', 'The review was closed meanwhile.');
      const standing = await findPendingDeferral(tx, reviewId, handle);
      if (standing && isDeepStrictEqual(standing.command, command)) return standing;
      if (standing)
        throw new Refused('WRONG_STATE', `Your approval waits already, until ${standing.countsAt.toISOString()}.`);
      const kept = await insertDeferral(tx, {
        id: newId('deferral'),
        reviewId,
        handle,
        channel: caller.channel,
        command,
        idempotencyKey,
        check: deferral.check,
        countsAt: new Date(deferral.countsAt),
        state: 'PENDING',
        createdAt: at,
      });
      await appendEntries(
        tx,
        [
          {
            stream: review.modelVersionId,
            type: 'decision.deferred',
            actor: actorOf(caller),
            reason: command.reason,
            data: {
              reviewId,
              processId: review.processId,
              signOff: review.signOff,
              deferralId: kept.id,
              outcome: command.outcome,
              check: deferral.check,
              countsAt: kept.countsAt.toISOString(),
              evidenceDigest: command.evidenceDigest,
              channel: caller.channel,
            },
          },
        ],
        at,
      );
      const payload = { reviewId, deferralId: kept.id, at: kept.countsAt.toISOString() };
      await enqueue(tx, [
        { workflowId: processWorkflowId(review.processId), message: { do: 'tell', what: DECISION_DEFERRED, payload } },
      ]);
      return kept;
    })
    .catch((error: unknown) => {
      if (isUniqueViolation(error)) throw new Refused('WRONG_STATE', 'Your approval waits already.');
      throw error;
    });
  deps.wakeRelay();
  return deferralViewOf(row);
}
