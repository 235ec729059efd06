// Lists of reviews by keyset, and what a review's page shows. Nothing here writes or locks.
import type { Pool, QueryArrayConfig } from 'pg';
import { and, asc, eq, inArray } from 'drizzle-orm';
import type { ReviewState } from '../../domain/review.ts';
import type { RiskTier } from '../../domain/submission.ts';
import type { DbOrTx } from '../client.ts';
import { gather } from '../gather.ts';
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
  tier?: RiskTier | undefined;
  /** Words that all occur in model, version, question or title, or in the name or handle of whoever asked. */
  words?: readonly string[] | undefined;
  limit: number;
  /** The last row of the page before: its instant and id. */
  after?: Pick<ReviewPosition, 'at' | 'id'> | undefined;
}

export interface ReviewPosition {
  id: string;
  revision: number;
  /** What the list is ordered by: the deadline, or when it was closed. As PostgreSQL spells an instant; good for asking it again. */
  at: string;
  /** The search for words stopped here: as far as it looks at once, whether or not this one has them. */
  isEnd?: boolean;
  /** Whether it has the words. @default true */
  isHit?: boolean;
}

/** A search for words reads as many reviews at once, in the list's order, and goes on from there. */
const SEARCHED_AT_ONCE = 2_000;

interface Source {
  from: string;
  where: string;
  at: string;
  id: string;
  revision: string;
}

/** Takes a value in as a parameter and answers its place. */
type Parameter = (value: unknown) => string;

const JOINED = 'review_candidates c JOIN reviews r ON r.id = c.review_id';

function sourceOf(query: ReviewListQuery, parameter: Parameter): Source {
  const { list, handle, roles } = query;
  const ofReviews = { from: 'reviews r', id: 'r.id', revision: 'r.revision' };
  switch (list) {
    case 'me': {
      // Candidates know the revision of what waits, so that the page that everybody opens first reads no review.
      const isFiltered =
        query.submittedBy !== null || [query.state, query.model, query.tier].some((given) => given !== undefined);
      const from = isFiltered ? JOINED : 'review_candidates c';
      return {
        from,
        where: `c.handle = ${parameter(handle)} AND c.is_waiting`,
        at: 'c.due_at',
        id: 'c.review_id',
        revision: 'c.revision',
      };
    }
    case 'done':
      return {
        from: JOINED,
        where: `c.handle = ${parameter(handle)} AND c.closed_at IS NOT NULL`,
        at: 'c.closed_at',
        id: 'c.review_id',
        revision: 'r.revision',
      };
    case 'groups':
      return {
        from: `(SELECT DISTINCT due_at, review_id FROM review_candidates WHERE is_waiting AND handle <> ${parameter(handle)} AND role = ANY(${parameter(roles)})) c
          JOIN reviews r ON r.id = c.review_id`,
        where: 'r.closed_at IS NULL',
        at: 'c.due_at',
        id: 'c.review_id',
        revision: 'r.revision',
      };
    case 'waiting': {
      const self = parameter(handle);
      const where = `r.closed_at IS NULL AND r.id IN (
        SELECT c.review_id FROM review_candidates c WHERE c.handle = ${self} AND c.closed_at IS NULL AND NOT c.is_waiting
        UNION
        SELECT own.id FROM model_versions v JOIN reviews own ON own.model_version_id = v.id
        WHERE own.closed_at IS NULL AND ${self} IN (v.owner, v.author, v.submitted_by))`;
      return { ...ofReviews, where, at: 'r.due_at' };
    }
    case 'open':
      return { ...ofReviews, where: 'r.closed_at IS NULL', at: 'r.due_at' };
    case 'closed':
      return { ...ofReviews, where: 'r.closed_at IS NOT NULL', at: 'r.closed_at' };
  }
}

/** Open reviews by deadline, closed ones by the latest close; one more than `limit` when the list goes on. */
export async function listReviewPositions(pool: Pool, query: ReviewListQuery): Promise<ReviewPosition[]> {
  if (isFirstPage(query)) return listFirstPage(pool, query);
  if (query.words !== undefined) return searchReviews(pool, query, query.words);
  const { rows } = await pool.query<[string, string, string]>(reviewPositionsQuery(query));
  return rows.map(([id, revision, at]) => ({ id, revision: Number(revision), at }));
}

/** The page that everybody opens first: what waits for a person, from its beginning. */
const isFirstPage = ({ list, submittedBy, state, model, dueBefore, tier, words, after }: ReviewListQuery): boolean =>
  list === 'me' &&
  submittedBy === null &&
  [state, model, dueBefore, tier, words, after].every((given) => given === undefined);

/** The rows of a list that have the words, and the last one that was looked at when the list goes on behind it. */
async function searchReviews(pool: Pool, query: ReviewListQuery, words: readonly string[]): Promise<ReviewPosition[]> {
  const { text, values } = reviewPositionsQuery({ ...query, limit: SEARCHED_AT_ONCE - 1 });
  const given = [...(values ?? []), ...words.map((word) => `%${word.toLowerCase().replaceAll(/[\\%_]/g, '\\$&')}%`), query.limit + 1]; // prettier-ignore
  const first = (values ?? []).length + 1;
  const matches = words.map((_, index) => `hay LIKE $${first + index}`).join(' AND ');
  const { rows } = await pool.query<[string, string, string, string, string]>({
    text: `
WITH scanned AS MATERIALIZED (SELECT id, revision, at, row_number() OVER () AS place FROM (${text}) AS list (id, revision, at)), looked AS (
  SELECT scanned.*, (SELECT ${matches} FROM (
    SELECT lower(concat_ws(' ', r.model, r.version, r.question, r.title, v.owner, p.name)) AS hay FROM reviews r
    LEFT JOIN model_versions v ON v.id = r.model_version_id LEFT JOIN people p ON p.handle = v.owner WHERE r.id = scanned.id) r) AS hit
  FROM scanned
)
SELECT id, revision, at, hit::int, (place = ${SEARCHED_AT_ONCE})::int FROM looked WHERE hit OR place = ${SEARCHED_AT_ONCE} ORDER BY place LIMIT $${given.length}`,
    values: given,
    rowMode: 'array',
    types: asSent,
  });
  return rows.map(([id, revision, at, hit, end]) => ({ id, revision: Number(revision), at, isHit: hit === '1', isEnd: end === '1' })); // prettier-ignore
}

