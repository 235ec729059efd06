// The one verb behind every button: JSON, page, card, mail and command line.
import { assuranceOf } from '../../domain/assurance.ts';
import { refusalOf } from '../../domain/decision.ts';
import { promiseRefusal } from '../../domain/decision-promises.ts';
import { canonicalJson } from '../../domain/canonical.ts';
import { Refused } from '../../domain/errors.ts';
import type { DecideCommand } from '../../domain/review.ts';
import { findPeople } from '../../db/queries/people.ts';
import { getPinnedPolicy } from '../../db/queries/policies.ts';
import { attemptDecision } from '../../db/queries/attempt-decision.ts';
import { findStandingDecision, loadDecisionFacts, type DecisionFacts } from '../../db/queries/decisions.ts';
import { findDeferralOfKey } from '../../db/queries/deferrals.ts';
import { appendEntries } from '../../db/queries/journal.ts';
import { sha256 } from '../../db/sha256.ts';
import type { DecisionReceipt } from '../../db/schema/reviews.ts';
import { createTurns } from '../in-turn.ts';
import type { DeferralView } from '../schemas/review-thread.ts';
import { actorOf, type Caller } from './caller.ts';
import { deferDecision, deferralViewOf } from './defer-decision.ts';
import type { Deps } from './deps.ts';
import { readScopeOf } from './read-scope.ts';
import { findVisibleReview } from './visible-review.ts';

export interface SubmitDecision {
  reviewId: string;
  command: DecideCommand;
  /** Names this press of the button; the same key with the same command answers the same for ever. */
  idempotencyKey: string;
  /** Reasons that this one must differ from, newest first. @default the person's last ones */
  lastReasons?: readonly string[];
}

/** Whoever lost once goes on in turn with the others of this process who did, so that they do not lose to each other for ever. */
const inTurn = createTurns();
/** More losses in a row than that mean a fault. */
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
  if (submitted.command.form.deferral)
    throw new Refused('INVALID', 'An approval that counts later is sent to the decisions of the API.', {
      errors: [{ pointer: '/form/deferral', message: 'cannot be given here' }],
    });
  const attempt = () => tryDecision(deps, caller, submitted);
  const first = await attempt();
  if (!('lostOn' in first)) return first;
  return inTurn(first.lostOn, async () => {
    for (let attempts = 1; attempts < MAXIMUM_ATTEMPTS; attempts++) {
      const next = await attempt();
      if (!('lostOn' in next)) return next;
    }
    throw new Error(`The decision on ${submitted.reviewId} lost ${MAXIMUM_ATTEMPTS} races`);
  });
}

async function tryDecision(
  deps: Deps,
  caller: Caller,
  submitted: SubmitDecision,
): Promise<{ receipt: DecisionReceipt; repeated: boolean } | { lostOn: string }> {
  const { reviewId, command, idempotencyKey } = submitted;
  const { person, channel } = caller;
  const loaded = await loadDecisionFacts(deps.database.pool, reviewId, person.handle);
  if (!loaded) throw new Refused('NOT_FOUND', 'There is no such review.');
  const facts = { ...loaded, lastReasons: [...(submitted.lastReasons ?? loaded.lastReasons)] };
  if (readScopeOf(caller) !== null) await findVisibleReview(deps, caller, reviewId);
  const refusal = await refusalFor(deps, caller, facts, command);
  if (refusal) {
    const repeat = await findRepeat(deps, caller, facts, submitted);
    if (repeat) return repeat;
    throw await journalRefusal(deps, caller, facts, submitted, refusal);
  }
  const at = deps.now();
  const assurance = assuranceOf(channel, caller.steppedUpAt, at);
  const commandDigest = digestOf(submitted);
  const receipt = await attemptDecision(deps.database.pool, facts, { person, channel, assurance, command, idempotencyKey, commandDigest, at }); // prettier-ignore
  if (!receipt) return (await findRepeat(deps, caller, facts, submitted)) ?? { lostOn: facts.review.modelVersionId };
  deps.wakeRelay();
  return { receipt, repeated: false };
}

