// Coming back to an approval: what was promised for it, and glasses that were broken.
import { and, eq, sql } from 'drizzle-orm';
import type { NewEntry } from '../../domain/journal.ts';
import { processWorkflowId } from '../../workflows/contract.ts';
import type { DbOrTx } from '../client.ts';
import { newId } from '../new-id.ts';
import { conditions, decisions, processes, reviews } from '../schema/index.ts';
import { enqueue } from './outbox.ts';
import type { ReviewRow } from './reviews.ts';

/** Why a follow-up comes back, kept in its process. `reviewId`: the review whose answer is in question. */
export type FollowUp = { reviewId: string } & ({ what: 'condition'; conditionId: string } | { what: 'post_review' });

export type ConditionRow = typeof conditions.$inferSelect;

/** Begins a follow-up on a review's answer, in the transaction of what makes it necessary. `at`: when it looks; at once when absent. */
export async function beginFollowUp(
  tx: DbOrTx,
  review: ReviewRow,
  followUp: FollowUp,
  { now, at }: { now: Date; at?: Date },
): Promise<NewEntry> {
  const id = newId('process');
  const { policy } = review.terms;
  await tx.insert(processes).values({
    id,
    modelVersionId: review.modelVersionId,
    kind: 'follow_up',
    round: review.round,
    state: 'RUNNING',
    workflowId: processWorkflowId(id),
    policyId: policy.id,
    policyVersion: policy.version,
    details: { followUp },
    startedAt: now,
  });
  const input = {
    processId: id,
    modelVersionId: review.modelVersionId,
    round: review.round,
    ...(at && { at: at.toISOString() }),
  };
  await enqueue(tx, [{ workflowId: processWorkflowId(id), message: { do: 'start', kind: 'follow_up', input } }]);
  return {
    stream: review.modelVersionId,
    type: 'process.started',
    actor: { type: 'system', id: followUp.what === 'condition' ? 'conditions' : 'break-glass' },
    reason:
      followUp.what === 'condition'
        ? 'The approval was given on a condition.'
        : 'What was let through in an emergency is reviewed after the fact.',
    data: { processId: id, kind: 'follow_up', round: review.round, policy, ...followUp },
  };
}

/** Writes down what the approvals of this round that count were conditional on, once all are given; answers the entries to journal. */
export async function setConditions(
  tx: DbOrTx,
  { modelVersionId, round }: { modelVersionId: string; round: number },
  now: Date,
): Promise<NewEntry[]> {
  const rows = await tx
    .select({ review: reviews, decision: { id: decisions.id, form: decisions.form, handle: decisions.handle } })
    .from(decisions)
    .innerJoin(reviews, eq(reviews.id, decisions.reviewId))
    .where(
      and(
        eq(reviews.modelVersionId, modelVersionId),
        eq(reviews.round, round),
        eq(reviews.outcome, 'APPROVED'),
        eq(decisions.outcome, 'APPROVED'),
        sql`jsonb_array_length(coalesce(${decisions.form}->'conditions', '[]')) > 0`,
      ),
    )
    .orderBy(decisions.decidedAt);
  const entries: NewEntry[] = [];
  const counting = rows.filter(({ review, decision }) => !review.terms.voided?.some(({ handle }) => handle === decision.handle)); // prettier-ignore
  for (const { review, decision } of counting)
    for (const { text, owner, dueAt, expiresAt = dueAt } of decision.form.conditions ?? []) {
      const condition = {
        id: newId('condition'),
        modelVersionId: review.modelVersionId,
        reviewId: review.id,
        decisionId: decision.id,
        text,
        owner,
        dueAt: new Date(dueAt),
        expiresAt: new Date(expiresAt),
        state: 'OPEN' as const,
      };
      await tx.insert(conditions).values(condition);
      entries.push(
        {
          stream: review.modelVersionId,
          type: 'condition.set',
          actor: { type: 'user', id: decision.handle },
          reason: text,
          data: {
            conditionId: condition.id,
            reviewId: review.id,
            decisionId: decision.id,
            owner,
            dueAt: condition.dueAt.toISOString(),
            expiresAt: condition.expiresAt.toISOString(),
          },
        },
        await beginFollowUp(
          tx,
          review,
          { what: 'condition', conditionId: condition.id, reviewId: review.id },
          { now, at: condition.expiresAt },
        ),
      );
    }
  return entries;
}

export async function lockCondition(tx: DbOrTx, id: string): Promise<ConditionRow | undefined> {
  const [row] = await tx.select().from(conditions).where(eq(conditions.id, id)).for('update');
  return row;
}

export async function closeCondition(
  tx: DbOrTx,
  id: string,
  close: { state: 'FULFILLED' | 'EXPIRED'; by: string; reason: string; at: Date },
): Promise<void> {
  await tx
    .update(conditions)
    .set({ state: close.state, closedBy: close.by, closedReason: close.reason, closedAt: close.at })
    .where(eq(conditions.id, id));
}

/** The follow-up that waits for a condition. */
export async function findFollowUpOf(tx: DbOrTx, conditionId: string): Promise<{ id: string } | undefined> {
  const [row] = await tx
    .select({ id: processes.id })
    .from(processes)
    .where(
      and(eq(processes.kind, 'follow_up'), sql`${processes.details}->'followUp'->>'conditionId' = ${conditionId}`),
    );
  return row;
}

export async function listConditions(
  db: DbOrTx,
  by: { reviewId: string } | { modelVersionId: string },
): Promise<ConditionRow[]> {
  return db
    .select()
    .from(conditions)
    .where('reviewId' in by ? eq(conditions.reviewId, by.reviewId) : eq(conditions.modelVersionId, by.modelVersionId))
    .orderBy(conditions.dueAt, conditions.id);
}
