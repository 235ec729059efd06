import { canonicalJson } from '../domain/canonical.ts';
import { channelAssurance } from '../domain/assurance.ts';
import { refusalOf } from '../domain/decision.ts';
import { isClosed } from '../domain/review.ts';
import { attemptDecision } from '../db/queries/attempt-decision.ts';
import { findStandingDecision, loadDecisionFacts } from '../db/queries/decisions.ts';
import { getDeferral, settleDeferralRow, type DeferralRow } from '../db/queries/deferrals.ts';
import { appendEntries } from '../db/queries/journal.ts';
import { findPerson } from '../db/queries/people.ts';
import { findReview } from '../db/queries/reviews.ts';
import { sha256 } from '../db/sha256.ts';
import type { ReviewClosed } from '../workflows/contract.ts';
import type { ActivityDeps } from './deps.ts';

export interface SettleDeferral {
  deferralId: string;
  /** Whether the check still holds, and how that was seen. */
  holds: boolean;
  reason: string;
}

const MAXIMUM_ATTEMPTS = 50;

/**
 * Lets a deferred approval count, when its check still holds and the person could still give it; otherwise it lapses, and they are asked anew.
 * Answers how the review stands when it is closed. The decision has a key of its own, so that settling twice counts once.
 */
export async function settleDeferral(deps: ActivityDeps, settle: SettleDeferral): Promise<ReviewClosed | undefined> {
  const { database } = deps;
  const deferral = await getDeferral(database.db, settle.deferralId);
  if (deferral.state === 'PENDING') {
    const problem = settle.holds ? await count(deps, deferral) : settle.reason;
    await close(deps, deferral, problem);
  }
  const review = await findReview(database.db, deferral.reviewId);
  return review && isClosed(review.state)
    ? { reviewId: review.id, state: review.state, outcome: review.outcome }
    : undefined;
}

/** Why it cannot count; undefined once it does. */
async function count({ database, now }: ActivityDeps, deferral: DeferralRow): Promise<string | undefined> {
  const { deferral: _, ...form } = deferral.command.form;
  const command = { ...deferral.command, form };
  // No key that a person can send holds a space.
  const idempotencyKey = `deferral ${deferral.id}`;
  const commandDigest = sha256(canonicalJson({ reviewId: deferral.reviewId, ...command }));
  const { channel } = deferral;
  const assurance = channelAssurance[channel];
  const counted = async () =>
    (await findStandingDecision(database.pool, deferral.handle, idempotencyKey)) !== undefined;
  for (let attempt = 0; attempt < MAXIMUM_ATTEMPTS; attempt++) {
    const person = await findPerson(database.db, deferral.handle);
    if (!person?.isActive) return (await counted()) ? undefined : 'The person has no access any more.';
    const facts = await loadDecisionFacts(database.pool, deferral.reviewId, deferral.handle);
    if (!facts) return 'The review is gone.';
    const refusal = refusalOf(facts.review, person, command, [], 'webStepUp');
    if (refusal) return (await counted()) ? undefined : refusal.message;
    const deciding = { person, channel, assurance, command, idempotencyKey, commandDigest, at: now() };
    if ((await attemptDecision(database.pool, facts, deciding)) || (await counted())) return undefined;
  }
  throw new Error(`The deferred decision ${deferral.id} lost ${MAXIMUM_ATTEMPTS} races`);
}

async function close(
  { database, now }: ActivityDeps,
  deferral: DeferralRow,
  problem: string | undefined,
): Promise<void> {
  const at = now();
  await database.withTransaction(async (tx) => {
    const state = problem === undefined ? 'COUNTED' : 'LAPSED';
    const reason = problem ?? `${deferral.check} still held.`;
    const isMine = await settleDeferralRow(tx, deferral.id, { state, reason, at });
    const review = await findReview(tx, deferral.reviewId);
    if (!isMine || !review || problem === undefined) return;
    await appendEntries(
      tx,
      [
        {
          stream: review.modelVersionId,
          type: 'decision.lapsed',
          actor: { type: 'system', id: 'deferral' },
          reason,
          data: {
            reviewId: review.id,
            processId: review.processId,
            signOff: review.signOff,
            deferralId: deferral.id,
            by: deferral.handle,
            check: deferral.check,
          },
        },
      ],
      at,
    );
  });
}
