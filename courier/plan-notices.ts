import type { PoolClient } from 'pg';
import { newId } from '../db/new-id.ts';
import type { FollowedEntry } from '../db/queries/follow-journal.ts';
import {
  addToDigest,
  insertNotice,
  noticeKey,
  readNoticeFacts,
  type NoticeRow,
  type TellablePerson,
} from '../db/queries/plan-notices.ts';
import { noticesFor, openingSteps, pushesFor, type NoticeForPerson } from '../domain/notices.ts';
import { afterQuietHours, nextDigest } from '../domain/quiet-hours.ts';
import { cardChannels, channelsFor, type CardChannel, type NoticeChannel } from '../domain/reach.ts';
import type { ReviewRules } from '../domain/review-policy.ts';

export interface NoticeOptions {
  publicUrl: string;
  /** The channels that this installation has. @default all */
  configured?: readonly NoticeChannel[];
}

/** Steps that somebody may be told of. */
const told: ReadonlySet<string> = new Set([
  'review.opened', 'review.closed', 'process.ended', 'model_version.stage_changed', 'model_version.withdrawn', 'review.commented', 'review.info_requested',
  'review.info_submitted', 'review.reminded', 'policy.overridden', 'condition.set',
]); // prettier-ignore

/**
 * Writes down who is to be told of these steps, by which channel and when; answers how many notices are new.
 * Runs in the transaction that follows the journal, so each step is told once; planning it again tells nobody twice.
 */
export async function planNotices(
  entries: readonly FollowedEntry[],
  client: PoolClient,
  now: Date,
  { publicUrl, configured = [...cardChannels, 'push'] }: NoticeOptions,
): Promise<number> {
  const arePushed = configured.includes('push');
  const steps = entries
    .filter(({ type }) => told.has(type) || (arePushed && openingSteps.has(type)))
    .map((entry) => ({ entry, reviewId: reviewIdOf(entry) }));
  if (steps.length === 0 || configured.length === 0) return 0;
  const asked = new Map(steps.map(({ entry: { stream }, reviewId }) => [noticeKey(stream, reviewId), { stream, reviewId }])); // prettier-ignore
  const facts = await readNoticeFacts(client, [...asked.values()], steps.flatMap(({ entry }) => namedIn(entry))); // prettier-ignore
  let count = 0;
  for (const { entry, reviewId } of steps) {
    const subject = facts.subjects.get(noticeKey(entry.stream, reviewId));
    if (!subject) continue;
    const { version, review } = subject;
    const path = review ? `/reviews/${review.id}` : `/models/${encodeURIComponent(version.model)}/versions/${encodeURIComponent(version.version)}`; // prettier-ignore
    const planFor = async (notice: NoticeForPerson, channel: NoticeChannel, key: string) => {
      const person = facts.people.get(notice.handle);
      if (!person) return;
      const row: NoticeRow = {
        id: newId('notice'),
        key,
        handle: notice.handle,
        channel,
        kind: notice.kind,
        reviewId,
        modelVersionId: version.id,
        title: notice.title,
        // A locked telephone shows what a Slack channel may show, and no more.
        body: bodyFor(notice, channel === 'push' ? 'slack' : channel, subject.notify),
        url: `${publicUrl}${path}`,
        availableAt: now,
      };
      if (await place(client, row, { notice, person, publicUrl, dueAt: review?.dueAt }, now)) count++;
    };
    const keyOf = ({ kind, handle }: NoticeForPerson) => `${entry.stream}/${entry.position}/${kind}/${handle}`;
    for (const notice of noticesFor(entry, subject)) {
      const person = facts.people.get(notice.handle);
      for (const channel of person ? channelsFor(person, subject.notify, configured) : [])
        await planFor(notice, channel, keyOf(notice));
    }
    if (!arePushed) continue;
    for (const notice of pushesFor(entry, subject)) {
      // By whichever step a review comes to a person, it is told once.
      const key = notice.kind === 'opened' ? `opened/${reviewId}/${notice.handle}` : keyOf(notice);
      // One for each browser: one that is away delays no other, and none is told again for its sake.
      for (const browser of facts.people.get(notice.handle)?.browsers ?? [])
        await planFor(notice, 'push', `${key}/${browser}`);
    }
  }
  return count;
}

/** What is not urgent waits for the end of quiet hours, or goes into the day's one mail. A reminder that would come too late does not wait. */
async function place(
  client: PoolClient,
  row: NoticeRow,
  {
    notice,
    person,
    publicUrl,
    dueAt,
  }: { notice: NoticeForPerson; person: TellablePerson; publicUrl: string; dueAt: string | undefined },
  now: Date,
): Promise<boolean> {
  const { preferences, timeZone } = person;
  const isReminder = notice.kind === 'reminded';
  if (row.channel === 'email' && preferences.digest === true && !notice.isUrgent && !isReminder) {
    const { at, day } = nextDigest(now, timeZone, preferences);
    const digest = {
      ...row,
      key: `digest/${day}/${row.handle}`,
      kind: 'digest',
      reviewId: null,
      modelVersionId: null,
      title: `What happened until ${day}`,
      body: `${row.title}\n${row.body}\n${row.url}`,
      url: `${publicUrl}/reviews`,
      availableAt: at,
    };
    if (await addToDigest(client, digest, now)) return true;
  }
  const quietUntil = notice.isUrgent ? now : afterQuietHours(now, timeZone, preferences);
  const isTooLate = isReminder && dueAt !== undefined && Date.parse(dueAt) <= quietUntil.getTime();
  return insertNotice(client, { ...row, availableAt: isTooLate ? now : quietUntil }, now);
}

function bodyFor(
  { body, words, findings }: NoticeForPerson,
  channel: CardChannel,
  notify: ReviewRules['notify'],
): string {
  const { redact } = notify[channel];
  const shown = [redact.includes('findings') ? null : findings, redact.includes('reasons') ? null : words];
  return [body, ...shown.filter((text) => text !== null && text !== '')].join('\n');
}

const reviewIdOf = ({ data }: FollowedEntry): string | null =>
  typeof data.reviewId === 'string' ? data.reviewId : null;

const namedIn = ({ type, actor, data }: FollowedEntry): string[] =>
  [actor.id, data.to, data.mentions, type === 'condition.set' && data.owner, type === 'review.opened' && data.candidates].flat().filter((name): name is string => typeof name === 'string'); // prettier-ignore