type FirstPage = Pick<ReviewListQuery, 'handle' | 'limit'>;

// A row for each page: fifty short rows cost more to send and to read than to find.
const firstPagesSql = `
SELECT asked.number, (
  SELECT string_agg(concat_ws('|', page.review_id, page.revision, page.due_at), E'\\n') FROM (
    SELECT c.review_id, c.revision, c.due_at FROM review_candidates c WHERE c.handle = asked.handle AND c.is_waiting ORDER BY c.due_at, c.review_id LIMIT asked.most) page)
FROM json_to_recordset($1) AS asked (number int, handle text, most int)`;

const listers = new WeakMap<Pool, (page: FirstPage) => Promise<ReviewPosition[]>>();

/** Pages that are opened at the same moment are read together. */
function listFirstPage(pool: Pool, page: FirstPage): Promise<ReviewPosition[]> {
  let list = listers.get(pool);
  if (!list) {
    list = gather((pages: readonly FirstPage[]) => listFirstPages(pool, pages), undefined);
    listers.set(pool, list);
  }
  return list(page);
}

async function listFirstPages(pool: Pool, pages: readonly FirstPage[]): Promise<ReviewPosition[][]> {
  const asked = pages.map(({ handle, limit }, number) => ({ number, handle, most: limit + 1 }));
  const { rows } = await pool.query<[number, string | null]>({
    name: 'first-pages',
    text: firstPagesSql,
    values: [JSON.stringify(asked)],
    rowMode: 'array',
  });
  const byNumber = new Map(rows);
  return pages.map((_, number) => (byNumber.get(number) ?? '').split('\n').flatMap(positionOf));
}

function positionOf(line: string): ReviewPosition[] {
  const [id, revision, at] = line.split('|');
  return id !== undefined && at !== undefined ? [{ id, revision: Number(revision), at }] : [];
}

/** Values as PostgreSQL sends them: an instant that is only handed back is not worth parsing. */
const asSent = { getTypeParser: () => (value: string) => value };

/** The same as PostgreSQL is asked for it. */
export function reviewPositionsQuery(query: ReviewListQuery): QueryArrayConfig {
  const values: unknown[] = [];
  const parameter: Parameter = (value) => `$${values.push(value)}`;
  const { from, where, at, id, revision } = sourceOf(query, parameter);
  const isNewestFirst = query.list === 'done' || query.list === 'closed';
  const conditions = [where];
  if (query.submittedBy !== null)
    conditions.push(
      `EXISTS (SELECT FROM model_versions v WHERE v.id = r.model_version_id AND v.submitted_by = ${parameter(query.submittedBy)})`,
    );
  if (query.state !== undefined) conditions.push(`r.state = ${parameter(query.state)}`);
  if (query.model !== undefined) conditions.push(`r.model = ${parameter(query.model)}`);
  if (query.tier !== undefined) conditions.push(`r.risk_tier = ${parameter(query.tier)}`);
  if (query.dueBefore !== undefined)
    conditions.push(`${query.list === 'me' ? 'c' : 'r'}.due_at < ${parameter(query.dueBefore)}`);
  if (query.after !== undefined)
    conditions.push(
      `(${at}, ${id}) ${isNewestFirst ? '<' : '>'} (${parameter(query.after.at)}::timestamptz, ${parameter(query.after.id)}::text)`,
    );
  const direction = isNewestFirst ? 'DESC' : 'ASC';
  const text = `SELECT ${id}, ${revision}, ${at} FROM ${from} WHERE ${conditions.join(' AND ')} ORDER BY ${at} ${direction}, ${id} ${direction} LIMIT ${parameter(query.limit + 1)}`;
  const shape = [query.submittedBy ?? undefined, query.state, query.model, query.tier, query.dueBefore, query.after]
    .map((given) => (given === undefined ? 0 : 1))
    .join('');
  return { name: `reviews-${query.list}-${shape}`, text, values, rowMode: 'array', types: asSent };
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
    .select({
      handle: reviewCandidates.handle,
      role: reviewCandidates.role,
      name: people.name,
      via: reviewCandidates.via,
      onBehalfOf: reviewCandidates.onBehalfOf,
    })
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

/** What people said in one round of a version's evidence, oldest first. */
export async function findDecisionsOfRound(db: DbOrTx, modelVersionId: string, round: number) {
  return db
    .select({ id: decisions.id, handle: decisions.handle, outcome: decisions.outcome })
    .from(decisions)
    .innerJoin(reviews, eq(reviews.id, decisions.reviewId))
    .where(and(eq(reviews.modelVersionId, modelVersionId), eq(reviews.round, round)))
    .orderBy(asc(decisions.decidedAt), asc(decisions.id));
}
