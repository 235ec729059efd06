// Whom a review may be handed to.
import { askedRoleOf, ineligibilityOf } from '../../domain/eligibility.ts';
import type { Role } from '../../domain/actor.ts';
import { Refused } from '../../domain/errors.ts';
import { courtOf } from '../../db/queries/eligibility.ts';
import { voicesHeard, type HeldReview } from './change-review.ts';

/** The role under which `to` would be asked. Throws SELF_REVIEW, NOT_ELIGIBLE or ALREADY_DECIDED, naming `/to`, when they may not be. */
export async function roleOfReceiver({ tx, review, at }: HeldReview, to: string): Promise<Role> {
  const { people, version, question } = await courtOf(tx, review, at, [to]);
  const problem = ineligibilityOf(people, to, version, question, review.terms.rules, at.toISOString());
  if (problem) throw refuseReceiver(problem.code, to, problem.why);
  if ((await voicesHeard(tx, review.id)).has(to)) throw refuseReceiver('ALREADY_DECIDED', to, 'has decided already');
  return askedRoleOf(
    people.find((person) => person.handle === to)!,
    question.roles,
  );
}

export const refuseReceiver = (
  code: 'SELF_REVIEW' | 'NOT_ELIGIBLE' | 'ALREADY_DECIDED' | 'INVALID',
  to: string,
  why: string,
): Refused =>
  new Refused(code, `It cannot be handed to ${to}: ${to} ${why}.`, { errors: [{ pointer: '/to', message: why }] });

/** Throws FORBIDDEN where the policy keeps reviews with those whom it asks; administrators are free. */
export function refuseUnlessDelegable({ review, as }: HeldReview): void {
  if (!review.terms.rules.delegation.allowed && !as.has('administrator'))
    throw new Refused('FORBIDDEN', 'The policy of this review lets nobody hand it on.');
}
