// What eligibility is judged by, read for one question: accounts that matter to it, with their qualifications and absences.
import { and, eq, ne, sql } from 'drizzle-orm';
import type { Role } from '../../domain/actor.ts';
import { askingOf } from '../../domain/asking.ts';
import type { KnownPerson, Question, VersionInQuestion } from '../../domain/eligibility.ts';
import { namesIn } from '../../domain/identity.ts';
import type { SignOff } from '../../domain/policy.ts';
import type { ReviewRules } from '../../domain/review-policy.ts';
import type { ReviewKind } from '../../domain/review.ts';
import type { DbOrTx } from '../client.ts';
import { decisions, reviewCandidates, reviews } from '../schema/index.ts';
import type { Candidate, ReviewRow } from './reviews.ts';
import { getVersionById, type VersionRow } from './versions.ts';

// Software, absent people and whoever answers for software are read whoever they are: through them somebody can be bound to a version.
// Asked as JSON, not as arrays: with arrays PostgreSQL plans anew each time, by their lengths.
const knownPeopleSql = (asked: string, at: string) => sql<KnownPerson>`
WITH asked AS (
  SELECT ARRAY(SELECT jsonb_array_elements_text(a->'roles')) AS roles, ARRAY(SELECT jsonb_array_elements_text(a->'names')) AS names FROM (SELECT ${asked}::jsonb AS a) AS given
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
export async function versionInQuestion(
  db: DbOrTx,
  version: VersionRow,
  signOff: string,
  { independence }: Pick<ReviewRules, 'independence'>,
): Promise<VersionInQuestion> {
  const earlier = independence.excludes.includes('earlierDecider')
    ? await db
        .selectDistinct({ handle: decisions.handle })
        .from(decisions)
        .innerJoin(reviews, eq(reviews.id, decisions.reviewId))
        .where(and(eq(reviews.modelVersionId, version.id), ne(reviews.signOff, signOff)))
    : [];
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

/** Asks further people on an open review; those who are asked already stay as they were. Answers whom it asked. */
export async function addCandidates(
  tx: DbOrTx,
  review: Pick<ReviewRow, 'id' | 'dueAt' | 'revision'>,
  candidates: readonly Candidate[],
): Promise<string[]> {
  if (candidates.length === 0) return [];
  const rows = await tx
    .insert(reviewCandidates)
    .values(
      candidates.map(({ handle, role, via = null, onBehalfOf = null }) => ({
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

/** Whom a review asks, as eligibility understands it. Groups and expression belong to the sign-off alone, not to what follows from it. */
export function questionOfReview({ kind, terms }: Pick<ReviewRow, 'kind' | 'terms'>): Question {
  const { signOff, excluded } = terms;
  return { ...questionFor(kind, signOff, terms.rules), excluded: excluded ?? [] };
}

/** The same before the review is there. */
export function questionFor(kind: ReviewKind, signOff: SignOff, rules: ReviewRules): Question {
  const { roles, quorum } = askingOf(kind, signOff, rules);
  const { qualification, fallback } = signOff;
  return kind === 'sign_off' ? signOff : { roles, quorum, qualification, fallback };
}

export interface Court {
  people: KnownPerson[];
  version: VersionInQuestion;
  question: Question;
}

/** All by which it is judged who may be asked on an open review; people and roles named further are read too. */
export async function courtOf(
  tx: DbOrTx,
  review: ReviewRow,
  at: Date,
  named: readonly string[] = [],
  roles: readonly Role[] = [],
): Promise<Court> {
  const row = await getVersionById(tx, review.modelVersionId);
  const version = await versionInQuestion(tx, row, review.signOff, review.terms.rules);
  const question = questionOfReview(review);
  const asked = { ...question, roles: [...question.roles, ...roles] };
  return { version, question, people: await findPeopleInQuestion(tx, version, asked, at, named) };
}
