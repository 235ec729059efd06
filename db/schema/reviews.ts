import { sql } from 'drizzle-orm';
import { boolean, index, integer, jsonb, pgTable, primaryKey, text, unique } from 'drizzle-orm/pg-core';
import type { AssuranceLevel, Signature } from '../../domain/assurance.ts';
import type { ReasonRule, SignOff } from '../../domain/policy.ts';
import type { ReviewRules } from '../../domain/review-policy.ts';
import type { DecideCommand, DecisionOutcome, ReviewKind, ReviewOutcome, ReviewState } from '../../domain/review.ts';
import type { Finding, FindingCounts } from '../../domain/evidence.ts';
import type { RiskTier } from '../../domain/submission.ts';
import type { Channel, Role } from '../../domain/actor.ts';
import type { Excluded } from '../../domain/separation-of-duties.ts';
import { instant } from './columns.ts';

/** What a review needs of its policy and version, copied when it opens: neither changes while it waits. */
export interface ReviewTerms {
  signOff: SignOff;
  reason: ReasonRule;
  rules: ReviewRules;
  /** An approval is looked at by a second pair of eyes. */
  isSampled?: boolean;
  owner: string;
  author: string;
  contributors: string[];
  /** Who wrote the code, as its commits say. */
  commitAuthors: string[];
  /** Who answers for the software that delivered the version. */
  accountable: string | null;
  /** People with a deciding role who are bound to the version otherwise, and how. */
  excluded?: Excluded[];
  policy: { id: string; version: number };
  /** People whose decision counts no more, because the review was rebased to a policy under which they may not decide. */
  voided?: { handle: string; why: string }[];
  /** Findings that a person who approves must answer for. */
  findingsToAnswer: Finding[];
  findingCounts: FindingCounts;
}

/** Why a review waits outside the hands of its candidates, and since when. */
export interface Suspension {
  by: string;
  /** RFC 3339. */
  at: string;
  reason: string;
  /** Until when it rests by itself; null until somebody resumes it. */
  until: string | null;
  /** The question that it waits for an answer to, a comment's id. */
  questionId: string | null;
  /** Milliseconds that were left until the deadline, where the clock stands still meanwhile. */
  remainingMs: number | null;
}

export const reviews = pgTable(
  'reviews',
  {
    id: text('id').primaryKey(),
    processId: text('process_id').notNull(),
    processKind: text('process_kind').notNull(),
    modelVersionId: text('model_version_id').notNull(),
    model: text('model').notNull(),
    version: text('version').notNull(),
    riskTier: text('risk_tier').$type<RiskTier>().notNull(),
    kind: text('kind').$type<ReviewKind>().notNull(),
    signOff: text('sign_off').notNull(),
    round: integer('round').notNull(),
    title: text('title').notNull(),
    question: text('question').notNull(),
    /** One sentence: what a reviewer needs to know. */
    summary: text('summary').notNull(),
    state: text('state').$type<ReviewState>().notNull(),
    outcome: text('outcome').$type<ReviewOutcome>(),
    revision: integer('revision').notNull(),
    materialRevision: integer('material_revision').notNull(),
    evidenceDigest: text('evidence_digest').notNull(),
    quorumRequired: integer('quorum_required').notNull(),
    approvals: integer('approvals').notNull().default(0),
    rejections: integer('rejections').notNull().default(0),
    missingRoles: text('missing_roles').array().notNull(),
    assignee: text('assignee'),
    /** Who handed it to the assignee and gets it back when it is released. */
    delegatedBy: text('delegated_by'),
    suspension: jsonb('suspension').$type<Suspension>(),
    /** How often it was escalated. */
    escalationLevel: integer('escalation_level').notNull().default(0),
    remindedAt: instant('reminded_at'),
    startedAt: instant('started_at'),
    /** When its time was given anew because nobody had decided. */
    extendedAt: instant('extended_at'),
    terms: jsonb('terms').$type<ReviewTerms>().notNull(),
    dueAt: instant('due_at').notNull(),
    createdAt: instant('created_at').notNull(),
    closedAt: instant('closed_at'),
    /** Who or what closed it: a handle, or the part of the software. */
    closedBy: text('closed_by'),
    closedReason: text('closed_reason'),
  },
  (table) => [
    unique('reviews_process_sign_off_kind').on(table.processId, table.signOff, table.kind),
    index('reviews_open_due').on(table.dueAt, table.id).where(sql`closed_at is null`),
    index('reviews_closed').on(table.closedAt, table.id).where(sql`closed_at is not null`),
    index('reviews_created').on(table.createdAt, table.id),
    index('reviews_model_version').on(table.modelVersionId),
    index('reviews_resting').on(table.id).where(sql`suspension is not null and closed_at is null`),
  ],
); // prettier-ignore

