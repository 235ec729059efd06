// The verbs as the Slack channel asks for them: every one by the same service as the pages and the API, for the person behind a verified Slack user.
import { and, desc, eq, gt, inArray, isNull, lte } from 'drizzle-orm';
import type { SlackDesk, ListedReview } from '../../channels/slack/desk.ts';
import { DateTime } from 'luxon';
import { isAssuredBy, channelAssurance, leastAssurance } from '../../domain/assurance.ts';
import { Refused } from '../../domain/errors.ts';
import { needsDisposition } from '../../domain/evidence.ts';
import { progressOf } from '../../domain/review-wording.ts';
import { findPeople, findPerson } from '../../db/queries/people.ts';
import { findReview } from '../../db/queries/reviews.ts';
import { absences, decisions, people, reviews, slackRequests } from '../../db/schema/index.ts';
import type { ReviewSummary } from '../schemas/views.ts';
import { clearAbsence, setAbsence } from './absences.ts';
import { allowedTransitions } from './allowed-transitions.ts';
import type { Caller } from './caller.ts';
import { claimReview } from './change-assignment.ts';
import { countReviews } from './waiting-for-me.ts';
import { getVersion } from './get-version.ts';
import { issueSlackLink } from './link-slack.ts';
import { listReviews } from './list-reviews.ts';
import type { ReadDeps } from './read-deps.ts';
import { summaryOf } from './review-summary.ts';
import { submitDecision } from './submit-decision.ts';
import { findVisibleReview } from './visible-review.ts';

const LISTED = 20;

