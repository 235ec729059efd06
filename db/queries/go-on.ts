// How a review goes on after it rested: open again, its deadline moved on by the time that its clock stood still.
import { eq, sql } from 'drizzle-orm';
import type { Actor } from '../../domain/actor.ts';
import { alarmsAfterRest, type Alarm } from '../../domain/alarm.ts';
import { addWorkingTime } from '../../domain/deadline.ts';
import { stateAfter, type ReviewVerb } from '../../domain/review.ts';
import { processWorkflowId, REVIEW_MOVED } from '../../workflows/contract.ts';
import type { Database, DbOrTx } from '../client.ts';
import { reviews } from '../schema/index.ts';
import { appendEntries } from './journal.ts';
import { enqueue } from './outbox.ts';
import { lockReview, moveDeadline, type ReviewRow } from './reviews.ts';

/** Opens a locked review again; answers how it stands. Journals nothing: who made it go on says why. */
export async function goOn(
  tx: DbOrTx,
  review: ReviewRow,
  verb: ReviewVerb & ('resume' | 'submitInfo'),
  at: Date,
): Promise<ReviewRow> {
  const state = stateAfter(review.state, verb, review.assignee);
  if (state === undefined) throw new Error(`${review.id} is ${review.state} and does not rest`);
  const [row] = await tx
    .update(reviews)
    .set({ state, suspension: null, revision: sql`${reviews.revision} + 1` })
    .where(eq(reviews.id, review.id))
    .returning();
  if (!row) throw new Error(`${review.id} is gone`);
  const remainingMs = review.suspension?.remainingMs ?? null;
  if (remainingMs === null) return row;
  const dueAt = addWorkingTime(at, remainingMs, review.terms.rules.calendar);
  await moveDeadline(tx, review.id, dueAt);
  const payload = { reviewId: review.id, dueAt: dueAt.toISOString(), alarms: alarmsLeft(review, dueAt) };
  await enqueue(tx, [
    { workflowId: processWorkflowId(review.processId), message: { do: 'tell', what: REVIEW_MOVED, payload } },
  ]);
  return { ...row, dueAt };
}

/** None once the review got its time anew: it had them all by then. */
function alarmsLeft({ kind, terms, createdAt, extendedAt, suspension, dueAt }: ReviewRow, dueAfter: Date): Alarm[] {
  if (kind !== 'sign_off' || extendedAt !== null || suspension === null) return [];
  const rest = { began: new Date(suspension.at), dueBefore: dueAt, dueAfter };
  return alarmsAfterRest(terms.signOff, createdAt, rest, terms.rules.calendar);
}

const actor: Actor = { type: 'system', id: 'deadline' };

/** Lets reviews go on whose rest is over; answers how many. */
export async function endRests(database: Database, at: Date): Promise<number> {
  const { rows } = await database.pool.query<{ id: string }>({
    name: 'rests-that-are-over',
    text: "SELECT id FROM reviews WHERE suspension IS NOT NULL AND closed_at IS NULL AND (suspension->>'until')::timestamptz <= $1 ORDER BY id LIMIT 200",
    values: [at],
  });
  let ended = 0;
  for (const { id } of rows)
    await database.withTransaction(async (tx) => {
      const review = await lockReview(tx, id);
      const until = review?.suspension?.until;
      if (!review || review.state !== 'SUSPENDED' || !until || Date.parse(until) > at.getTime()) return;
      const row = await goOn(tx, review, 'resume', at);
      const { modelVersionId, processId, signOff } = review;
      const data = { reviewId: id, processId, signOff, dueAt: row.dueAt.toISOString() };
      const reason = `It was to rest until ${until}.`;
      await appendEntries(tx, [{ stream: modelVersionId, type: 'review.resumed', actor, reason, data }], at);
      ended++;
    });
  return ended;
}
