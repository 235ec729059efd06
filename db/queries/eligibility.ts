// What eligibility is judged by, read for one question: accounts that matter to it, with their qualifications and absences.
import { and, eq, ne, sql } from 'drizzle-orm';
import type { KnownPerson, Question, VersionInQuestion } from '../../domain/eligibility.ts';
import { namesIn } from '../../domain/identity.ts';
import type { DbOrTx } from '../client.ts';
import { decisions, reviewCandidates, reviews } from '../schema/index.ts';
import type { ReviewRow } from './reviews.ts';
import type { VersionRow } from './versions.ts';

// Software, absent people and whoever answers for software are read whoever they are: through them somebody can be bound to a version.
// Asked as JSON, not as arrays: with arrays PostgreSQL plans anew each time, by their lengths.
const knownPeopleSql = (asked: string, at: string) => sql<KnownPerson>`
WITH asked AS (
  SELECT ARRAY(SELECT jsonb_array_elements_text(a->'roles')) AS roles, ARRAY(SELECT jsonb_array_elements_text(a->'names')) AS names FROM (SELECT ${asked}::jsonb AS a)
), away AS (
  SELECT * FROM absences WHERE canceled_at IS NULL AND ends_at > ${at}::timestamptz
)
SELECT p.handle, p.name, p.email, p.type, p.roles, p.department, p.is_active AS "isActive", p.groups, p.time_zone AS "timeZone",
  p.slack_user_id AS "slackUserId", p.aliases, p.accountable,
  (SELECT coalesce(json_agg(json_build_object('name', q.name, 'expiresAt', q.expires_at)), '[]') FROM qualifications q WHERE q.handle = p.handle AND q.revoked_at IS NULL) AS qualifications,
  (SELECT coalesce(json_agg(json_build_object('startsAt', a.starts_at, 'endsAt', a.ends_at, 'deputy', a.deputy) ORDER BY a.starts_at), '[]') FROM away a WHERE a.handle = p.handle) AS absences
FROM people p, asked
WHERE p.roles && asked.roles OR p.type = 'service_account'
  OR lower(normalize(p.handle, NFKC)) = ANY(asked.names) OR lower(normalize(p.email, NFKC)) = ANY(asked.names)
  OR EXISTS (SELECT FROM unnest(p.aliases) alias WHERE lower(normalize(alias, NFKC)) = ANY(asked.names))
  OR p.handle IN (SELECT handle FROM away UNION SELECT deputy FROM away UNION SELECT accountable FROM people WHERE accountable IS NOT NULL)
ORDER BY p.handle`;

/** Accounts by which the question is judged: holders of its roles, those named by it or by the version, and those through whom people are bound. */
export async function findPeopleInQuestion(
  db: DbOrTx,
  version: VersionInQuestion,
  question: Question,
  at: Date,
  alsoNamed: readonly string[] = [],
): Promise<KnownPerson[]> {
  const names = [
    version.owner,
    version.author,
    ...version.contributors,
    ...version.commitAuthors,
    ...version.earlierDeciders,
    ...(question.fallback ?? []),
    ...(question.excluded ?? []).map(({ handle }) => handle),
    ...alsoNamed,
  ].flatMap(namesIn);
  const asked = JSON.stringify({ roles: question.roles, names: [...new Set(names)] });
  const { rows } = await db.execute<KnownPerson & Record<string, unknown>>(knownPeopleSql(asked, at.toISOString()));
  return rows;
}

/** The version as eligibility sees it. `signOff`: whose earlier deciders do not count as such, because it is asked again. */
export async function versionInQuestion(db: DbOrTx, version: VersionRow, signOff: string): Promise<VersionInQuestion> {
  const earlier = await db
    .selectDistinct({ handle: decisions.handle })
    .from(decisions)
    .innerJoin(reviews, eq(reviews.id, decisions.reviewId))
    .where(and(eq(reviews.modelVersionId, version.id), ne(reviews.signOff, signOff)));
  return {
    model: version.model,
    version: version.version,
    riskTier: version.riskTier,
    task: version.submission.task,
    owner: version.owner,
    author: version.author,
    contributors: version.contributors,
    commitAuthors: version.submission.lineage.code?.authors ?? [],
    submittedBy: version.submittedBy,
    earlierDeciders: earlier.map(({ handle }) => handle),
  };
}

export interface NewCandidate {
  handle: string;
  role: (typeof reviewCandidates.$inferInsert)['role'];
  via: (typeof reviewCandidates.$inferInsert)['via'];
  onBehalfOf: string | null;
}

/** Asks further people on an open review; those who are asked already stay as they were. Answers whom it asked. */
export async function addCandidates(
  tx: DbOrTx,
  review: Pick<ReviewRow, 'id' | 'dueAt' | 'revision'>,
  candidates: readonly NewCandidate[],
): Promise<string[]> {
  if (candidates.length === 0) return [];
  const rows = await tx
    .insert(reviewCandidates)
    .values(
      candidates.map(({ handle, role, via, onBehalfOf }) => ({
        handle,
        role,
        via,
        onBehalfOf,
        reviewId: review.id,
        dueAt: review.dueAt,
        revision: review.revision,
        isWaiting: true,
      })),
    )
    .onConflictDoNothing()
    .returning({ handle: reviewCandidates.handle });
  return rows.map(({ handle }) => handle);
}
