// One try to let a decision count: what it makes of the review, its entries, and the compare-and-set that writes all of it.
import type { Channel, Person } from '../../domain/actor.ts';
import { signatureOf, type AssuranceLevel, type Signature } from '../../domain/assurance.ts';
import { chainEntries, type NewEntry } from '../../domain/journal.ts';
import { outcomeOf, tally, type DecideCommand, type ReviewOutcome } from '../../domain/review.ts';
import type { Pool } from 'pg';
import { processWorkflowId, REVIEW_CLOSED } from '../../workflows/contract.ts';
import { isLostRace } from '../client.ts';
import { newId } from '../new-id.ts';
import type { DecisionReceipt } from '../schema/reviews.ts';
import { sha256 } from '../sha256.ts';
import { recordDecision, type DecisionFacts } from './decisions.ts';

export interface Deciding {
  person: Person;
  channel: Channel;
  assurance: AssuranceLevel;
  command: DecideCommand;
  idempotencyKey: string;
  commandDigest: string;
  at: Date;
}

/** undefined when somebody else moved the review or its stream first. */
export async function attemptDecision(
  pool: Pool,
  facts: DecisionFacts,
  deciding: Deciding,
): Promise<DecisionReceipt | undefined> {
  const { review } = facts;
  const { person, channel, assurance, command, idempotencyKey, commandDigest, at } = deciding;
  const signature = assurance === 'webStepUp' ? signatureOf(person.name, at, command.outcome) : null;
  const rule = { required: review.quorumRequired, departments: review.departments, roles: review.roles };
  const given = [...facts.given, { person: person.handle, outcome: command.outcome, department: person.department }];
  const standing = tally(rule, given);
  const outcome = outcomeOf(review.kind, rule, given);
  const next = {
    state: outcome ? ('COMPLETED' as const) : ('READY' as const),
    outcome: outcome ?? null,
    revision: review.revision + 1,
    tally: standing,
  };
  const id = newId('decision');
  const receipt: DecisionReceipt = {
    decision: {
      id,
      reviewId: review.id,
      outcome: command.outcome,
      reason: command.reason,
      by: person.handle,
      at: at.toISOString(),
      revision: command.revision,
      evidenceDigest: command.evidenceDigest,
    },
    review: { id: review.id, state: next.state, outcome: next.outcome, revision: next.revision, quorum: standing },
  };
  const closedReason = outcome ? closingReason(outcome, standing) : null;
  const entries = entriesOf(facts, deciding, { receipt, closedReason, signature });
  const { chained, head } = chainEntries(facts.head, entries, at.toISOString(), sha256);
  try {
    const won = await recordDecision(pool, {
      reviewId: review.id,
      readRevision: review.revision,
      next,
      isClosing: outcome !== undefined,
      closedReason,
      decision: {
        id,
        handle: person.handle,
        department: person.department,
        outcome: command.outcome,
        command,
        channel,
        idempotencyKey,
        commandDigest,
        receipt,
        onBehalfOf: review.onBehalfOf ?? null,
        assurance,
        signature,
        at,
      },
      entries: chained,
      stream: review.modelVersionId,
      newHead: head,
      line: outcome && {
        workflowId: processWorkflowId(review.processId),
        message: { do: 'tell', what: REVIEW_CLOSED, payload: { reviewId: review.id, state: next.state, outcome } },
      },
    });
    return won ? receipt : undefined;
  } catch (error) {
    if (isLostRace(error)) return undefined;
    throw error;
  }
}

function closingReason(
  outcome: ReviewOutcome,
  standing: { approvals: number; rejections: number; required: number },
): string {
  switch (outcome) {
    case 'APPROVED':
      return `${standing.approvals} of ${standing.required} approved.`;
    case 'REJECTED':
      return `${standing.rejections} rejected.`;
    case 'CONFLICT':
      return `${standing.approvals} approved and ${standing.rejections} rejected: others settle it.`;
    case 'CHANGES_REQUESTED':
      return 'Changes were requested.';
    case 'EXPIRED':
    case 'CANCELED':
      throw new Error(`A decision cannot end a review as ${outcome}`);
  }
}

interface Recorded {
  receipt: DecisionReceipt;
  closedReason: string | null;
  signature: Signature | null;
}

function entriesOf(
  { review, looked }: DecisionFacts,
  { person, channel, assurance, command, at }: Deciding,
  { receipt, closedReason, signature }: Recorded,
): NewEntry[] {
  const decided: NewEntry = {
    stream: review.modelVersionId,
    type: 'decision.recorded',
    actor: { type: person.type, id: person.handle },
    reason: command.reason,
    data: {
      reviewId: review.id,
      processId: review.processId,
      signOff: review.signOff,
      decisionId: receipt.decision.id,
      outcome: command.outcome,
      evidenceDigest: command.evidenceDigest,
      revision: command.revision,
      channel,
      assurance,
      looked: looked && { ...looked, seconds: Math.round((at.getTime() - Date.parse(looked.openedAt)) / 100) / 10 },
      dispositions: command.form.dispositions,
      ...(review.onBehalfOf && { onBehalfOf: review.onBehalfOf }),
      ...(command.form.fields && { fields: command.form.fields }),
      ...(command.form.conditions && { conditions: command.form.conditions }),
      ...(signature && { signature: { ...signature } }),
    },
  };
  if (closedReason === null) return [decided];
  const closed: NewEntry = {
    stream: review.modelVersionId,
    type: 'review.closed',
    actor: { type: 'system', id: 'quorum' },
    reason: closedReason,
    data: {
      reviewId: review.id,
      processId: review.processId,
      signOff: review.signOff,
      state: receipt.review.state,
      outcome: receipt.review.outcome,
      evidenceDigest: review.evidenceDigest,
    },
  };
  return [decided, closed];
}
