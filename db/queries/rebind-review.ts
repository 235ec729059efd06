// Who is bound to the version of an open review, looked at again when an absence begins or ends: stand-ins are bound with whom they stand in for.
import { isDeepStrictEqual } from 'node:util';
import { and, eq, inArray, sql } from 'drizzle-orm';
import { boundPeople, whoMayDecide } from '../../domain/eligibility.ts';
import { identitiesOf } from '../../domain/identity.ts';
import type { DbOrTx } from '../client.ts';
import { decisions, reviewCandidates, reviews } from '../schema/index.ts';
import { addCandidates, courtOf } from './eligibility.ts';
import { findPerson } from './people.ts';
import type { ReviewRow } from './reviews.ts';

/** Open reviews of versions to which the person is bound, or was when they opened. */
export async function findReviewsBinding(db: DbOrTx, handle: string): Promise<string[]> {
  const person = await findPerson(db, handle);
  if (!person) return [];
  const names = JSON.stringify(identitiesOf(person));
  const { rows } = await db.execute<{ id: string }>(sql`
    SELECT r.id FROM reviews r
    WHERE r.closed_at IS NULL AND (
      r.terms->'excluded' @> ${JSON.stringify([{ handle }])}::jsonb
      OR EXISTS (
        SELECT FROM jsonb_array_elements_text(
          jsonb_build_array(r.terms->'owner', r.terms->'author', r.terms->'accountable') || coalesce(r.terms->'contributors', '[]') || coalesce(r.terms->'commitAuthors', '[]')
        ) named WHERE ${names}::jsonb ? lower(normalize(trim(coalesce(substring(named FROM '<([^<>]+)>\\s*$'), named)), NFKC)))
      OR (r.terms->'rules'->'independence'->'excludes' ? 'earlierDecider' AND EXISTS (
        SELECT FROM reviews other JOIN decisions d ON d.review_id = other.id
        WHERE other.model_version_id = r.model_version_id AND other.sign_off <> r.sign_off AND d.handle = ${handle})))
    ORDER BY r.id`);
  return rows.map(({ id }) => id);
}

export interface Rebound {
  /** Let go because they are bound now. */
  released: string[];
  /** Free again, or asked in place of those. */
  asked: string[];
}

/** Brings a locked, open review to who is bound at an instant; undefined where nothing changed. Decisions that were given stay. */
export async function rebindReview(tx: DbOrTx, review: ReviewRow, at: Date): Promise<Rebound | undefined> {
  const was = review.terms.excluded ?? [];
  // Who took part in what it is about stays out of it.
  const tookPart = was.filter((one) => one.tookPart);
  const terms = { ...review.terms, excluded: tookPart };
  const candidates = await tx.select({ handle: reviewCandidates.handle }).from(reviewCandidates).where(eq(reviewCandidates.reviewId, review.id)); // prettier-ignore
  const { people, version, question } = await courtOf(tx, { ...review, terms }, at, candidates.map(({ handle }) => handle)); // prettier-ignore
  const excluded = boundPeople(people, version, question, terms.rules, at.toISOString());
  if (isDeepStrictEqual(excluded, was)) return undefined;

  const isBound = (handle: string) => excluded.some((one) => one.handle === handle);
  const isFreed = (handle: string | null) => was.some((one) => one.handle === handle) && !isBound(handle!);
  const given = await tx.select({ handle: decisions.handle }).from(decisions).where(eq(decisions.reviewId, review.id));
  const released = candidates.flatMap(({ handle }) => isBound(handle) && !given.some((one) => one.handle === handle) ? [handle] : []); // prettier-ignore
  const isLetGo = review.assignee !== null && released.includes(review.assignee);
  const revision = review.revision + 1;
  await tx
    .update(reviews)
    .set({
      terms: { ...terms, excluded },
      revision,
      ...(isLetGo && {
        assignee: null,
        delegatedBy: null,
        state: review.state === 'SUSPENDED' ? review.state : 'READY',
      }),
    })
    .where(eq(reviews.id, review.id));
  if (released.length > 0)
    await tx.delete(reviewCandidates).where(and(eq(reviewCandidates.reviewId, review.id), inArray(reviewCandidates.handle, released))); // prettier-ignore
  const { may } = whoMayDecide(people, version, question, terms.rules, at.toISOString());
  const anew = may.filter((one) => isFreed(one.handle) || isFreed(one.onBehalfOf) || (released.length > 0 && one.via === 'fallback')); // prettier-ignore
  return { released, asked: await addCandidates(tx, { ...review, revision }, anew) };
}
