// A review's rules without clock or database: its states, who may do what in each, and how decisions add up.
import { z } from 'zod';
import { digestSchema } from './digest.ts';
import { dispositions } from './evidence.ts';

/** Words of WS-HumanTask; the outcome is kept apart from the state. */
export const reviewStates = [
  'CREATED',
  'READY',
  'RESERVED',
  'IN_PROGRESS',
  'SUSPENDED',
  'COMPLETED',
  'EXPIRED',
  'CANCELED',
  'OBSOLETE',
  'FAILED',
] as const;
export type ReviewState = (typeof reviewStates)[number];

/** How a review can end, beside its state. */
export const reviewOutcomes = ['APPROVED', 'REJECTED', 'CHANGES_REQUESTED', 'CONFLICT', 'EXPIRED', 'CANCELED'] as const;
export type ReviewOutcome = (typeof reviewOutcomes)[number];

/** `sign_off`: the question of a sign-off. `conflict`: two people of a sign-off disagreed. */
export const reviewKinds = ['sign_off', 'conflict'] as const;
export type ReviewKind = (typeof reviewKinds)[number];

export const decisionOutcomes = ['APPROVED', 'REJECTED', 'CHANGES_REQUESTED', 'ABSTAINED'] as const;
export type DecisionOutcome = (typeof decisionOutcomes)[number];

/** What moves a review: people's verbs and the workflow's. */
export const reviewVerbs = [
  'open',
  'claim',
  'release',
  'decide',
  'complete',
  'expire',
  'withdraw',
  'supersede',
] as const;
export type ReviewVerb = (typeof reviewVerbs)[number];

/** From state, by verb, to state. An absent row is a WRONG_STATE. `decide` leaves the state as it is until the quorum stands, then `complete` follows. */
export const transitions: readonly {
  verb: ReviewVerb;
  from: readonly ReviewState[];
  to: ReviewState;
  by: 'person' | 'system';
}[] = [
  { verb: 'open', from: ['CREATED'], to: 'READY', by: 'system' },
  { verb: 'claim', from: ['READY'], to: 'RESERVED', by: 'person' },
  { verb: 'release', from: ['RESERVED'], to: 'READY', by: 'person' },
  { verb: 'decide', from: ['READY', 'RESERVED', 'IN_PROGRESS'], to: 'READY', by: 'person' },
  { verb: 'complete', from: ['READY', 'RESERVED', 'IN_PROGRESS'], to: 'COMPLETED', by: 'system' },
  { verb: 'expire', from: ['READY', 'RESERVED', 'IN_PROGRESS', 'SUSPENDED'], to: 'EXPIRED', by: 'system' },
  { verb: 'withdraw', from: ['READY', 'RESERVED', 'IN_PROGRESS', 'SUSPENDED'], to: 'CANCELED', by: 'system' },
  { verb: 'supersede', from: ['READY', 'RESERVED', 'IN_PROGRESS', 'SUSPENDED'], to: 'OBSOLETE', by: 'system' },
];

export const closedStates: ReadonlySet<ReviewState> = new Set([
  'COMPLETED',
  'EXPIRED',
  'CANCELED',
  'OBSOLETE',
  'FAILED',
]);
export const isClosed = (state: ReviewState): boolean => closedStates.has(state);

/** The state that `verb` leads to; undefined when it may not be done now. */
export function stateAfter(state: ReviewState, verb: ReviewVerb): ReviewState | undefined {
  return transitions.find((row) => row.verb === verb && row.from.includes(state))?.to;
}

const text = (max: number) =>
  z
    .string()
    .max(max)
    .refine((value) => !value.includes('\u0000') && value.isWellFormed(), 'holds a character that is not text');

export const decisionFormSchema = z.strictObject({
  dispositions: z
    .array(z.strictObject({ finding: text(300).min(1), disposition: z.enum(dispositions), reason: text(4000) }))
    .max(500)
    .default([]),
});

/** What a person says on a review, quoting what they saw. */
export const decideCommandSchema = z.strictObject({
  outcome: z.enum(decisionOutcomes),
  reason: text(4000).default(''),
  revision: z.int().min(1),
  evidenceDigest: digestSchema,
  form: decisionFormSchema.prefault({}),
});
export type DecideCommand = z.infer<typeof decideCommandSchema>;

export interface Tally {
  required: number;
  approvals: number;
  rejections: number;
  /** Departments, or roles where the sign-off names no departments, that have not approved yet. */
  missingRoles: string[];
}

export interface GivenDecision {
  person: string;
  outcome: DecisionOutcome;
  department: string | null;
}

export interface QuorumRule {
  required: number;
  departments: readonly string[];
  roles: readonly string[];
}

export function tally(rule: QuorumRule, given: readonly GivenDecision[]): Tally {
  const approving = given.filter((decision) => decision.outcome === 'APPROVED');
  const rejections = given.filter((decision) => decision.outcome === 'REJECTED').length;
  const missingDepartments = rule.departments.filter(
    (department) => !approving.some((decision) => decision.department === department),
  );
  const isShort = approving.length < rule.required;
  return {
    required: rule.required,
    approvals: approving.length,
    rejections,
    missingRoles: missingDepartments.length > 0 ? missingDepartments : isShort ? [...rule.roles] : [],
  };
}

/**
 * How a review ends once these decisions stand; undefined while it still waits.
 * One approval and one rejection are a CONFLICT whatever their order, so a rejection alone waits for the quorum too: nobody wins by being first.
 * A request for changes ends it at once: the evidence that the others would judge is about to go.
 * A conflict review is settled by its own quorum and knows no further conflict: the stricter answer stands.
 */
export function outcomeOf(
  kind: ReviewKind,
  rule: QuorumRule,
  given: readonly GivenDecision[],
): ReviewOutcome | undefined {
  if (given.some((decision) => decision.outcome === 'CHANGES_REQUESTED')) return 'CHANGES_REQUESTED';
  const { approvals, rejections, missingRoles } = tally(rule, given);
  if (approvals > 0 && rejections > 0) return kind === 'conflict' ? 'REJECTED' : 'CONFLICT';
  if (rejections >= rule.required) return 'REJECTED';
  if (approvals >= rule.required && missingRoles.length === 0) return 'APPROVED';
  return undefined;
}
