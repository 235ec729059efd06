// Who is told what of a step, in plain words: requesters and subscribers of outcomes, people of what is said to them, administrators of a broken glass.
import { z } from 'zod';
import type { Actor } from './actor.ts';
import type { noticeKinds } from './preferences.ts';

export type NoticeKind = (typeof noticeKinds)[number];

/** What a step is about, and who has to do with it. Handles where nothing else is said. */
export interface NoticeSubject {
  version: { id: string; model: string; version: string };
  review: {
    id: string;
    title: string;
    question: string;
    dueAt: string;
    isOpen: boolean;
    waiting: readonly string[];
  } | null;
  /** Owner and author, and whoever answers for the software that delivered it. */
  requesters: readonly string[];
  subscribers: readonly string[];
  administrators: readonly string[];
  /** The answers that made the review end, or the round where no review is meant: by name, oldest first. */
  answers: readonly { by: string; outcome: string; reason: string }[];
  /** A person's name; the handle of whom nobody knows. */
  nameOf: (handle: string) => string;
}

export interface EntryForNotice {
  type: string;
  actor: Actor;
  reason: string | null;
  data: Record<string, unknown>;
}

export interface NoticeForPerson {
  handle: string;
  kind: NoticeKind;
  title: string;
  /** What a channel may always say. */
  body: string;
  /** People's own words, which a policy may hold back from a channel. */
  words: string | null;
  /** What the checks found, which a policy may hold back from a channel as well. */
  findings: string | null;
  /** Passes quiet hours and digests by. */
  isUrgent: boolean;
}

const outcomes: Readonly<Record<string, string>> = {
  APPROVED: 'approved',
  REJECTED: 'rejected',
  CHANGES_REQUESTED: 'changes requested',
  CONFLICT: 'reviewers disagree',
  EXPIRED: 'deadline missed',
  CANCELED: 'withdrawn or no longer needed',
};
const stages: Readonly<Record<string, string>> = {
  approved: 'is approved',
  rejected: 'is rejected',
  registered: 'waits for new evidence',
  withdrawn: 'was withdrawn',
  champion: 'is in production',
  quarantined: 'is quarantined',
  rolled_back: 'was rolled back',
  retired: 'is retired',
};
const stageSchema = z.object({ from: z.string(), to: z.string() });
const handlesSchema = z.array(z.string());

