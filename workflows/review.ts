// How every process holds reviews: open in Postgres, wait until Postgres says closed, or for the deadline, an instant.
import { condition } from '@temporalio/workflow';
import type { Alarm } from '../domain/alarm.ts';
import type { ProcessOutcome } from '../domain/process.ts';
import type { OpenedReview, ReviewClosed } from './contract.ts';
import type { Heard } from './listen.ts';
import { evidence, steps } from './steps.ts';

export interface HeldOutcome {
  outcome: Extract<
    ProcessOutcome,
    'APPROVED' | 'REJECTED' | 'CHANGES_REQUESTED' | 'EXPIRED' | 'WITHDRAWN' | 'SUPERSEDED'
  >;
  reason: string;
}

interface Waiting extends OpenedReview {
  alarms: Alarm[];
  /** The clock stands still: no alarm rings and the deadline does not come. */
  isPaused: boolean;
}

/** Waits until all of these are approved, or the first one that is not. The row decides: a deadline that races a decision loses or wins there. */
export async function holdReviews(opened: readonly OpenedReview[], heard: Heard): Promise<HeldOutcome> {
  const waiting = new Map(opened.map((review) => [review.id, waitingFor(review)]));
  while (waiting.size > 0) {
    const next = soonest(waiting.values());
    const isHeard = await untilHeard(() => isNews(waiting, heard), next && Date.parse(next.at));
    if (heard.stopped) return { outcome: heard.stopped.cause, reason: heard.stopped.reason };
    takeMoves(waiting, heard);
    takeDeferrals(waiting, heard);
    if (!isHeard && next) await ring(next, heard);
    for (const review of [...waiting.values()]) {
      const closed = heard.closed.get(review.id);
      if (!closed) continue;
      waiting.delete(review.id);
      const ending = endingOf(closed);
      if (ending) return ending;
      const follower = await followUp(review, closed);
      if (follower === 'none') continue;
      if (follower) waiting.set(follower.id, waitingFor(follower));
      else await condition(() => heard.stopped !== undefined);
    }
  }
  return { outcome: 'APPROVED', reason: 'Every sign-off was given.' };
}

const waitingFor = (review: OpenedReview): Waiting => ({
  ...review,
  alarms: [...(review.alarms ?? [])],
  isPaused: false,
});

/** What rings next, and for which review. An alarm rings before a deadline of the same instant. */
function soonest(reviews: Iterable<Waiting>): { review: Waiting; at: string; alarm: Alarm | undefined } | undefined {
  const ringing = [...reviews]
    .filter((review) => !review.isPaused)
    .map((review) => ({ review, alarm: review.alarms[0], at: review.alarms[0]?.at ?? review.dueAt }));
  return ringing.length === 0 ? undefined : ringing.reduce((first, one) => (one.at < first.at ? one : first));
}

/** False when the instant came first. */
async function untilHeard(isHeard: () => boolean, at: number | undefined): Promise<boolean> {
  if (at !== undefined) return condition(isHeard, Math.max(1, at - Date.now()));
  await condition(isHeard);
  return true;
}

const isNews = (waiting: ReadonlyMap<string, Waiting>, heard: Heard): boolean =>
  heard.stopped !== undefined ||
  heard.deferred.length > 0 ||
  [...waiting.keys()].some((id) => heard.closed.has(id) || heard.moved.has(id));

/** Each rings at its instant, whatever becomes of the deadline. Hearing of one twice changes nothing: it is settled once. */
function takeDeferrals(waiting: ReadonlyMap<string, Waiting>, heard: Heard): void {
  for (const { reviewId, deferralId, at } of heard.deferred.splice(0)) {
    const review = waiting.get(reviewId);
    if (!review) continue;
    review.alarms = inOrder([...review.alarms, { what: 'settle', deferralId, at }]);
  }
}

const inOrder = (alarms: Alarm[]): Alarm[] => alarms.sort((a, b) => (a.at < b.at ? -1 : 1));

/** A deferred approval keeps its instant, whatever becomes of the deadline. */
function takeMoves(waiting: ReadonlyMap<string, Waiting>, heard: Heard): void {
  for (const [id, { dueAt, alarms }] of heard.moved) {
    heard.moved.delete(id);
    const review = waiting.get(id);
    if (!review) continue;
    const byMs = Date.parse(dueAt) - Date.parse(review.dueAt);
    const settling = review.alarms.filter(({ what }) => what === 'settle');
    const others = review.alarms.filter(({ what }) => what !== 'settle');
    const moved = others.map((alarm) => ({ ...alarm, at: new Date(Date.parse(alarm.at) + byMs).toISOString() }));
    review.alarms = inOrder([...settling, ...(alarms ?? moved)]);
    review.dueAt = dueAt;
    review.isPaused = false;
  }
}

async function ring({ review, alarm }: { review: Waiting; alarm: Alarm | undefined }, heard: Heard): Promise<void> {
  if (alarm) {
    review.alarms.shift();
    if (alarm.what === 'settle') await settle(alarm.deferralId, review, heard);
    else await steps.ringAlarm({ reviewId: review.id, alarm });
    return;
  }
  const overdue = await steps.expireReview({ reviewId: review.id });
  if (!('stillOpen' in overdue)) heard.closed.set(review.id, overdue);
  else if (overdue.stillOpen.dueAt === null) review.isPaused = true;
  else review.dueAt = overdue.stillOpen.dueAt;
}

/** A check is run again on the files; whether that lets the approval count is settled in Postgres. */
async function settle(deferralId: string, review: Waiting, heard: Heard): Promise<void> {
  const recheck = await evidence.recheck({ deferralId });
  const closed = await steps.settleDeferral({ deferralId, ...recheck });
  if (closed) heard.closed.set(review.id, closed);
}

/** The review that comes of this one: who settles a conflict, or looks again at an approval. undefined where none could be opened. */
async function followUp(review: Waiting, closed: ReviewClosed): Promise<OpenedReview | undefined | 'none'> {
  if (closed.outcome === 'CONFLICT') return steps.openConflictReview({ reviewId: review.id });
  if (closed.outcome === 'APPROVED' && review.isSampled === true && closed.isOverride !== true)
    return steps.openSecondLook({ reviewId: review.id });
  return 'none';
}

/** How the process ends by this review; undefined while others decide about it. */
function endingOf(closed: ReviewClosed): HeldOutcome | undefined {
  switch (closed.outcome) {
    case 'APPROVED':
    case 'CONFLICT':
      return undefined;
    case 'REJECTED':
      return { outcome: 'REJECTED', reason: 'A reviewer rejected it.' };
    case 'CHANGES_REQUESTED':
      return { outcome: 'CHANGES_REQUESTED', reason: 'A reviewer asked for changes.' };
    case 'EXPIRED':
      return { outcome: 'EXPIRED', reason: 'A review passed its deadline without enough decisions.' };
    case 'CANCELED':
    case null:
      return {
        outcome: closed.state === 'OBSOLETE' ? 'SUPERSEDED' : 'WITHDRAWN',
        reason: 'The review was taken back.',
      };
  }
}
