import type { Context } from 'hono';
import type { z } from 'zod';
import type {
  JournalEntryView, ModelSummary, ModelView, PolicySummary, PolicyView, ProcessView, ReviewSummary, ReviewView, Verification, VersionView,
  receiptSchema, transitionsViewSchema,
} from '../api/schemas/views.ts'; // prettier-ignore
import type { AttachmentView, CommentView, DeferralView, eligibilityViewSchema } from '../api/schemas/review-thread.ts';
import type { AbsenceView, NewAbsence } from '../api/schemas/standing-in.ts';
import type { Caller } from '../api/services/caller.ts';
import type { Batch, BatchAnswer } from '../api/services/decide-batch.ts';
import type { OwnAccount } from '../api/services/own-account.ts';
import type { OwnPreferences, Subscription } from '../api/services/own-settings.ts';
import type { FilterView } from '../api/services/saved-filters.ts';
import type { OpenQuestion } from '../api/services/waiting-for-me.ts';
import type { RiskTier } from '../domain/submission.ts';
import type { ConditionView } from '../api/services/fulfil-condition.ts';
import type { MailReview } from '../api/services/mail-review.ts';
import type { Proof } from '../api/services/step-up.ts';
import type { Role } from '../domain/actor.ts';
import type { EvidencePack } from '../domain/evidence.ts';
import type { DecideCommand, ReviewState } from '../domain/review.ts';
import type { ReviewAct } from './review-act.ts';

export interface Page<T> {
  items: T[];
  nextCursor: string | null;
}

export interface PageQuery {
  limit: number;
  cursor?: string;
}

export const reviewTabs = ['me', 'groups', 'waiting', 'done'] as const;
export type ReviewTab = (typeof reviewTabs)[number];

export interface ReviewQuery extends PageQuery {
  view: ReviewTab;
  model?: string;
  state?: ReviewState;
  tier?: RiskTier;
  /** Words that all occur in model, version, question, title or who asked. */
  q?: string;
  /** RFC 3339. */
  dueBefore?: string;
}

export interface JournalQuery extends PageQuery {
  stream?: string;
  type?: string;
  actor?: string;
}

/** A person as others see them. */
export interface PersonName {
  handle: string;
  name: string;
  roles: Role[];
}

export interface DocumentText {
  kind: string;
  mediaType: string;
  text: string;
}

export type TransitionsView = z.infer<typeof transitionsViewSchema>;
export type Receipt = z.infer<typeof receiptSchema>;

/** What people said, asked, attached and promised around a review, and who can decide it. */
export interface ReviewThread {
  comments: CommentView[];
  attachments: AttachmentView[];
  conditions: ConditionView[];
  deferrals: DeferralView[];
  eligibility: z.infer<typeof eligibilityViewSchema>;
}

export interface NewFile {
  name: string;
  mediaType: string;
  content: Buffer;
}

/**
 * All that the pages ask of the rest of the house. Each throws `Refused` when the caller may not or cannot;
 * who may not see a thing gets NOT_FOUND.
 */
