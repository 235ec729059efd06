import { z } from 'zod';
import type { DbOrTx } from '../db/client.ts';
import { closeCondition, lockCondition, type FollowUp } from '../db/queries/follow-ups.ts';
import { appendEntries } from '../db/queries/journal.ts';
import { getPinnedPolicy } from '../db/queries/policies.ts';
import { getProcessById } from '../db/queries/processes.ts';
import { findReview, type ReviewRow } from '../db/queries/reviews.ts';
import { lockVersionById } from '../db/queries/versions.ts';
import type { OpenedReview } from '../workflows/contract.ts';
import type { ActivityDeps } from './deps.ts';
import { decidersOf, isStopped, openReview, packOf } from './open-reviews.ts';

const followUpSchema = z.object({
  followUp: z.discriminatedUnion('what', [
    z.object({ what: z.literal('condition'), conditionId: z.string(), reviewId: z.string() }),
    z.object({ what: z.literal('post_review'), reviewId: z.string() }),
  ]),
});

/** Asks people whether an approval stands. undefined when the condition was fulfilled, or the version is gone. Repeating it answers the same. */
export async function openFollowUp(
  deps: ActivityDeps,
  { processId }: { processId: string },
): Promise<OpenedReview | undefined> {
  const opened = await deps.database.withTransaction(async (tx) => {
    const process = await getProcessById(tx, processId);
    const version = await lockVersionById(tx, process.modelVersionId);
    const { followUp } = followUpSchema.parse(process.details);
    if (isStopped(process, version) || !(await isNeeded(deps, tx, followUp))) return undefined;
    const answered = await findReview(tx, followUp.reviewId);
    if (!answered) throw new Error(`Review ${followUp.reviewId} is not there`);
    return openReview(deps, tx, {
      process,
      version,
      policy: await getPinnedPolicy(tx, process.policyId, process.policyVersion),
      pack: await packOf(tx, version),
      signOff: answered.terms.signOff,
      kind: followUp.what === 'condition' ? 'condition' : 'after_the_fact',
      excluded: followUp.what === 'condition' ? [] : [...(await decidersOf(tx, answered)), ...whoClosed(answered)],
    });
  });
  deps.wakeRelay();
  return opened;
}

const whoClosed = ({ closedBy }: ReviewRow) =>
  closedBy === null ? [] : [{ handle: closedBy, why: 'broke the glass' }];

/** A condition that was not fulfilled expires here, and that is what people are asked about. */
async function isNeeded(deps: ActivityDeps, tx: DbOrTx, followUp: FollowUp): Promise<boolean> {
  if (followUp.what === 'post_review') return true;
  const condition = await lockCondition(tx, followUp.conditionId);
  if (!condition || condition.state === 'FULFILLED') return false;
  if (condition.state === 'EXPIRED') return true;
  const at = deps.now();
  const reason = 'It was not fulfilled in time.';
  await closeCondition(tx, condition.id, { state: 'EXPIRED', by: 'deadline', reason, at });
  await appendEntries(
    tx,
    [
      {
        stream: condition.modelVersionId,
        type: 'condition.expired',
        actor: { type: 'system', id: 'deadline' },
        reason,
        data: { conditionId: condition.id, reviewId: condition.reviewId, owner: condition.owner, text: condition.text },
      },
    ],
    at,
  );
  return true;
}
