// The one verb behind every button: JSON, page, card, mail and command line.
import { assuranceOf, signatureOf, type AssuranceLevel, type Signature } from '../../domain/assurance.ts';
import { refusalOf } from '../../domain/decision.ts';
import { canonicalJson } from '../../domain/canonical.ts';
import { Refused } from '../../domain/errors.ts';
import { chainEntries, type NewEntry } from '../../domain/journal.ts';
import { outcomeOf, tally, type DecideCommand, type ReviewOutcome } from '../../domain/review.ts';
import { isLostRace } from '../../db/client.ts';
import { newId } from '../../db/new-id.ts';
import { loadDecisionFacts, recordDecision, type DecisionFacts } from '../../db/queries/decisions.ts';
import { appendEntries } from '../../db/queries/journal.ts';
import { sha256 } from '../../db/sha256.ts';
import type { DecisionReceipt } from '../../db/schema/reviews.ts';
import { processWorkflowId, REVIEW_CLOSED } from '../../workflows/contract.ts';
import { actorOf, type Caller } from './caller.ts';
import type { Deps } from './deps.ts';
import { readScopeOf } from './read-scope.ts';
import { findVisibleReview } from './visible-review.ts';

export interface SubmitDecision {
  reviewId: string;
  command: DecideCommand;
  /** Names this press of the button; the same key with the same command answers the same for ever. */
  idempotencyKey: string;
}

/** More losses in a row than people who can be in the race mean a fault. */
const MAXIMUM_ATTEMPTS = 50;

/**
 * Records a person's decision and, when the quorum then stands, closes the review.
 * Facts are read without a lock and written back by compare-and-set; whoever loses reads again and is told who won.
 * Throws Refused when the decision does not count; the refused attempt is journaled before.
 */
export async function submitDecision(
  deps: Deps,
  caller: Caller,
  submitted: SubmitDecision,
): Promise<{ receipt: DecisionReceipt; repeated: boolean }> {
  const commandDigest = sha256(canonicalJson({ reviewId: submitted.reviewId, ...submitted.command }));
  for (let attempt = 0; attempt < MAXIMUM_ATTEMPTS; attempt++) {
    const facts = await loadDecisionFacts(
      deps.database.pool,
      submitted.reviewId,
      caller.person.handle,
      submitted.idempotencyKey,
    );
    if (!facts) throw new Refused('NOT_FOUND', 'There is no such review.');
    if (readScopeOf(caller) !== null) await findVisibleReview(deps, caller, submitted.reviewId);
    if (facts.standing) return repeatOf(facts.standing, commandDigest);
    const assurance = assuranceOf(caller.channel, caller.steppedUpAt, deps.now());
    const refusal = refusalOf(facts.review, caller.person, submitted.command, facts.lastReasons, assurance);
    if (refusal) throw await journalRefusal(deps, caller, facts, submitted, refusal);
    const receipt = await attemptDecision(deps, caller, facts, submitted, commandDigest);
    if (receipt) {
      deps.wakeRelay();
      return { receipt, repeated: false };
    }
  }
  throw new Error(`The decision on ${submitted.reviewId} lost ${MAXIMUM_ATTEMPTS} races`);
}

function repeatOf(standing: NonNullable<DecisionFacts['standing']>, commandDigest: string) {
  if (standing.commandDigest !== commandDigest)
    throw new Refused(
      'IDEMPOTENCY_CONFLICT',
      'This Idempotency-Key was used for another decision. Take a new key for a new decision.',
    );
  return { receipt: standing.receipt, repeated: true };
}

/** undefined when somebody else moved the review or its stream first. */
async function attemptDecision(
  deps: Deps,
  caller: Caller,
  facts: DecisionFacts,
  submitted: SubmitDecision,
  commandDigest: string,
): Promise<DecisionReceipt | undefined> {
  const { review } = facts;
  const { person } = caller;
  const { command } = submitted;
  const at = deps.now();
  const assurance = assuranceOf(caller.channel, caller.steppedUpAt, at);
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
  const entries = entriesOf(caller, facts, submitted, { receipt, closedReason, assurance, signature });
  const { chained, head } = chainEntries(facts.head, entries, at.toISOString(), sha256);
  try {
    const won = await recordDecision(deps.database.pool, {
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
        channel: caller.channel,
        idempotencyKey: submitted.idempotencyKey,
        commandDigest,
        receipt,
        onBehalfOf: null,
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
  assurance: AssuranceLevel;
  signature: Signature | null;
}

function entriesOf(
  caller: Caller,
  facts: DecisionFacts,
  { command }: SubmitDecision,
  { receipt, closedReason, assurance, signature }: Recorded,
): NewEntry[] {
  const { review } = facts;
  const decided: NewEntry = {
    stream: review.modelVersionId,
    type: 'decision.recorded',
    actor: actorOf(caller),
    reason: command.reason,
    data: {
      reviewId: review.id,
      processId: review.processId,
      signOff: review.signOff,
      decisionId: receipt.decision.id,
      outcome: command.outcome,
      evidenceDigest: command.evidenceDigest,
      revision: command.revision,
      channel: caller.channel,
      assurance,
      dispositions: command.form.dispositions,
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

/** Writes the refused attempt down; answers the refusal, with the decision that stands where there is one. */
async function journalRefusal(
  deps: Deps,
  caller: Caller,
  facts: DecisionFacts,
  { command }: SubmitDecision,
  refusal: Refused,
): Promise<Refused> {
  const { review } = facts;
  await deps.database.withTransaction((tx) =>
    appendEntries(
      tx,
      [
        {
          stream: review.modelVersionId,
          type: 'decision.refused',
          actor: actorOf(caller),
          reason: command.reason,
          data: {
            reviewId: review.id,
            processId: review.processId,
            signOff: review.signOff,
            code: refusal.code,
            outcome: command.outcome,
            evidenceDigest: command.evidenceDigest,
            revision: command.revision,
            channel: caller.channel,
          },
        },
      ],
      deps.now(),
    ),
  );
  if (refusal.code !== 'ALREADY_DECIDED') return refusal;
  return new Refused('ALREADY_DECIDED', refusal.message, {
    extra: await standingDecision(deps, review.id, caller.person.handle),
  });
}

/** The caller's own decision on the review, or else the one that closed it. */
async function standingDecision(deps: Deps, reviewId: string, handle: string): Promise<Record<string, unknown>> {
  const result = await deps.database.pool.query<{ receipt: DecisionReceipt }>(
    'SELECT receipt FROM decisions WHERE review_id = $1 ORDER BY handle = $2 DESC, decided_at DESC LIMIT 1',
    [reviewId, handle],
  );
  return result.rows[0] ? { decision: result.rows[0].receipt.decision } : {};
}