/** One notice for each person, none for whoever did it; but a broken glass is told to every administrator, as whoever did it may not be who they seem. */
export function noticesFor(entry: EntryForNotice, subject: NoticeSubject): NoticeForPerson[] {
  const { version, review } = subject;
  const name = `${version.model} ${version.version}`;
  const of = review ? `${review.title} of ${name}` : name;
  const { data, reason } = entry;
  const interested = [...subject.requesters, ...subject.subscribers];
  const tell = (
    handles: readonly string[],
    kind: NoticeKind,
    title: string,
    body: string,
    more: { words?: string | null; findings?: string | null; isUrgent?: boolean; also?: readonly string[] } = {},
  ): NoticeForPerson[] =>
    [...new Set([...(more.also ?? []), ...handles])]
      .filter((handle) => handle !== entry.actor.id || entry.actor.type === 'system' || more.also?.includes(handle))
      .map((handle) => ({
        handle,
        kind,
        title,
        body,
        words: more.words ?? null,
        findings: more.findings ?? null,
        isUrgent: more.isUrgent ?? false,
      }));
  const who = subject.nameOf(entry.actor.id);

  switch (entry.type) {
    case 'review.opened': {
      const candidates = handlesSchema.safeParse(data.candidates);
      if (!candidates.success || typeof data.required !== 'number' || candidates.data.length >= data.required)
        return [];
      const few = candidates.data.length === 0 ? 'nobody' : `only ${candidates.data.map(subject.nameOf).join(', ')}`;
      return tell(interested, 'reminded', `${of} cannot be decided`, `It asks ${data.required} of the people who may decide, and that is ${few}. Add people, or a fallback to the policy, before its deadline.`, { also: subject.administrators }); // prettier-ignore
    }
    case 'review.closed': {
      // New evidence took its place; the next round tells.
      if (data.state === 'OBSOLETE') return [];
      const outcome = outcomes[String(data.outcome)];
      if (outcome === undefined) return [];
      const how = data.isOverride !== true ? outcome : data.outcome === 'APPROVED' ? 'let through in an emergency' : `${outcome} in an emergency`; // prettier-ignore
      if (entry.actor.type !== 'system') return tell(interested, 'decided', `${of}: ${how}`, `The review ended: ${how}. By ${who}.`, { words: reason }); // prettier-ignore
      const { by, words } = saidBy(subject.answers.filter((answer) => data.outcome === 'CONFLICT' || answer.outcome === data.outcome)); // prettier-ignore
      return tell(interested, 'decided', `${of}: ${how}`, `The review ended: ${how}.${by}`, { words });
    }
    case 'process.ended':
    case 'model_version.stage_changed': {
      const stage = stageSchema.safeParse(data.stage);
      const words = stage.success && stage.data.from !== stage.data.to ? stages[stage.data.to] : undefined;
      if (words === undefined) return [];
      const told = `${name} ${words}${data.isOverridden === true ? ', in an emergency' : ''}`;
      if (entry.actor.type !== 'system') return tell(interested, 'stage', told, `${told}. By ${who}.`, { words: reason }); // prettier-ignore
      const { by, words: why } = saidBy(subject.answers.filter(({ outcome }) => outcome === data.outcome));
      if (by !== '' && data.outcome !== 'APPROVED') return tell(interested, 'stage', told, `${told}.${by}`, { words: why }); // prettier-ignore
      const isRefused = data.outcome === 'REJECTED' || data.outcome === 'CHANGES_REQUESTED';
      return tell(interested, 'stage', told, `${told}.`, { findings: isRefused ? reason : null });
    }
    case 'model_version.withdrawn':
      return tell(subject.subscribers, 'stage', `${name} was withdrawn`, `${name} was withdrawn by its pipeline.`, { words: reason }); // prettier-ignore
    case 'review.commented': {
      const mentions = handlesSchema.safeParse(data.mentions);
      return mentions.success ? tell(mentions.data, 'commented', `${who} names you on ${of}`, `${who} wrote a comment that names you.`, { words: reason }) : []; // prettier-ignore
    }
    case 'review.info_requested':
      return typeof data.to === 'string' ? tell([data.to], 'commented', `A question to you on ${of}`, `${who} asks; the review waits for your answer.`, { words: reason }) : []; // prettier-ignore
    case 'review.info_submitted':
      return typeof data.to === 'string' ? tell([data.to], 'commented', `An answer on ${of}`, `${who} answered; the review goes on.`, { words: reason }) : []; // prettier-ignore
    case 'review.reminded': {
      if (!review?.isOpen) return [];
      const named = handlesSchema.safeParse(data.to);
      const asked = named.success ? named.data.filter((handle) => review.waiting.includes(handle)) : review.waiting;
      return tell(asked, 'reminded', `${of} waits for you`, `It is due ${utc(review.dueAt)}.`); // prettier-ignore
    }
    case 'policy.overridden':
      return tell(interested, 'overridden', `Emergency: ${of} was set aside`, `${who} broke the glass: ${outcomes[String(data.outcome)] ?? 'decided'} without the quorum. A review after the fact follows.`, { words: reason, isUrgent: true, also: subject.administrators }); // prettier-ignore
    case 'condition.set':
      return typeof data.owner === 'string' && typeof data.dueAt === 'string' ? tell([data.owner], 'condition', `You see to a condition of ${name}`, `${name} was approved on a condition, and ${who} named you to see to it by ${utc(data.dueAt)}. Say on its page when it is done.`, { words: reason }) : []; // prettier-ignore
    default:
      return [];
  }
}

const utc = (instant: string): string => `${instant.slice(0, 16).replace('T', ' ')} UTC`;

function saidBy(answers: NoticeSubject['answers']): { by: string; words: string | null } {
  if (answers.length === 0) return { by: '', words: null };
  const names = [...new Set(answers.map(({ by }) => by))].join(', ');
  const words = answers.filter(({ reason }) => reason !== '').map(({ by, reason }) => `${by}: “${reason}”`).join('\n'); // prettier-ignore
  return { by: ` By ${names}.`, words: words === '' ? null : words };
}

/** Steps by which a review comes to somebody. */
export const openingSteps: ReadonlySet<string> = new Set([
  'review.opened', 'review.delegated', 'review.forwarded', 'review.escalated', 'review.rerouted',
]); // prettier-ignore

const pushedKinds: ReadonlySet<NoticeKind> = new Set(['opened', 'commented', 'reminded', 'overridden']);

/** What a person's browsers are told: what waits for this very person. Cards tell of openings in the other channels. */
export function pushesFor(entry: EntryForNotice, subject: NoticeSubject): NoticeForPerson[] {
  const { version, review } = subject;
  if (!openingSteps.has(entry.type)) return noticesFor(entry, subject).filter(({ kind }) => pushedKinds.has(kind));
  if (!review?.isOpen) return [];
  const title = `${review.title} of ${version.model} ${version.version} waits for you`;
  return review.waiting
    .filter((handle) => entry.actor.type === 'system' || handle !== entry.actor.id)
    .map((handle) => ({
      handle,
      kind: 'opened',
      title,
      body: review.question,
      words: null,
      findings: null,
      isUrgent: false,
    }));
}
