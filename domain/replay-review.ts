// How a review that was held under one policy would fare under another, with the decisions that people gave.
import { channelAssurance, isAssuredBy, leastAssurance, type AssuranceLevel } from './assurance.ts';
import type { Channel } from './actor.ts';
import { askingOf } from './asking.ts';
import { deadlineAfter } from './deadline.ts';
import { whoMayDecide, type KnownPerson, type Question, type VersionInQuestion } from './eligibility.ts';
import type { Policy, SignOff } from './policy.ts';
import { reasonProblem } from './reason.ts';
import { outcomeOf, reviewOutcomes, type DecisionOutcome, type ReviewKind, type ReviewOutcome } from './review.ts';

export interface HeldDecision {
  handle: string;
  /** Who they stood in for. */
  onBehalfOf: string | null;
  department: string | null;
  outcome: DecisionOutcome;
  reason: string;
  channel: Channel;
  assurance: AssuranceLevel | null;
  /** RFC 3339. */
  at: string;
}

export interface HeldReview {
  id: string;
  kind: Extract<ReviewKind, 'sign_off' | 'conflict'>;
  signOff: string;
  /** Null while it is open. */
  outcome: ReviewOutcome | null;
  createdAt: string;
  dueAt: string;
  /** Who is or was asked. */
  candidates: readonly string[];
  decisions: readonly HeldDecision[];
}

export const replayOutcomes = [...reviewOutcomes, 'OPEN', 'BLOCKED', 'NOT_ASKED'] as const;
/** `OPEN`: still waits. `BLOCKED`: a check would have ended the process before anybody was asked. `NOT_ASKED`: the policy knows no such sign-off. */
export type ReplayOutcome = (typeof replayOutcomes)[number]; // prettier-ignore

export interface ReplayedReview {
  reviewId: string;
  signOff: string;
  outcome: ReviewOutcome | 'OPEN';
  wouldBe: ReplayOutcome;
  /** Sentences, one for each thing that is different. */
  why: string[];
  dueAt: string;
  wouldBeDueAt: string | null;
  noLongerEligible: { handle: string; why: string }[];
  assuranceTooLow: { handle: string; given: AssuranceLevel; least: AssuranceLevel }[];
  tooLate: { handle: string; at: string }[];
  reasonTooThin: string[];
  /** Who would be asked as well, and who no more. */
  asked: { added: string[]; dropped: string[] };
}

/** Every sign-off of a policy, with the stage of the approval that it belongs to; null for validation. */
export const signOffsOf = (rules: Policy): { signOff: SignOff; stage: number | null }[] => [
  { signOff: rules.validation.signOff, stage: null },
  ...rules.approval.stages.flatMap(({ signOffs }, stage) => signOffs.map((signOff) => ({ signOff, stage }))),
];

/** `blockedBy`: titles of checks that would end the process. People as they are known today: who held which role back then is not kept. */
export function replayReview(
  review: HeldReview,
  rules: Policy,
  version: VersionInQuestion,
  people: readonly KnownPerson[],
  blockedBy: readonly string[],
  at: Date,
): ReplayedReview {
  const outcome = review.outcome ?? ('OPEN' as const);
  const found = signOffsOf(rules).find(({ signOff }) => signOff.name === review.signOff);
  const unchanged = { noLongerEligible: [], assuranceTooLow: [], tooLate: [], reasonTooThin: [], asked: { added: [], dropped: [] } }; // prettier-ignore
  const base = { reviewId: review.id, signOff: review.signOff, outcome, dueAt: review.dueAt };
  if (!found) return { ...base, ...unchanged, wouldBe: 'NOT_ASKED', why: [`The policy has no sign-off ${review.signOff}.`], wouldBeDueAt: null }; // prettier-ignore
  const { signOff } = found;
  const asking = askingOf(review.kind, signOff, rules);
  const due = deadlineAfter(new Date(review.createdAt), asking.dueIn, rules.calendar);
  const question: Question = review.kind === 'sign_off' ? signOff : { ...asking, qualification: signOff.qualification, fallback: signOff.fallback }; // prettier-ignore
  const { may, mayNot } = whoMayDecide(people, version, question, rules, review.createdAt);
  const noLongerEligible = review.decisions.flatMap(({ handle }) => {
    if (may.some((person) => person.handle === handle)) return [];
    return [{ handle, why: mayNot.find((person) => person.handle === handle)?.why ?? `holds none of the roles ${asking.roles.join(', ')}` }]; // prettier-ignore
  });
  const assuranceTooLow = review.decisions.flatMap(({ handle, outcome, assurance, channel }) => {
    const given = assurance ?? channelAssurance[channel];
    const least = leastAssurance(rules.assurance, outcome);
    return isAssuredBy(given, least) ? [] : [{ handle, given, least }];
  });
  const tooLate = review.decisions.flatMap(({ handle, at: given }) => (Date.parse(given) > due.getTime() ? [{ handle, at: given }] : [])); // prettier-ignore
  const reasonTooThin = review.decisions.flatMap(({ handle, outcome, reason }) => (reasonProblem(rules.reason, outcome, reason, []) === undefined ? [] : [handle])); // prettier-ignore
  const fallen = new Set([...noLongerEligible, ...assuranceTooLow, ...tooLate].map(({ handle }) => handle).concat(reasonTooThin)); // prettier-ignore
  const counting = review.decisions.filter(({ handle }) => !fallen.has(handle));
  const reached = outcomeOf(
    review.kind,
    { required: asking.quorum, departments: asking.departments, roles: asking.roles },
    counting.map(({ handle, outcome, department }) => ({ person: handle, outcome, department })),
  );
  const isOver = due <= at;
  const silence = signOff.onTimeout === 'approve' && review.kind === 'sign_off' ? 'APPROVED' : 'EXPIRED';
  const wouldBe: ReplayOutcome = blockedBy.length > 0 ? 'BLOCKED' : (reached ?? (isOver ? silence : 'OPEN'));
  const handles = may.map(({ handle }) => handle);
  return {
    ...base,
    wouldBe,
    wouldBeDueAt: due.toISOString(),
    noLongerEligible,
    assuranceTooLow,
    tooLate,
    reasonTooThin,
    asked: {
      added: handles.filter((handle) => !review.candidates.includes(handle)),
      dropped: review.candidates.filter((handle) => !handles.includes(handle)),
    },
    why: [
      ...blockedBy.map((title) => `${title} would end the process.`),
      ...noLongerEligible.map(({ handle, why }) => `${handle} ${why}.`),
      ...assuranceTooLow.map(({ handle, given, least }) => `${handle} decided by ${given}; ${least} is the least.`),
      ...tooLate.map(({ handle }) => `${handle} decided after ${due.toISOString()}.`),
      ...reasonTooThin.map((handle) => `${handle} gave a reason that says too little.`),
      ...(reached === undefined && blockedBy.length === 0 && (isOver || review.outcome !== null)
        ? [`${counting.filter(({ outcome: given }) => given === 'APPROVED').length} of ${asking.quorum} approvals; due ${due.toISOString()}.`] // prettier-ignore
        : []),
    ],
  };
}
