// What a person is to a review, and why they may not do something with it.
import { isDecider, type Person } from './actor.ts';
import { Refused } from './errors.ts';
import { transitions, type ReviewRole, type ReviewVerb } from './review.ts';
import type { ReviewRules } from './review-policy.ts';
import { dependenceOf, involvementOf, type Accountable } from './separation-of-duties.ts';

export interface Asked {
  handle: string;
  /** For whom they stand in. */
  onBehalfOf: string | null;
  via: 'deputy' | 'delegate' | 'forward' | 'escalation' | 'fallback' | null;
}

export interface StandingReview {
  assignee: string | null;
  candidates: readonly Asked[];
  /** Whom the open question is put to. */
  informants: readonly string[];
  terms: Accountable & { rules: Pick<ReviewRules, 'breakGlass'> };
}

export function reviewRolesOf(person: Person, review: StandingReview): Set<ReviewRole> {
  const { terms } = review;
  const isPerson = person.type === 'user';
  const isIndependent = dependenceOf(person, terms) === undefined;
  const involvement = involvementOf(person, terms);
  const isAsked = review.candidates.some(({ handle }) => handle === person.handle);
  const mayAnswer = isAsked && isIndependent && isDecider(person);
  const holds: Record<Exclude<ReviewRole, 'system'>, boolean> = {
    candidate: mayAnswer,
    assignee: mayAnswer && review.assignee === person.handle,
    initiator: isPerson && (involvement === 'owner' || involvement === 'author'),
    informant: isPerson && review.informants.includes(person.handle),
    administrator: isPerson && person.roles.includes('administrator'),
    breakGlass:
      isPerson && isIndependent && (terms.rules.breakGlass?.roles.some((role) => person.roles.includes(role)) ?? false),
    reader: true,
  };
  return new Set((Object.keys(holds) as (keyof typeof holds)[]).filter((role) => holds[role]));
}

/** The handle whose voice this person's decision is: their own, or that of whom they stand in for. */
export const voiceOf = (handle: string, candidates: readonly Asked[]): string =>
  candidates.find((candidate) => candidate.handle === handle)?.onBehalfOf ?? handle;

export const mayEver = (verb: ReviewVerb, as: ReadonlySet<ReviewRole>): boolean =>
  transitions.some((row) => row.verb === verb && row.by.some((role) => as.has(role)));

const whose: Partial<Record<ReviewVerb, string>> = {
  submitInfo: 'The question was put to somebody else.',
  withdraw: 'Only the owner or the author of the version takes it back.',
  override: 'Only people whom the policy names may set a review aside.',
};

/** The refusal of somebody who is nothing to the review that would let them do this. */
export function roleRefusal(verb: ReviewVerb, person: Person, terms: Accountable): Refused {
  const dependence = dependenceOf(person, terms);
  const isOfDeciders = transitions.some(
    (row) => row.verb === verb && row.by.some((role) => role === 'candidate' || role === 'breakGlass'),
  );
  if (dependence !== undefined && isOfDeciders) return selfReview(person, terms);
  return new Refused('NOT_ELIGIBLE', whose[verb] ?? 'This review asks other people. Its candidates are named on it.');
}

/** The refusal of somebody who is bound to the version. */
export function selfReview(person: Person, terms: Accountable): Refused {
  const involvement = involvementOf(person, terms);
  if (involvement)
    return new Refused(
      'SELF_REVIEW',
      `You are the ${involvement} of this version; somebody independent has to decide.`,
    );
  return new Refused(
    'SELF_REVIEW',
    `Somebody independent has to decide: ${person.name} ${dependenceOf(person, terms)}.`,
  );
}
