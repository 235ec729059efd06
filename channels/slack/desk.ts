// What the Slack channel asks of the house: the verbs that all surfaces share, for the person behind a Slack user.
import type { Refused } from '../../domain/errors.ts';
import type { Finding } from '../../domain/evidence.ts';
import type { FormField } from '../../domain/review-policy.ts';
import type { DecideCommand, DecisionOutcome, ReviewOutcome, ReviewState } from '../../domain/review.ts';
import type { AskedOutcome } from './words.ts';

/** What a person must answer to decide. */
export interface DecisionQuestion {
  reviewId: string;
  question: string;
  model: string;
  version: string;
  url: string;
  where: 'here' | 'web';
  isReasonRequired: boolean;
  /** To be answered for, in the pack's order; empty unless the outcome is an approval. */
  findings: Pick<Finding, 'id' | 'title' | 'message'>[];
  form: FormField[];
  /** Why this person may not decide; null when they may. */
  refusal: Refused | null;
}

export interface StandingDecision {
  by: string;
  outcome: DecisionOutcome | ReviewOutcome;
  /** RFC 3339. */
  at: string;
}

export interface ListedReview {
  id: string;
  title: string;
  question: string;
  progress: string;
  /** RFC 3339. */
  dueAt: string;
  url: string;
}

export interface Absence {
  id: string;
  deputy: string | null;
  /** RFC 3339. */
  startsAt: string;
  endsAt: string;
}

export interface HomeView {
  name: string;
  reviews: ListedReview[];
  /** How many wait in all. */
  waiting: number;
  absences: Absence[];
  /** People who are away and for whom this person stands in. */
  standsInFor: string[];
  url: string;
}

export interface VersionStatus {
  model: string;
  version: string;
  stage: string;
  riskTier: string;
  /** What its approval is conditional on; `owner` by name, `dueAt` RFC 3339. */
  conditions: { text: string; owner: string; dueAt: string; state: 'OPEN' | 'FULFILLED' | 'EXPIRED' }[];
  reviews: (ListedReview & { state: ReviewState; outcome: ReviewOutcome | null })[];
  url: string;
}

/** Each verb throws `Refused` for what the person may not do. `as` is their handle. */
export interface SlackDesk {
  /** The handle of whoever this verified Slack user is; undefined until linked. */
  personOf: (slackUserId: string) => Promise<string | undefined>;
  /** A page where whoever is signed in says that this Slack user is them; good for one use, for a short while. */
  linkUrl: (slackUserId: string) => Promise<string>;
  reviewUrl: (reviewId: string) => string;
  question: (as: string, reviewId: string, outcome: AskedOutcome) => Promise<DecisionQuestion>;
  decide: (as: string, decision: { reviewId: string; command: DecideCommand; key: string }) => Promise<void>;
  /** What stands on a review, for whoever comes late. */
  standing: (reviewId: string) => Promise<StandingDecision | undefined>;
  claim: (as: string, reviewId: string) => Promise<void>;
  home: (as: string) => Promise<HomeView>;
  /** undefined when there is none that the person may see. */
  versionStatus: (as: string, model: string, version: string) => Promise<VersionStatus | undefined>;
  /** Days as `2026-11-30`, both included, in the person's own time zone. */
  setAbsence: (as: string, absence: { deputyUserId: string | null; from: string; to: string }) => Promise<void>;
  endAbsence: (as: string, id: string) => Promise<void>;
  /** Whether this request was taken before. */
  isKnown: (hashes: readonly string[]) => Promise<boolean>;
  /** Said once a request has been answered for good. */
  remember: (hashes: readonly string[]) => Promise<void>;
}
