import type { Stage } from './stage.ts';

/** Kinds of governance process; `lifecycle` strings the others together, and a `follow_up` comes back to an approval: a condition that was not kept, a glass that was broken. */
export const processKinds = [
  'lifecycle',
  'validation',
  'approval',
  'warm_up',
  'challenger',
  'retention',
  'follow_up',
] as const;
export type ProcessKind = (typeof processKinds)[number];

export const processStates = ['RUNNING', 'COMPLETED'] as const;
export type ProcessState = (typeof processStates)[number];

/** How a process can end. A missed deadline is EXPIRED, never approved. */
export const processOutcomes = [
  'VALIDATED',
  'APPROVED',
  'REJECTED',
  'CHANGES_REQUESTED',
  'EXPIRED',
  'WITHDRAWN',
  'SUPERSEDED',
] as const;
export type ProcessOutcome = (typeof processOutcomes)[number];

/** What the lifecycle does next when one of its processes ended. */
export type NextStep =
  | { step: 'start'; kind: 'approval' }
  /** Nothing runs until new evidence arrives or the version is withdrawn. */
  | { step: 'await_evidence' }
  | { step: 'end'; outcome: ProcessOutcome };

export function stepAfter(outcome: ProcessOutcome): NextStep {
  switch (outcome) {
    case 'VALIDATED':
      return { step: 'start', kind: 'approval' };
    case 'APPROVED':
      return { step: 'end', outcome: 'APPROVED' };
    case 'CHANGES_REQUESTED':
    case 'EXPIRED':
    case 'SUPERSEDED':
      return { step: 'await_evidence' };
    case 'REJECTED':
    case 'WITHDRAWN':
      return { step: 'end', outcome };
  }
}

/** Where a version stands once a process about its latest round ended so; undefined when it stays where it is. */
export function stageAfter(kind: ProcessKind, outcome: ProcessOutcome): Stage | undefined {
  if (kind === 'lifecycle') return undefined;
  if (kind === 'follow_up')
    return ['REJECTED', 'CHANGES_REQUESTED', 'EXPIRED'].includes(outcome) ? 'quarantined' : undefined;
  switch (outcome) {
    case 'VALIDATED':
      return 'validated';
    case 'APPROVED':
      return 'approved';
    case 'REJECTED':
      return 'rejected';
    case 'CHANGES_REQUESTED':
    case 'EXPIRED':
      return 'registered';
    case 'WITHDRAWN':
      return 'withdrawn';
    case 'SUPERSEDED':
      return undefined;
  }
}
