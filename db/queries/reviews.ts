import { and, eq, inArray, isNull, sql } from 'drizzle-orm';
import type { Person } from '../../domain/actor.ts';
import type { ReviewOutcome, ReviewState } from '../../domain/review.ts';
import type { ReviewClosed } from '../../workflows/contract.ts';
import type { DbOrTx } from '../client.ts';
import { people, reviewCandidates, reviews } from '../schema/index.ts';
import type { CandidateVia } from '../schema/reviews.ts';

export type ReviewRow = typeof reviews.$inferSelect;

export async function findReview(db: DbOrTx, id: string): Promise<ReviewRow | undefined> {
  const [row] = await db.select().from(reviews).where(eq(reviews.id, id));
  return row;
}

export async function lockReview(tx: DbOrTx, id: string): Promise<ReviewRow | undefined> {
  const [row] = await tx.select().from(reviews).where(eq(reviews.id, id)).for('update');
  return row;
}

export interface Candidate {
  handle: string;
  role: Person['roles'][number];
  via?: CandidateVia | null;
  onBehalfOf?: string | null;
}

/** Opens a review for these people; undefined when the process holds it already. */
export async function insertReview(
  tx: DbOrTx,
  review: typeof reviews.$inferInsert,
  candidates: readonly Candidate[],
): Promise<ReviewRow | undefined> {
  const [row] = await tx.insert(reviews).values(review).onConflictDoNothing().returning();
  if (row && candidates.length > 0)
    await tx.insert(reviewCandidates).values(
      candidates.map(({ handle, role, via = null, onBehalfOf = null }) => ({
        reviewId: row.id,
        handle,
        role,
        via,
        onBehalfOf,
        dueAt: row.dueAt,
        isWaiting: true,
      })),
    );
  return row;
}

export async function findReviewsOfProcess(db: DbOrTx, processId: string): Promise<ReviewRow[]> {
  return db.select().from(reviews).where(eq(reviews.processId, processId)).orderBy(reviews.createdAt);
}

export interface CloseReview {
  id: string;
  state: ReviewState;
  outcome: ReviewOutcome | null;
  by: string;
  reason: string;
  at: Date;
}

/** Closes an open review for everybody; undefined when it was closed first. */
export async function closeReview(tx: DbOrTx, close: CloseReview): Promise<ReviewRow | undefined> {
  const [row] = await tx
    .update(reviews)
    .set({
      state: close.state,
      outcome: close.outcome,
      closedAt: close.at,
      closedBy: close.by,
      closedReason: close.reason,
      revision: sql`${reviews.revision} + 1`,
    })
    .where(and(eq(reviews.id, close.id), isNull(reviews.closedAt)))
    .returning();
  if (row)
    await tx
      .update(reviewCandidates)
      .set({ isWaiting: false, closedAt: close.at })
      .where(eq(reviewCandidates.reviewId, close.id));
  return row;
}

/** What its workflow is told of a review that closed. An approval that its quorum did not give, nor silence, was somebody's who broke the glass. */
export function closingOf({
  id,
  state,
  outcome,
  approvals,
  quorumRequired,
  closedBy,
}: Pick<ReviewRow, 'id' | 'state' | 'outcome' | 'approvals' | 'quorumRequired' | 'closedBy'>): ReviewClosed {
  const isOverride = outcome === 'APPROVED' && approvals < quorumRequired && closedBy !== 'deadline';
  return { reviewId: id, state, outcome, ...(isOverride && { isOverride }) };
}

/** Gives a review another deadline, for all who are asked. */
export async function moveDeadline(tx: DbOrTx, id: string, dueAt: Date): Promise<void> {
  await tx.update(reviews).set({ dueAt }).where(eq(reviews.id, id));
  await tx.update(reviewCandidates).set({ dueAt }).where(eq(reviewCandidates.reviewId, id));
}

/** Gives it time anew, once. */
export async function extendDeadline(tx: DbOrTx, id: string, dueAt: Date, at: Date): Promise<void> {
  await moveDeadline(tx, id, dueAt);
  await tx.update(reviews).set({ extendedAt: at }).where(eq(reviews.id, id));
}

export async function markReminded(tx: DbOrTx, id: string, at: Date): Promise<void> {
  await tx.update(reviews).set({ remindedAt: at }).where(eq(reviews.id, id));
}

/** Whether anybody holds it, has opened it or has answered. */
export async function isReviewBegun(tx: DbOrTx, id: string): Promise<boolean> {
  const { rows } = await tx.execute<{ begun: boolean }>(sql`
    SELECT r.assignee IS NOT NULL OR EXISTS (SELECT FROM decisions WHERE review_id = r.id) OR EXISTS (SELECT FROM review_views WHERE review_id = r.id) AS begun
    FROM reviews r WHERE r.id = ${id}`);
  return rows[0]?.begun ?? false;
}

/** Open reviews of these processes, locked in a fixed order. */
export async function lockOpenReviews(tx: DbOrTx, processIds: readonly string[]): Promise<ReviewRow[]> {
  if (processIds.length === 0) return [];
  return tx
    .select()
    .from(reviews)
    .where(and(inArray(reviews.processId, [...processIds]), isNull(reviews.closedAt)))
    .orderBy(reviews.id)
    .for('update');
}

/** Active people who hold one of the roles, by handle. */
export async function findPeopleWithRoles(db: DbOrTx, roles: readonly string[]): Promise<Person[]> {
  return db
    .select({
      handle: people.handle,
      name: people.name,
      email: people.email,
      type: people.type,
      roles: people.roles,
      department: people.department,
    })
    .from(people)
    .where(
      and(eq(people.isActive, true), eq(people.type, 'user'), sql`${people.roles} && ${sql.param([...roles])}::text[]`),
    )
    .orderBy(people.handle);
}
