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

/**
 * `sign_off`: the question of a sign-off. `conflict`: two people of a sign-off disagreed. `second_look`: a sample of approvals is seen again.
 * `after_the_fact`: somebody broke the glass. `condition`: what was promised for an approval was not kept.
 */
export const reviewKinds = ['sign_off', 'conflict', 'second_look', 'after_the_fact', 'condition'] as const;
export type ReviewKind = (typeof reviewKinds)[number];

export const decisionOutcomes = ['APPROVED', 'REJECTED', 'CHANGES_REQUESTED', 'ABSTAINED'] as const;
export type DecisionOutcome = (typeof decisionOutcomes)[number];

/** What moves a review: people's verbs and the workflow's. */
export const reviewVerbs = [
  'open', 'claim', 'start', 'release', 'delegate', 'forward', 'requestInfo', 'submitInfo', 'suspend', 'resume',
  'comment', 'attach', 'remind', 'escalate', 'withdraw', 'override', 'decide', 'complete', 'expire', 'cancel', 'supersede',
] as const; // prettier-ignore
export type ReviewVerb = (typeof reviewVerbs)[number];

/**
 * Generic human roles of WS-HumanTask, by what a person is to this very review. `candidate`: a potential owner. `assignee`: the actual owner.
 * `initiator`: owner or author of the version, who asked. `informant`: whom a question is put to. `reader`: whoever may see it.
 */
export const reviewRoles = ['candidate', 'assignee', 'initiator', 'informant', 'administrator', 'breakGlass', 'reader', 'system'] as const; // prettier-ignore
export type ReviewRole = (typeof reviewRoles)[number];

export interface Transition {
  verb: ReviewVerb;
  from: readonly ReviewState[];
  /** `same`: as it was. `open`: RESERVED while somebody holds it, else READY. */
  to: ReviewState | 'same' | 'open';
  by: readonly ReviewRole[];
}

const waiting = ['READY', 'RESERVED', 'IN_PROGRESS'] as const;
const alive = [...waiting, 'SUSPENDED'] as const;

/** From state, by verb, to state. An absent row is a WRONG_STATE. `decide` leaves the state as it is until the quorum stands, then `complete` follows. */
export const transitions: readonly Transition[] = [
  { verb: 'open', from: ['CREATED'], to: 'READY', by: ['system'] },
  { verb: 'claim', from: ['READY'], to: 'RESERVED', by: ['candidate'] },
  { verb: 'start', from: ['READY', 'RESERVED'], to: 'IN_PROGRESS', by: ['candidate'] },
  { verb: 'release', from: ['RESERVED', 'IN_PROGRESS'], to: 'open', by: ['assignee', 'administrator'] },
  { verb: 'delegate', from: waiting, to: 'RESERVED', by: ['candidate', 'administrator'] },
  { verb: 'forward', from: waiting, to: 'READY', by: ['candidate', 'administrator'] },
  { verb: 'requestInfo', from: waiting, to: 'SUSPENDED', by: ['candidate'] },
  { verb: 'submitInfo', from: ['SUSPENDED'], to: 'open', by: ['informant', 'initiator'] },
  { verb: 'suspend', from: waiting, to: 'SUSPENDED', by: ['candidate', 'administrator'] },
  { verb: 'resume', from: ['SUSPENDED'], to: 'open', by: ['candidate', 'administrator', 'system'] },
  { verb: 'comment', from: alive, to: 'same', by: ['reader'] },
  { verb: 'attach', from: alive, to: 'same', by: ['candidate', 'initiator', 'informant'] },
  { verb: 'remind', from: waiting, to: 'same', by: ['candidate', 'initiator', 'administrator'] },
  { verb: 'escalate', from: waiting, to: 'same', by: ['candidate', 'initiator', 'administrator', 'system'] },
  { verb: 'withdraw', from: alive, to: 'CANCELED', by: ['initiator'] },
  { verb: 'override', from: alive, to: 'COMPLETED', by: ['breakGlass'] },
  { verb: 'decide', from: waiting, to: 'open', by: ['candidate'] },
  { verb: 'complete', from: waiting, to: 'COMPLETED', by: ['system'] },
  { verb: 'expire', from: alive, to: 'EXPIRED', by: ['system'] },
  { verb: 'cancel', from: alive, to: 'CANCELED', by: ['system'] },
  { verb: 'supersede', from: alive, to: 'OBSOLETE', by: ['system'] },
];

export const closedStates: ReadonlySet<ReviewState> = new Set([
  'COMPLETED',
  'EXPIRED',
  'CANCELED',
  'OBSOLETE',
  'FAILED',
]);
export const isClosed = (state: ReviewState): boolean => closedStates.has(state);

/** The state that `verb` leads to, with who will hold it then; undefined when it may not be done now. */
export function stateAfter(
  state: ReviewState,
  verb: ReviewVerb,
  holder: string | null = null,
): ReviewState | undefined {
  const row = transitions.find((candidate) => candidate.verb === verb && candidate.from.includes(state));
  if (row?.to === 'same') return state;
  if (row?.to === 'open') return holder === null ? 'READY' : 'RESERVED';
  return row?.to;
}

/** What somebody who is all this to the review may do with it now. */
export const verbsFor = (state: ReviewState, as: ReadonlySet<ReviewRole>): ReviewVerb[] =>
  transitions.filter((row) => row.from.includes(state) && row.by.some((role) => as.has(role))).map((row) => row.verb);

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
  /** Approved, provided that …: only with APPROVED. */
  conditions: z
    .array(z.strictObject({ text: text(1000).min(3), owner: text(200).min(1), dueAt: z.iso.datetime({ offset: true }), expiresAt: z.iso.datetime({ offset: true }).optional() }))
    .max(20)
    .optional(),
  /** Counts at that instant if the check still holds then: only with APPROVED. */
  deferral: z.strictObject({ check: text(120).min(1), countsAt: z.iso.datetime({ offset: true }) }).optional(),
  /** Answers to the questions of the policy's form. */
  fields: z.record(z.string().max(60), z.union([text(4000), z.number(), z.boolean()])).optional(),
}); // prettier-ignore

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
 * Every other kind is settled by its own quorum and knows no conflict: the stricter answer stands.
 */
export function outcomeOf(
  kind: ReviewKind,
  rule: QuorumRule,
  given: readonly GivenDecision[],
): ReviewOutcome | undefined {
  if (given.some((decision) => decision.outcome === 'CHANGES_REQUESTED')) return 'CHANGES_REQUESTED';
  const { approvals, rejections, missingRoles } = tally(rule, given);
  if (approvals > 0 && rejections > 0) return kind === 'sign_off' ? 'CONFLICT' : 'REJECTED';
  if (rejections >= rule.required) return 'REJECTED';
  if (approvals >= rule.required && missingRoles.length === 0) return 'APPROVED';
  return undefined;
}
