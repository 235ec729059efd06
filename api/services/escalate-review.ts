import type { Role } from '../../domain/actor.ts';
import { Refused } from '../../domain/errors.ts';
import { escalateReview as ask } from '../../db/queries/escalate-review.ts';
import { findReview } from '../../db/queries/reviews.ts';
import type { ReviewStanding } from '../schemas/review-thread.ts';
import { actorOf, type Caller } from './caller.ts';
import { changeReview, standingOf, type HeldReview, type ReviewChange } from './change-review.ts';
import type { Deps } from './deps.ts';

export interface Escalate extends ReviewChange {
  reason: string;
  /** Whom to ask too; the next step of the policy's chain when absent. */
  to?: { roles: readonly Role[]; people: readonly string[] };
}

/**
 * Asks further people, as far as they are independent and qualified. Whoever asked for the review follows the policy's chain only: nobody
 * chooses who decides on their own work. Throws WRONG_STATE when nobody further can be asked.
 */
export function escalateReview(
  deps: Deps,
  caller: Caller,
  { reason, to, ...change }: Escalate,
): Promise<ReviewStanding> {
  return changeReview(deps, caller, change, {
    verb: 'escalate',
    change: async (held) => {
      const { tx, review, at } = held;
      const asked = await ask(tx, review, { to: receiversOf(held, to), actor: actorOf(caller), reason, at });
      if (asked.length === 0)
        throw new Refused('WRONG_STATE', 'Whoever else could be asked is asked already, or may not decide.');
      const row = await findReview(tx, review.id);
      if (!row) throw new Error(`${review.id} is gone`);
      return standingOf(tx, row);
    },
  });
}

function receiversOf({ review, as }: HeldReview, to: Escalate['to']): NonNullable<Escalate['to']> {
  if (to && (to.roles.length > 0 || to.people.length > 0)) {
    if (as.has('candidate') || as.has('administrator')) return to;
    throw new Refused('FORBIDDEN', 'Nobody chooses who decides on their own work; escalate without naming people.');
  }
  const { escalation } = review.terms.signOff;
  const step = escalation[Math.min(review.escalationLevel, escalation.length - 1)];
  if (!step) throw new Refused('WRONG_STATE', 'The policy names nobody further. Say whom to ask.');
  return step.to;
}
