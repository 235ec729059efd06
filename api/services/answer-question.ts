import { and, desc, eq, gt } from 'drizzle-orm';
import { Refused } from '../../domain/errors.ts';
import { goOn } from '../../db/queries/go-on.ts';
import { newId } from '../../db/new-id.ts';
import { reviewComments } from '../../db/schema/index.ts';
import type { CommentView, ReviewStanding } from '../schemas/review-thread.ts';
import type { Caller } from './caller.ts';
import { changeReview, journal, standingOf, type HeldReview, type ReviewChange } from './change-review.ts';
import { findComment, mentionsIn, writeComment } from './comments.ts';
import type { Deps } from './deps.ts';

export interface AnswerQuestion extends ReviewChange {
  questionId: string;
  answer: string;
}

/** Answers the question that a review waits for, and the review goes on. The same answer again changes nothing. */
export function answerQuestion(
  deps: Deps,
  caller: Caller,
  { questionId, answer: text, ...change }: AnswerQuestion,
): Promise<{ answer: CommentView; review: ReviewStanding }> {
  return changeReview(deps, caller, change, {
    verb: 'submitInfo',
    // Who was asked is known by the open question alone; a repeat comes after it was answered.
    alsoBy: ['reader'],
    repeat: async (held) => {
      const question = await findComment(held.tx, questionId);
      if (question?.reviewId !== held.review.id || question.kind !== 'question')
        throw new Refused('NOT_FOUND', 'There is no such question on this review.');
      if (held.review.suspension?.questionId !== questionId) {
        const given = await ownAnswer(held, question.at, text);
        return given && { answer: given, review: await standingOf(held.tx, held.review) };
      }
      if (!held.as.has('informant') && !held.as.has('initiator'))
        throw new Refused('NOT_ELIGIBLE', 'The question was put to somebody else.');
      return undefined;
    },
    change: async (held) => {
      const { tx, review } = held;
      if (review.suspension?.questionId !== questionId)
        throw new Refused('WRONG_STATE', 'The review waits for the answer to another question.');
      const id = newId('comment');
      const mentions = [...new Set([review.suspension.by, ...(await mentionsIn(tx, text))])].sort();
      const answer = await writeComment(held, { id, kind: 'answer', text, mentions });
      const row = await goOn(tx, review, 'submitInfo', held.at);
      await journal(held, 'review.info_submitted', text, {
        commentId: id,
        questionId,
        to: review.suspension.by,
        dueAt: row.dueAt.toISOString(),
      });
      return { answer, review: await standingOf(tx, row) };
    },
  });
}

async function ownAnswer(
  { tx, review, caller }: Pick<HeldReview, 'tx' | 'review' | 'caller'>,
  since: string,
  text: string,
): Promise<CommentView | undefined> {
  const [row] = await tx
    .select({ id: reviewComments.id })
    .from(reviewComments)
    .where(
      and(
        eq(reviewComments.reviewId, review.id),
        eq(reviewComments.kind, 'answer'),
        eq(reviewComments.handle, caller.person.handle),
        eq(reviewComments.text, text),
        gt(reviewComments.createdAt, new Date(since)),
      ),
    )
    .orderBy(desc(reviewComments.createdAt))
    .limit(1);
  return row && findComment(tx, row.id);
}
