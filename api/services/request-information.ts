import { Refused } from '../../domain/errors.ts';
import { namesIn } from '../../domain/identity.ts';
import { workingTimeBetween } from '../../domain/deadline.ts';
import type { DbOrTx } from '../../db/client.ts';
import { newId } from '../../db/new-id.ts';
import { findPerson, findPersonByName } from '../../db/queries/people.ts';
import type { CommentView, ReviewStanding } from '../schemas/review-thread.ts';
import type { Caller } from './caller.ts';
import { changeReview, journal, standingOf, writeReview, type ReviewChange } from './change-review.ts';
import { findComment, writeComment } from './comments.ts';
import type { Deps } from './deps.ts';

export interface RequestInformation extends ReviewChange {
  question: string;
  /** Handle; the owner of the version when absent. */
  to?: string;
}

/**
 * Puts a question to somebody; the review waits for the answer, and its clock stands still where the policy says so.
 * Asking the same of the same person again while it waits changes nothing.
 */
export function requestInformation(
  deps: Deps,
  caller: Caller,
  { question: text, to, ...change }: RequestInformation,
): Promise<{ question: CommentView; review: ReviewStanding }> {
  return changeReview(deps, caller, change, {
    verb: 'requestInfo',
    repeat: async ({ tx, review }) => {
      if (!review.suspension?.questionId || review.closedAt !== null) return undefined;
      const asked = await findComment(tx, review.suspension.questionId);
      if (asked?.by !== caller.person.handle || asked.text !== text) return undefined;
      if (!asked.mentions.includes(await informantOf(tx, to, review.terms.owner))) return undefined;
      return { question: asked, review: await standingOf(tx, review) };
    },
    isForHolder: true,
    change: async (held) => {
      const { tx, review, at } = held;
      const { rules, owner } = review.terms;
      const informant = await informantOf(tx, to, owner);
      const id = newId('comment');
      const question = await writeComment(held, { id, kind: 'question', text, mentions: [informant] });
      const isPaused = rules.information.pausesClock;
      const row = await writeReview(held, {
        state: held.next,
        suspension: {
          by: caller.person.handle,
          at: at.toISOString(),
          reason: text,
          until: null,
          questionId: id,
          remainingMs: isPaused ? workingTimeBetween(at, review.dueAt, rules.calendar) : null,
        },
      });
      await journal(held, 'review.info_requested', text, { commentId: id, to: informant, isClockPaused: isPaused });
      return { question, review: await standingOf(tx, row) };
    },
  });
}

/** Throws INVALID when the question would reach nobody. */
async function informantOf(tx: DbOrTx, to: string | undefined, owner: string): Promise<string> {
  const person = to === undefined ? await findPersonByName(tx, namesIn(owner)) : await findPerson(tx, to);
  if (person?.isActive && person.type === 'user') return person.handle;
  const detail = to === undefined ? 'The owner of the version is nobody who can answer; name somebody.' : `${to} is nobody who can answer.`; // prettier-ignore
  throw new Refused('INVALID', detail, { errors: [{ pointer: '/to', message: 'is no active person' }] });
}