export type CandidateVia = 'deputy' | 'delegate' | 'forward' | 'escalation' | 'fallback';

/** Who may decide, one row a person: the inbox reads this and no permission is computed at reading. */
export const reviewCandidates = pgTable(
  'review_candidates',
  {
    handle: text('handle').notNull(),
    reviewId: text('review_id').notNull(),
    role: text('role').$type<Role>().notNull(),
    dueAt: instant('due_at').notNull(),
    /** True while the review waits for this very person: open, and no decision of theirs stands. */
    isWaiting: boolean('is_waiting').notNull(),
    /** The review's revision while it is open, kept by a trigger: a page of the inbox is read here alone. */
    revision: integer('revision').notNull().default(1),
    closedAt: instant('closed_at'),
    /** How they came to be asked beside their role: the deputy of somebody away, a delegate, somebody it was forwarded or escalated to. */
    via: text('via').$type<CandidateVia>(),
    /** For whom they stand in. The two are one voice. */
    onBehalfOf: text('on_behalf_of'),
  },
  (table) => [
    primaryKey({ columns: [table.reviewId, table.handle] }),
    index('review_candidates_waiting').on(table.handle, table.dueAt, table.reviewId).where(sql`is_waiting`),
    index('review_candidates_open').on(table.handle, table.reviewId).where(sql`closed_at is null`),
    index('review_candidates_closed').on(table.handle, table.closedAt, table.reviewId).where(sql`closed_at is not null`),
    index('review_candidates_role').on(table.role, table.dueAt, table.reviewId).where(sql`is_waiting`),
  ],
); // prettier-ignore

export interface DecisionReceipt {
  decision: {
    id: string;
    reviewId: string;
    outcome: DecisionOutcome;
    reason: string;
    by: string;
    at: string;
    revision: number;
    evidenceDigest: string;
  };
  review: {
    id: string;
    state: ReviewState;
    outcome: ReviewOutcome | null;
    revision: number;
    quorum: { required: number; approvals: number; rejections: number; missingRoles: string[] };
  };
}

export const decisions = pgTable(
  'decisions',
  {
    id: text('id').primaryKey(),
    reviewId: text('review_id').notNull(),
    handle: text('handle').notNull(),
    department: text('department'),
    outcome: text('outcome').$type<DecisionOutcome>().notNull(),
    reason: text('reason').notNull(),
    form: jsonb('form').$type<DecideCommand['form']>().notNull(),
    revision: integer('revision').notNull(),
    evidenceDigest: text('evidence_digest').notNull(),
    channel: text('channel').$type<Channel>().notNull(),
    idempotencyKey: text('idempotency_key').notNull(),
    /** Digest of the command, so that one key with two commands is told apart from a repeat. */
    commandDigest: text('command_digest').notNull(),
    receipt: jsonb('receipt').$type<DecisionReceipt>().notNull(),
    /** Who they stood in for. */
    onBehalfOf: text('on_behalf_of'),
    assurance: text('assurance').$type<AssuranceLevel>(),
    /** Where the policy asks for a signature: printed name, time, meaning (21 CFR 11.50). */
    signature: jsonb('signature').$type<Signature>(),
    /** The decision of an earlier round that stands on here, because the new evidence did not touch it. */
    carriedFrom: text('carried_from'),
    decidedAt: instant('decided_at').notNull(),
  },
  (table) => [
    unique('decisions_review_person').on(table.reviewId, table.handle),
    unique('decisions_person_key').on(table.handle, table.idempotencyKey),
    index('decisions_person_at').on(table.handle, table.decidedAt),
  ],
);

/** One answer for several reviews, by the key that the person's client named it with: the same key is the same command for ever. */
export const decisionBatches = pgTable(
  'decision_batches',
  {
    handle: text('handle').notNull(),
    idempotencyKey: text('idempotency_key').notNull(),
    commandDigest: text('command_digest').notNull(),
    createdAt: instant('created_at').notNull(),
  },
  (table) => [primaryKey({ columns: [table.handle, table.idempotencyKey] })],
);
