// Deputies on reviews that are open when an absence begins or ends. Safe to run twice, and in several workers at once.
import { and, eq, isNull, lte, sql } from 'drizzle-orm';
import { askedRoleOf, deputyOf } from '../../domain/eligibility.ts';
import type { Database, DbOrTx } from '../client.ts';
import { absences, reviewCandidates, reviews } from '../schema/index.ts';
import { addCandidates, courtOf } from './eligibility.ts';
import { appendEntries } from './journal.ts';
import { findReviewsBinding, rebindReview } from './rebind-review.ts';
import { lockReview, type ReviewRow } from './reviews.ts';

type Absence = typeof absences.$inferSelect;

/** Asks the deputies of absences that have begun, and lets go those of absences that are over. Answers how many it settled. */
export async function tendAbsences(database: Database, at: Date): Promise<number> {
  const begun = await database.db
    .select()
    .from(absences)
    .where(and(isNull(absences.endedAt), lte(absences.startsAt, at)))
    .orderBy(absences.startsAt)
    .limit(200);
  for (const absence of begun) await tendAbsence(database, absence, at);
  return begun.filter(({ begunAt, canceledAt, endsAt }) => begunAt === null || canceledAt !== null || endsAt <= at).length; // prettier-ignore
}

/** Brings open reviews to what the absence is now. */
export async function tendAbsence(database: Database, absence: Absence, at: Date): Promise<void> {
  const { id, handle, begunAt, canceledAt, startsAt, endsAt } = absence;
  const isOver = canceledAt !== null || endsAt <= at;
  if (isOver) {
    if (startsAt <= at) {
      await letDeputiesGo(database, absence, at);
      await rebind(database, absence, `${handle} is back: nobody is bound in their place any more.`, at);
    }
    await database.db.update(absences).set({ endedAt: at }).where(eq(absences.id, id));
  } else if (begunAt === null && startsAt <= at) {
    const reason = `${handle} is away until ${endsAt.toISOString()}: whoever stands in is bound to what they are bound to.`;
    await rebind(database, absence, reason, at);
    await askDeputies(database, absence, at);
    await database.db.update(absences).set({ begunAt: at }).where(eq(absences.id, id));
  }
}

async function askDeputies(database: Database, { handle, endsAt }: Absence, at: Date): Promise<void> {
  const waiting = await database.db
    .select({ reviewId: reviewCandidates.reviewId })
    .from(reviewCandidates)
    .where(
      and(eq(reviewCandidates.handle, handle), eq(reviewCandidates.isWaiting, true), isNull(reviewCandidates.onBehalfOf)), // prettier-ignore
    )
    .orderBy(reviewCandidates.reviewId);
  for (const { reviewId } of waiting)
    await onOpenReview(database, reviewId, async (tx, review) => {
      const { people, version, question } = await courtOf(tx, review, at, [handle]);
      const deputy = deputyOf(people, handle, version, question, review.terms.rules, at.toISOString());
      if (!deputy || (await isAsked(tx, review.id, deputy.handle))) return;
      const asked = { handle: deputy.handle, role: askedRoleOf(deputy, question.roles), via: 'deputy' as const, onBehalfOf: handle }; // prettier-ignore
      await addCandidates(tx, await countRevision(tx, review), [asked]);
      const reason = `${handle} is away until ${endsAt.toISOString()}: ${deputy.handle} is asked too, in their name.`;
      await journal(tx, review, reason, { asked: [deputy.handle], onBehalfOf: handle }, at);
    });
}

async function letDeputiesGo(database: Database, { id, handle }: Absence, at: Date): Promise<void> {
  const standingIn = await database.db
    .select({ reviewId: reviewCandidates.reviewId, deputy: reviewCandidates.handle })
    .from(reviewCandidates)
    .innerJoin(reviews, eq(reviews.id, reviewCandidates.reviewId))
    .where(
      and(
        eq(reviewCandidates.onBehalfOf, handle),
        eq(reviewCandidates.via, 'deputy'),
        eq(reviewCandidates.isWaiting, true),
        isNull(reviews.closedAt),
        sql`NOT EXISTS (SELECT FROM absences other WHERE other.handle = ${handle} AND other.id <> ${id} AND other.canceled_at IS NULL
          AND other.starts_at <= ${at} AND other.ends_at > ${at} AND other.deputy = ${reviewCandidates.handle})`,
      ),
    )
    .orderBy(reviewCandidates.reviewId);
  for (const { reviewId, deputy } of standingIn)
    await onOpenReview(database, reviewId, async (tx, review) => {
      // Whoever is at it finishes.
      if (review.assignee === deputy) return;
      await tx.delete(reviewCandidates).where(
        and(eq(reviewCandidates.reviewId, review.id), eq(reviewCandidates.handle, deputy), eq(reviewCandidates.isWaiting, true)), // prettier-ignore
      );
      await countRevision(tx, review);
      await journal(tx, review, `${handle} is back: ${deputy} no longer stands in.`, { released: [deputy] }, at);
    });
}

/** Reviews of versions to which the person is bound, and with them whoever stands in. */
async function rebind(database: Database, { handle, deputy }: Absence, reason: string, at: Date): Promise<void> {
  if (deputy === null) return;
  for (const reviewId of await findReviewsBinding(database.db, handle))
    await onOpenReview(database, reviewId, async (tx, review) => {
      const rebound = await rebindReview(tx, review, at);
      if (rebound) await journal(tx, review, reason, { ...rebound }, at);
    });
}

async function onOpenReview(
  database: Database,
  reviewId: string,
  work: (tx: DbOrTx, review: ReviewRow) => Promise<void>,
): Promise<void> {
  await database.withTransaction(async (tx) => {
    const review = await lockReview(tx, reviewId);
    if (review && review.closedAt === null) await work(tx, review);
  });
}

async function isAsked(tx: DbOrTx, reviewId: string, handle: string): Promise<boolean> {
  const asked = and(eq(reviewCandidates.reviewId, reviewId), eq(reviewCandidates.handle, handle));
  return (await tx.$count(reviewCandidates, asked)) > 0;
}

async function countRevision(tx: DbOrTx, review: ReviewRow): Promise<ReviewRow> {
  const revision = review.revision + 1;
  await tx.update(reviews).set({ revision }).where(eq(reviews.id, review.id));
  return { ...review, revision };
}

const journal = (
  tx: DbOrTx,
  { id, processId, signOff, modelVersionId }: ReviewRow,
  reason: string,
  data: Record<string, unknown>,
  at: Date,
): Promise<void> =>
  appendEntries(
    tx,
    [
      {
        stream: modelVersionId,
        type: 'review.rerouted',
        actor: { type: 'system', id: 'absence' },
        reason,
        data: { reviewId: id, processId, signOff, ...data },
      },
    ],
    at,
  );