export interface WebServices {
  /** How many open reviews wait for this very person; stands in the navigation of every page. */
  countReviews: (caller: Caller) => Promise<number>;
  /** What others ask of the caller before they decide. */
  openQuestions: (caller: Caller) => Promise<OpenQuestion[]>;
  listReviews: (caller: Caller, query: ReviewQuery) => Promise<Page<ReviewSummary>>;
  getReview: (caller: Caller, id: string) => Promise<ReviewView>;
  allowedTransitions: (caller: Caller, id: string) => Promise<TransitionsView>;
  /** Journal entries about the review, oldest first. */
  reviewHistory: (caller: Caller, id: string) => Promise<JournalEntryView[]>;
  submitDecision: (
    caller: Caller,
    input: { reviewId: string; command: DecideCommand; idempotencyKey: string },
  ) => Promise<Receipt>;
  /** What the holder of a mail's one-time code may see; undefined when it does not decide now. Throws RATE_LIMITED after many wrong ones. */
  openMailReview: (context: Context, pass: { reviewId: string; code: string }) => Promise<MailReview | undefined>;
  /** Decides by a press on that page; undefined as above. */
  decideByMail: (
    context: Context,
    press: { reviewId: string; code: string; formToken: string; command: DecideCommand },
  ) => Promise<Receipt | undefined>;
  /** Keeps as refused what comes from such a page after somebody else decided; of any other code nothing. */
  keepLatePress: (
    context: Context,
    press: { reviewId: string; code: string; formToken: string; command: DecideCommand },
  ) => Promise<void>;
  /** One answer and one reason for several; throws INVALID, naming which, where some are decided one by one. */
  decideBatch: (caller: Caller, batch: Batch, idempotencyKey: string) => Promise<BatchAnswer>;
  listFilters: (caller: Caller) => Promise<FilterView[]>;
  saveFilter: (caller: Caller, filter: { name: string; query: string; isShared: boolean }) => Promise<void>;
  removeFilter: (caller: Caller, id: string) => Promise<void>;
  /** An approval that counts later, if the check that it names still holds then. */
  deferDecision: (
    caller: Caller,
    input: { reviewId: string; command: DecideCommand; idempotencyKey: string },
  ) => Promise<void>;
  actOnReview: (caller: Caller, id: string, act: ReviewAct) => Promise<void>;
  reviewThread: (caller: Caller, id: string) => Promise<ReviewThread>;
  attachFile: (caller: Caller, id: string, file: NewFile) => Promise<void>;
  /** Its owner says that what was promised is done. */
  fulfilCondition: (caller: Caller, conditionId: string, reason: string) => Promise<void>;

  listModels: (caller: Caller, query: PageQuery) => Promise<Page<ModelSummary>>;
  getModel: (caller: Caller, model: string) => Promise<ModelView>;
  getVersion: (caller: Caller, model: string, version: string) => Promise<VersionView>;
  getProcess: (caller: Caller, id: string) => Promise<ProcessView>;
  getEvidence: (caller: Caller, digest: string) => Promise<EvidencePack>;
  getDocument: (caller: Caller, input: { evidenceDigest: string; digest: string }) => Promise<DocumentText>;

  /** Newest first. */
  listJournal: (caller: Caller, query: JournalQuery) => Promise<Page<JournalEntryView>>;
  verifyJournal: (caller: Caller) => Promise<Verification>;
  listPolicies: (caller: Caller) => Promise<PolicySummary[]>;
  getPolicy: (caller: Caller, id: string, version: number) => Promise<PolicyView>;

  readPreferences: (caller: Caller) => Promise<OwnPreferences>;
  /** Takes the place of all that was chosen before. */
  writePreferences: (caller: Caller, preferences: OwnPreferences) => Promise<void>;
  listSubscriptions: (caller: Caller) => Promise<Subscription[]>;
  subscribe: (caller: Caller, model: string) => Promise<void>;
  unsubscribe: (caller: Caller, model: string) => Promise<void>;
  listAbsences: (caller: Caller) => Promise<AbsenceView[]>;
  setAbsence: (caller: Caller, absence: NewAbsence) => Promise<void>;
  clearAbsence: (caller: Caller, id: string) => Promise<void>;
  ownAccount: (caller: Caller) => Promise<OwnAccount>;
  /** Whom the caller can name as deputy. */
  listColleagues: (caller: Caller) => Promise<PersonName[]>;

  /** Those of the handles that are people or service accounts we know. */
  namePeople: (handles: readonly string[]) => Promise<PersonName[]>;
  /** Those of the journal's streams that are model versions. */
  nameVersions: (streams: readonly string[]) => Promise<{ id: string; model: string; version: string }[]>;

  /** The Slack user whom the code would link. */
  readSlackLink: (code: string) => Promise<string>;
  linkSlack: (caller: Caller, code: string) => Promise<string>;

  /** Everybody that a press signs in as; empty outside of demo mode. */
  listDemoPeople: () => Promise<PersonName[]>;
  /** These three set or take away the session's cookie on the response. */
  signInDemo: (context: Context, handle: string) => Promise<void>;
  signInWithToken: (context: Context, token: string) => Promise<void>;
  signOut: (context: Context) => Promise<void>;
  /** Proves again who sits before this browser; answers the caller as known from now on. Throws UNAUTHENTICATED, RATE_LIMITED. */
  stepUp: (context: Context, caller: Caller, proof: Proof) => Promise<Caller>;
}