/** Why the decision cannot count now; undefined when it can. */
async function refusalFor(
  deps: Deps,
  caller: Caller,
  { review, lastReasons }: DecisionFacts,
  command: DecideCommand,
): Promise<Refused | undefined> {
  const at = deps.now();
  const assurance = assuranceOf(caller.channel, caller.steppedUpAt, at);
  const refusal = refusalOf(review, caller.person, command, lastReasons, assurance);
  const { conditions = [], deferral } = command.form;
  if (refusal || (conditions.length === 0 && !deferral)) return refusal;
  const { db } = deps.database;
  const owners = await findPeople(
    db,
    conditions.map((condition) => condition.owner),
  );
  const policy = deferral && (await getPinnedPolicy(db, review.policy.id, review.policy.version));
  return promiseRefusal(
    command,
    {
      knownPeople: new Set(owners.filter((person) => person.isActive).map((person) => person.handle)),
      checks: new Set(policy?.rules.checks.map((check) => check.id)),
    },
    at,
  );
}

/**
 * An approval that is to count later, if a check still holds then: judged as if it counted now, and kept. The same key with the same command answers
 * the same deferral. Throws Refused; the refused attempt is journaled before.
 */
export async function submitDeferral(
  deps: Deps,
  caller: Caller,
  submitted: SubmitDecision,
): Promise<{ deferral: DeferralView }> {
  const { reviewId, command } = submitted;
  const facts = await loadDecisionFacts(deps.database.pool, reviewId, caller.person.handle);
  if (!facts) throw new Refused('NOT_FOUND', 'There is no such review.');
  if (readScopeOf(caller) !== null) await findVisibleReview(deps, caller, reviewId);
  const standing = await findRepeatedDeferral(deps, caller, facts, submitted);
  if (standing) return { deferral: standing };
  const refusal = await refusalFor(deps, caller, facts, command);
  if (refusal) throw await journalRefusal(deps, caller, facts, submitted, refusal);
  try {
    return { deferral: await deferDecision(deps, caller, submitted) };
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    // The same press may have come first.
    const first = await findRepeatedDeferral(deps, caller, facts, submitted);
    if (first) return { deferral: first };
    throw await journalRefusal(deps, caller, facts, submitted, error);
  }
}

/** What the same press was answered before. Throws IDEMPOTENCY_CONFLICT, journaled, when its key was used for something else. */
async function findRepeatedDeferral(
  deps: Deps,
  caller: Caller,
  facts: DecisionFacts,
  submitted: SubmitDecision,
): Promise<DeferralView | undefined> {
  const { idempotencyKey } = submitted;
  const { handle } = caller.person;
  const deferral = await findDeferralOfKey(deps.database.db, handle, idempotencyKey);
  if (deferral && digestOf(deferral) === digestOf(submitted)) return deferralViewOf(deferral);
  if (deferral || (await findStandingDecision(deps.database.pool, handle, idempotencyKey)))
    throw await journalRefusal(deps, caller, facts, submitted, conflict());
  return undefined;
}

const digestOf = ({ reviewId, command }: Pick<SubmitDecision, 'reviewId' | 'command'>): string =>
  sha256(canonicalJson({ reviewId, ...command }));

/** What the same press was answered before; undefined when it was not. Throws IDEMPOTENCY_CONFLICT, journaled, when its key was used for something else. */
async function findRepeat(
  deps: Deps,
  caller: Caller,
  facts: DecisionFacts,
  submitted: SubmitDecision,
): Promise<{ receipt: DecisionReceipt; repeated: true } | undefined> {
  const { handle } = caller.person;
  const standing = await findStandingDecision(deps.database.pool, handle, submitted.idempotencyKey);
  if (!standing && !(await findDeferralOfKey(deps.database.db, handle, submitted.idempotencyKey))) return undefined;
  if (standing?.commandDigest !== digestOf(submitted))
    throw await journalRefusal(deps, caller, facts, submitted, conflict());
  return { receipt: standing.receipt, repeated: true };
}

const conflict = (): Refused =>
  new Refused(
    'IDEMPOTENCY_CONFLICT',
    'This Idempotency-Key was used for another decision. Take a new key for a new decision.',
  );

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
    'SELECT receipt FROM decisions WHERE review_id = $1 ORDER BY (handle = $2 OR on_behalf_of IS NOT DISTINCT FROM $2) DESC, decided_at DESC LIMIT 1',
    [reviewId, handle],
  );
  return result.rows[0] ? { decision: result.rows[0].receipt.decision } : {};
}
