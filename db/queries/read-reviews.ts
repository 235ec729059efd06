// Lists of reviews by keyset, and what a review's page shows. Nothing here writes or locks.
import type { Pool } from 'pg';
import { asc, eq, inArray } from 'drizzle-orm';
import type { ReviewState } from '../../domain/review.ts';
import type { DbOrTx } from '../client.ts';
import { decisions, people, reviewCandidates, reviews } from '../schema/index.ts';
import type { ReviewRow } from './reviews.ts';

export type ReviewList = 'me' | 'groups' | 'waiting' | 'done' | 'open' | 'closed';

export interface ReviewListQuery {
  list: ReviewList;
  handle: string;
  roles: readonly string[];
  /** Only reviews of versions that this account submitted; null for all. */
  submittedBy: string | null;
  state?: ReviewState | undefined;
  model?: string | undefined;
  dueBefore?: Date | undefined;
  limit: number;
  /** The last row of the page before: its instant and id. */
  after?: { at: Date; id: string } | undefined;
}

export interface ReviewPosition {
  id: string;
  revision: number;
  /** What the list is ordered by: the deadline, or when it was closed. */
  at: Date;
}

interface Source {
  from: string;
  where: string;
  at: string;
  id: string;
}

/** Takes a value in as a parameter and answers its place. */
type Parameter = (value: unknown) => string;

function sourceOf({ list, handle, roles }: ReviewListQuery, parameter: Parameter): Source {
  const openReviews = (where: string): Source => ({ from: 'reviews r', where, at: 'r.due_at', id: 'r.id' });
  const own = (where: string, at: string): Source => ({
    from: 'review_candidates c JOIN reviews r ON r.id = c.review_id',
    where: `c.handle = ${parameter(handle)} AND ${where}`,
    at,
    id: 'c.review_id',
  });
  switch (list) {
    case 'me':
      return own('c.is_waiting', 'c.due_at');
    case 'done':
      return own('c.closed_at IS NOT NULL', 'c.closed_at');
    case 'groups':
      return {
        from: `(SELECT DISTINCT due_at, review_id FROM review_candidates WHERE is_waiting AND handle <> ${parameter(handle)} AND role = ANY(${parameter(roles)})) c JOIN reviews r ON r.id = c.review_id`,
        where: 'r.closed_at IS NULL',
        at: 'c.due_at',
        id: 'c.review_id',
      };
    case 'waiting': {
      const self = parameter(handle);
      return openReviews(`r.closed_at IS NULL AND r.id IN (
        SELECT c.review_id FROM review_candidates c WHERE c.handle = ${self} AND c.closed_at IS NULL AND NOT c.is_waiting
        UNION
        SELECT own.id FROM model_versions v JOIN reviews own ON own.model_version_id = v.id
        WHERE own.closed_at IS NULL AND ${self} IN (v.owner, v.author, v.submitted_by))`);
    }
    case 'open':
      return openReviews('r.closed_at IS NULL');
    case 'closed':
      return { from: 'reviews r', where: 'r.closed_at IS NOT NULL', at: 'r.closed_at', id: 'r.id' };
  }
}

/** Open reviews by deadline, closed ones by the latest close; one more than `limit` when the list goes on. */
export async function listReviewPositions(pool: Pool, query: ReviewListQuery): Promise<ReviewPosition[]> {
  const values: unknown[] = [];
  const parameter: Parameter = (value) => `$${values.push(value)}`;
  const { from, where, at, id } = sourceOf(query, parameter);
  const isNewestFirst = query.list === 'done' || query.list === 'closed';
  const conditions = [where];
  if (query.submittedBy !== null)
    conditions.push(
      `EXISTS (SELECT FROM model_versions v WHERE v.id = r.model_version_id AND v.submitted_by = ${parameter(query.submittedBy)})`,
    );
  if (query.state !== undefined) conditions.push(`r.state = ${parameter(query.state)}`);
  if (query.model !== undefined) conditions.push(`r.model = ${parameter(query.model)}`);
  if (query.dueBefore !== undefined) conditions.push(`r.due_at < ${parameter(query.dueBefore)}`);
  if (query.after !== undefined)
    conditions.push(
      `(${at}, ${id}) ${isNewestFirst ? '<' : '>'} (${parameter(query.after.at)}::timestamptz, ${parameter(query.after.id)}::text)`,
    );
  const direction = isNewestFirst ? 'DESC' : 'ASC';
  const text = `SELECT ${id} AS id, r.revision, ${at} AS at FROM ${from} WHERE ${conditions.join(' AND ')} ORDER BY ${at} ${direction}, ${id} ${direction} LIMIT ${parameter(query.limit + 1)}`;
  const shape = [query.submittedBy ?? undefined, query.state, query.model, query.dueBefore, query.after]
    .map((given) => (given === undefined ? 0 : 1))
    .join('');
  const { rows } = await pool.query<ReviewPosition>({ name: `reviews-${query.list}-${shape}`, text, values });
  return rows;
}

export async function findReviewsById(db: DbOrTx, ids: readonly string[]): Promise<ReviewRow[]> {
  return ids.length === 0
    ? []
    : db
        .select()
        .from(reviews)
        .where(inArray(reviews.id, [...ids]));
}

/** Who may decide, with their names, by handle. */
export async function listCandidates(db: DbOrTx, reviewId: string) {
  return db
    .select({ handle: reviewCandidates.handle, role: reviewCandidates.role, name: people.name })
    .from(reviewCandidates)
    .innerJoin(people, eq(people.handle, reviewCandidates.handle))
    .where(eq(reviewCandidates.reviewId, reviewId))
    .orderBy(asc(reviewCandidates.handle));
}

/** The decisions that stand, oldest first. */
export async function listDecisions(db: DbOrTx, reviewId: string) {
  return db
    .select()
    .from(decisions)
    .where(eq(decisions.reviewId, reviewId))
    .orderBy(asc(decisions.decidedAt), asc(decisions.id));
}

/** How many open reviews wait for this very person. */
export async function countWaiting(pool: Pool, handle: string): Promise<number> {
  const { rows } = await pool.query<{ count: number }>({
    name: 'count-waiting',
    text: 'SELECT count(*)::int AS count FROM review_candidates WHERE handle = $1 AND is_waiting',
    values: [handle],
  });
  return rows[0]?.count ?? 0;
}
