// Names, messages and ids of the workflows: all that a caller may import. Values are ids and facts, never documents.
import type { Alarm } from '../domain/alarm.ts';
import type { ProcessKind, ProcessOutcome } from '../domain/process.ts';
import type { ReviewOutcome, ReviewState } from '../domain/review.ts';

export const PROCESSES_TASK_QUEUE = 'processes';
export const EVIDENCE_TASK_QUEUE = 'evidence';

export const processWorkflowId = (processId: string): string => `process/${processId}`;

export interface ProcessInput {
  processId: string;
  modelVersionId: string;
  /** The round of evidence; 0 for a lifecycle. */
  round: number;
  /** Reviews that were opened in the transaction that began the process. */
  opened?: OpenedStage;
  /** When a follow-up is to look: RFC 3339. */
  at?: string;
}

export interface OpenedReview {
  id: string;
  /** RFC 3339, UTC. */
  dueAt: string;
  /** Soonest first. */
  alarms?: Alarm[];
  /** An approval is looked at by a second pair of eyes. */
  isSampled?: boolean;
}

export interface OpenedStage {
  reviews: OpenedReview[];
  isLastStage: boolean;
}

/** A review of this process closed in Postgres; hearing it twice changes nothing. */
export interface ReviewClosed {
  reviewId: string;
  state: ReviewState;
  outcome: ReviewOutcome | null;
  /** By somebody who broke the glass: what follows is asked after the fact, and holds nothing up. */
  isOverride?: boolean;
}

/** A review of this process has another deadline: its clock stood still meanwhile, or its policy was changed on purpose. */
export interface ReviewMoved {
  reviewId: string;
  /** RFC 3339, UTC. */
  dueAt: string;
  /** Those that are still to come, soonest first. @default those that it has, each as far from the deadline as it was */
  alarms?: Alarm[];
}

/** What a review whose deadline came turned out to be: closed, or open until then; null while its clock stands still. */
export type ReviewOverdue = ReviewClosed | { reviewId: string; stillOpen: { dueAt: string | null } };

/** The process is to end now: its version was withdrawn, new evidence took its place, or what it waited for was done. */
export interface ProcessStopped {
  cause: 'WITHDRAWN' | 'SUPERSEDED' | 'APPROVED';
  reason: string;
}

/** Somebody approved on condition that a check still holds at an instant (RFC 3339, UTC). */
export interface DecisionDeferred {
  reviewId: string;
  deferralId: string;
  at: string;
}

/** A process of this lifecycle ended. */
export interface ProcessEnded {
  processId: string;
  kind: ProcessKind;
  outcome: ProcessOutcome;
  round: number;
}

/** New evidence opened a round. */
export interface EvidenceArrived {
  round: number;
}

// What a process can be told, as Updates without validators: a told process needs no further workflow task beside the one that acts on it.
// Each is sent under an id made of its content, so that telling it twice is telling it once.
export const REVIEW_CLOSED = 'reviewClosed';
export const REVIEW_MOVED = 'reviewMoved';
export const DECISION_DEFERRED = 'decisionDeferred';
export const PROCESS_STOPPED = 'processStopped';
export const PROCESS_ENDED = 'processEnded';
export const EVIDENCE_ARRIVED = 'evidenceArrived';

/** Workflow type of each kind of process; the names are for ever. */
export const workflowTypes = {
  lifecycle: 'lifecycleWorkflow',
  validation: 'validationWorkflow',
  approval: 'approvalWorkflow',
  follow_up: 'followUpWorkflow',
} as const satisfies Partial<Record<ProcessKind, string>>;
export type StartableKind = keyof typeof workflowTypes;

/** A line of the outbox: what the relay does to the workflow that the line names. */
export type OutboxMessage =
  | { do: 'start'; kind: StartableKind; input: ProcessInput }
  | { do: 'tell'; what: typeof REVIEW_CLOSED; payload: ReviewClosed }
  | { do: 'tell'; what: typeof REVIEW_MOVED; payload: ReviewMoved }
  | { do: 'tell'; what: typeof DECISION_DEFERRED; payload: DecisionDeferred }
  | { do: 'tell'; what: typeof PROCESS_STOPPED; payload: ProcessStopped }
  | { do: 'tell'; what: typeof PROCESS_ENDED; payload: ProcessEnded }
  | { do: 'tell'; what: typeof EVIDENCE_ARRIVED; payload: EvidenceArrived };
