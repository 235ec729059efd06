// How a review goes on after it rested: open again, its deadline moved on by the time that its clock stood still.
import { addWorkingTime } from '../../domain/deadline.ts';
import { enqueue } from '../../db/queries/outbox.ts';
import { moveDeadline, type ReviewRow } from '../../db/queries/reviews.ts';
import { processWorkflowId, REVIEW_MOVED } from '../../workflows/contract.ts';
import { writeReview, type HeldReview } from './change-review.ts';

export async function goOn(
  held: Pick<HeldReview, 'tx' | 'review' | 'at'>,
  state: ReviewRow['state'],
): Promise<ReviewRow> {
  const { tx, review, at } = held;
  const row = await writeReview(held, { state, suspension: null });
  const remainingMs = review.suspension?.remainingMs ?? null;
  if (remainingMs === null) return row;
  const dueAt = addWorkingTime(at, remainingMs, review.terms.rules.calendar);
  await moveDeadline(tx, review.id, dueAt);
  await enqueue(tx, [
    {
      workflowId: processWorkflowId(review.processId),
      message: { do: 'tell', what: REVIEW_MOVED, payload: { reviewId: review.id, dueAt: dueAt.toISOString() } },
    },
  ]);
  return { ...row, dueAt };
}
