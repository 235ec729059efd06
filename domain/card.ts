// A review as a channel shows it: one shape for Slack, e-mail and whatever comes, in the order of the page.
import type { AssuranceLevel } from './assurance.ts';
import type { Finding } from './evidence.ts';
import type { CardChannel, NoticeChannel } from './reach.ts';
import type { FormField } from './review-policy.ts';
import type { DecisionOutcome, ReviewOutcome, ReviewState } from './review.ts';
import type { RiskTier } from './submission.ts';

export interface CardPerson {
  handle: string;
  name: string;
  /** Null until linked. */
  slackUserId: string | null;
}

export interface CardDecision {
  by: CardPerson;
  outcome: DecisionOutcome;
  /** Null where the policy holds it back from this channel. */
  reason: string | null;
  /** RFC 3339. */
  at: string;
  /** Why it counts no more, as `holds none of the roles compliance`; null while it counts. */
  voided: string | null;
}

/** A finding in the words of its page; `limit` is spelled with its sign, as `≥ 0.8`. */
export type CardFinding = Pick<Finding, 'id' | 'title' | 'verdict' | 'severity' | 'message' | 'value'> & {
  limit: string | null;
};

export interface Card {
  reviewId: string;
  revision: number;
  evidenceDigest: string;
  /** The sign-off, as `Compliance`. */
  title: string;
  question: string;
  /** What a reviewer needs to know; null where the policy holds it back. Each nullable member likewise. */
  summary: string | null;
  /** Findings to judge and warnings, in the pack's order; passed ones are only counted. */
  findings: CardFinding[] | null;
  passed: number;
  model: string;
  version: string;
  riskTier: RiskTier;
  round: number;
  requestedBy: CardPerson | null;
  /** RFC 3339. */
  dueAt: string;
  state: ReviewState;
  outcome: ReviewOutcome | null;
  /** In words, as `1 of 2 approved · waiting for compliance`. */
  progress: string;
  decisions: CardDecision[];
  assignee: CardPerson | null;
  /** Set once closed: what happened, in one sentence, and when. */
  ending: { sentence: string; at: string } | null;
  /** What a decision in this channel comes to: it counts here, or is handed over to a signed web page. */
  offers: { outcome: Exclude<DecisionOutcome, 'ABSTAINED'>; where: 'here' | 'web'; least: AssuranceLevel }[];
  /** Whether an approval must answer for findings. */
  needsDispositions: boolean;
  /** Questions of the policy's form. */
  form: FormField[];
  /** One picture of the evidence; its address is readable by whoever has the link for a short while. */
  chart: { title: string; alt: string; png: () => Promise<Buffer> } | null;
  /** The page of the review. */
  url: string;
  evidenceUrl: string;
}

/** One recipient of cards: a person, or a channel that several people read. */
export interface CardRecipient {
  /** A person's handle, or `#` and a Slack channel's id. */
  name: string;
  person: { handle: string; name: string; email: string; slackUserId: string | null; timeZone: string } | null;
}

/** How one channel delivers. Throws `PermanentRefusal` where trying again is no use and `AskedToWait` where the other side said when. */
export interface CardSender extends NoticeSender {
  channel: CardChannel;
  /** Brings the copy up to date: sends it where it has no place yet, else edits it there or follows it up. Answers its place. */
  deliver: (
    card: Card,
    recipient: CardRecipient,
    place: Record<string, string> | null,
  ) => Promise<Record<string, string>>;
}

/** A channel that takes short messages and perhaps no cards. Throws as above. */
export interface NoticeSender {
  channel: NoticeChannel;
  /** A message is given up after so many attempts. @default none are too many */
  mostAttempts?: number;
  /** A short message beside the cards; in the thread of the copy where there is one. `key` names it, so that a repeat is told from a second one. */
  tell: (notice: Notice, recipient: CardRecipient, place: Record<string, string> | null) => Promise<void>;
}

export interface Notice {
  key: string;
  kind: string;
  title: string;
  body: string;
  url: string;
}

export class PermanentRefusal extends Error {
  override name = 'PermanentRefusal';
}

export class AskedToWait extends Error {
  override name = 'AskedToWait';
  readonly waitMs: number;

  constructor(message: string, waitMs: number) {
    super(message);
    this.waitMs = waitMs;
  }
}
