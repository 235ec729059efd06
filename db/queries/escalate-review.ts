import { sql, eq } from 'drizzle-orm';
import type { Actor, Role } from '../../domain/actor.ts';
import { askedRoleOf, ineligibilityOf } from '../../domain/eligibility.ts';
import type { DbOrTx } from '../client.ts';
import { reviews } from '../schema/index.ts';
import { addCandidates, courtOf } from './eligibility.ts';
import { appendEntries } from './journal.ts';
import type { ReviewRow } from './reviews.ts';

export interface EscalateReview {
  to: { roles: readonly Role[]; people: readonly string[] };
  actor: Actor;
  reason: string;
  at: Date;
  /** The instant of the alarm behind it, as the policy set it; RFC 3339. */
  alarm?: string;
}

/**
 * Asks further people on a review that is open and locked: holders of the roles and the people named, as far as they are independent and
 * qualified. Answers whom it asked; it counts as an escalation even where there is nobody further.
 */
export async function escalateReview(
  tx: DbOrTx,
  review: ReviewRow,
  { to, actor, reason, at, alarm }: EscalateReview,
): Promise<string[]> {
  const { people, version, question } = await courtOf(tx, review, at, to.people, to.roles);
  const { rules } = review.terms;
  const called = people.filter(
    (person) =>
      (to.people.includes(person.handle) || to.roles.some((role) => person.roles.includes(role))) &&
      ineligibilityOf(people, person.handle, version, question, rules, at.toISOString(), 'escalation') === undefined,
  );
  const next = { ...review, revision: review.revision + 1 };
  await tx
    .update(reviews)
    .set({ revision: next.revision, escalationLevel: sql`${reviews.escalationLevel} + 1` })
    .where(eq(reviews.id, review.id));
  const asked = await addCandidates(
    tx,
    next,
    called.map((person) => ({
      handle: person.handle,
      role: askedRoleOf(person, [...to.roles, ...question.roles]),
      via: 'escalation',
      onBehalfOf: null,
    })),
  );
  const data = {
    reviewId: review.id,
    processId: review.processId,
    signOff: review.signOff,
    level: review.escalationLevel + 1,
    asked: asked.sort(),
    ...(alarm !== undefined && { alarm }),
  };
  await appendEntries(tx, [{ stream: review.modelVersionId, type: 'review.escalated', actor, reason, data }], at);
  return asked;
}
