import { voiceOf } from '../../domain/review-roles.ts';
import { addCandidates } from '../../db/queries/eligibility.ts';
import type { ReviewStanding } from '../schemas/review-thread.ts';
import type { Caller } from './caller.ts';
import { changeReview, journal, standingOf, writeReview, type HeldReview, type ReviewChange } from './change-review.ts';
import type { Deps } from './deps.ts';
import { refuseReceiver, refuseUnlessDelegable, roleOfReceiver } from './hand-on.ts';

export interface HandOn extends ReviewChange {
  to: string;
  reason: string;
}

/**
 * Hands the review to somebody who decides in one's name; when they release it, it comes back. The two are one voice.
 * Somebody who is asked in their own name keeps it. Delegating to the same person again changes nothing.
 */
export function delegateReview(deps: Deps, caller: Caller, { to, reason, ...change }: HandOn): Promise<ReviewStanding> {
  return changeReview(deps, caller, change, {
    verb: 'delegate',
    repeat: ({ tx, review }) =>
      review.assignee === to && review.delegatedBy !== null && review.closedAt === null && review.delegatedBy === delegatorOf(review, caller) // prettier-ignore
        ? standingOf(tx, review)
        : undefined,
    isForHolder: true,
    change: async (held) => {
      refuseUnlessDelegable(held);
      const { tx, review, candidates } = held;
      const from = held.as.has('candidate') ? caller.person.handle : review.assignee;
      const voice = from === null ? null : voiceOf(from, candidates);
      refuseLoop(held, to, from, voice);
      const role = await roleOfReceiver(held, to);
      const row = await writeReview(held, {
        state: held.next,
        assignee: to,
        delegatedBy: from,
        startedAt: review.startedAt ?? held.at,
      });
      await addCandidates(tx, row, [{ handle: to, role, via: 'delegate', onBehalfOf: voice }]);
      await journal(held, 'review.delegated', reason, { to, from, onBehalfOf: voice });
      return standingOf(tx, row);
    },
  });
}

const delegatorOf = ({ delegatedBy }: HeldReview['review'], { person }: Caller): string | null =>
  person.roles.includes('administrator') ? delegatedBy : person.handle;

/** Nobody gets back by delegation what they handed on, and nobody stands in for two. */
function refuseLoop({ review, candidates }: HeldReview, to: string, from: string | null, voice: string | null): void {
  if (to === from) throw refuseReceiver('INVALID', to, 'has it already');
  if (to === voice || to === review.delegatedBy)
    throw refuseReceiver('INVALID', to, 'handed it on; release it, and it goes back');
  const standing = candidates.find(({ handle }) => handle === to);
  if (standing?.via === 'delegate' && standing.onBehalfOf === voice)
    throw refuseReceiver('INVALID', to, 'handed it on; release it, and it goes back');
  if (standing?.onBehalfOf && standing.onBehalfOf !== voice)
    throw refuseReceiver('NOT_ELIGIBLE', to, `stands in for ${standing.onBehalfOf} here`);
}