export function createSlackDesk(deps: ReadDeps): SlackDesk {
  const { db } = deps.database;

  const callerOf = async (handle: string): Promise<Caller> => {
    const person = await findPerson(db, handle);
    if (!person?.isActive) throw new Refused('FORBIDDEN', 'Your account is not active.');
    return { person, channel: 'slack' };
  };
  const reviewUrl = (reviewId: string) => `${deps.publicUrl}/reviews/${reviewId}`;
  const listed = (review: ReviewSummary): ListedReview => ({
    id: review.id,
    title: review.title,
    question: review.question,
    progress: progressOf(review.quorum),
    dueAt: review.dueAt,
    url: reviewUrl(review.id),
  });
  const handleOf = async (slackUserId: string) => {
    const [person] = await db
      .select({ handle: people.handle })
      .from(people)
      .where(and(eq(people.slackUserId, slackUserId), eq(people.isActive, true)));
    return person?.handle;
  };
  const namesOf = async (handles: readonly string[]) =>
    new Map((await findPeople(db, handles)).map(({ handle, name }) => [handle, name]));

  return {
    reviewUrl,
    linkUrl: (slackUserId) => issueSlackLink(deps, slackUserId),

    personOf: handleOf,

    question: async (as, reviewId, outcome) => {
      const caller = await callerOf(as);
      const review = await findVisibleReview(deps, caller, reviewId);
      const { terms } = review;
      const { refusal } = await allowedTransitions(deps, caller, reviewId);
      const least = leastAssurance(terms.rules.assurance, outcome);
      const isApproval = outcome === 'APPROVED';
      return {
        reviewId,
        question: review.question,
        model: review.model,
        version: review.version,
        url: reviewUrl(reviewId),
        where: isAssuredBy(channelAssurance.slack, least) ? 'here' : 'web',
        isReasonRequired: terms.reason.required === 'always' || (terms.reason.required === 'onReject' && !isApproval),
        findings: isApproval ? terms.findingsToAnswer.filter(needsDisposition) : [],
        form: terms.signOff.form.filter(({ when }) => when?.outcome === undefined || when.outcome === outcome),
        refusal:
          refusal && refusal.code !== 'ASSURANCE_TOO_LOW'
            ? new Refused(refusal.code as Refused['code'], refusal.detail)
            : null,
      };
    },

    decide: async (as, { reviewId, command, key }) => {
      await submitDecision(deps, await callerOf(as), { reviewId, command, idempotencyKey: key });
    },

    standing: async (reviewId) => {
      const [last] = await db
        .select({ by: people.name, outcome: decisions.outcome, at: decisions.decidedAt })
        .from(decisions)
        .innerJoin(people, eq(people.handle, decisions.handle))
        .where(eq(decisions.reviewId, reviewId))
        .orderBy(desc(decisions.decidedAt))
        .limit(1);
      if (last) return { ...last, at: last.at.toISOString() };
      const review = await findReview(db, reviewId);
      return review?.closedAt && review.outcome
        ? { by: review.closedBy ?? 'the system', outcome: review.outcome, at: review.closedAt.toISOString() }
        : undefined;
    },

    claim: async (as, reviewId) => {
      await claimReview(deps, await callerOf(as), { reviewId });
    },

    home: async (as) => {
      const caller = await callerOf(as);
      const now = deps.now();
      const [page, waiting, own, standing] = await Promise.all([
        listReviews(deps, caller, { view: 'me', limit: LISTED }),
        countReviews(deps, caller),
        db
          .select()
          .from(absences)
          .where(and(eq(absences.handle, as), isNull(absences.canceledAt), gt(absences.endsAt, now)))
          .orderBy(absences.startsAt),
        db
          .select({ handle: absences.handle })
          .from(absences)
          .where(and(eq(absences.deputy, as), isNull(absences.canceledAt), lte(absences.startsAt, now), gt(absences.endsAt, now))),
      ]); // prettier-ignore
      const names = await namesOf([
        ...own.flatMap(({ deputy }) => (deputy === null ? [] : [deputy])),
        ...standing.map(({ handle }) => handle),
      ]);
      const nameOf = (handle: string) => names.get(handle) ?? handle;
      return {
        name: caller.person.name,
        reviews: page.items.map(listed),
        waiting,
        absences: own.map(({ id, deputy, startsAt, endsAt }) => ({
          id,
          deputy: deputy === null ? null : nameOf(deputy),
          startsAt: startsAt.toISOString(),
          endsAt: endsAt.toISOString(),
        })),
        standsInFor: standing.map(({ handle }) => nameOf(handle)),
        url: `${deps.publicUrl}/reviews`,
      };
    },

    versionStatus: async (as, model, version) => {
      const caller = await callerOf(as);
      try {
        const view = await getVersion(deps, caller, { model, version });
        const rows = await db
          .select()
          .from(reviews)
          .where(eq(reviews.modelVersionId, view.id))
          .orderBy(desc(reviews.createdAt))
          .limit(LISTED);
        const names = await namesOf(view.conditions.map(({ owner }) => owner));
        return {
          model: view.model,
          version: view.version,
          stage: view.stage,
          riskTier: view.riskTier,
          conditions: view.conditions.map(({ text, owner, dueAt, state }) => ({
            text,
            owner: names.get(owner) ?? owner,
            dueAt,
            state,
          })),
          reviews: rows.map((row) => ({ ...listed(summaryOf(row)), state: row.state, outcome: row.outcome })),
          url: `${deps.publicUrl}/models/${encodeURIComponent(view.model)}/versions/${encodeURIComponent(view.version)}`,
        };
      } catch (error) {
        if (error instanceof Refused && error.code === 'NOT_FOUND') return undefined;
        throw error;
      }
    },

    setAbsence: async (as, { from, to, deputyUserId }) => {
      const person = await findPerson(db, as);
      const day = (date: string) => DateTime.fromISO(date, { zone: person?.timeZone ?? 'UTC' }).startOf('day');
      const deputy = deputyUserId === null ? null : await handleOf(deputyUserId);
      if (deputy === undefined)
        throw new Refused(
          'INVALID',
          'Countersign does not know this deputy: they have to link their Slack account first.',
          {
            errors: [{ pointer: '/deputy', message: 'is not linked to Countersign' }],
          },
        );
      const absence = {
        startsAt: day(from).toJSDate().toISOString(),
        endsAt: day(to).plus({ days: 1 }).toJSDate().toISOString(),
        deputy,
      };
      await setAbsence(deps, await callerOf(as), absence);
    },

    endAbsence: async (as, id) => clearAbsence(deps, await callerOf(as), id),

    isKnown: async (hashes) => {
      const known = await db
        .select({ hash: slackRequests.requestHash })
        .from(slackRequests)
        .where(inArray(slackRequests.requestHash, [...hashes]))
        .limit(1);
      return known.length > 0;
    },

    remember: async (hashes) => {
      const receivedAt = deps.now();
      await db
        .insert(slackRequests)
        .values(hashes.map((requestHash) => ({ requestHash, receivedAt })))
        .onConflictDoNothing();
    },
  };
}
