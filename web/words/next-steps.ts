// What each answer would set in motion, said before it is given: what happens next, and what does not.
import type { ProcessView, ReviewView } from '../../api/schemas/views.ts';
import type { Policy } from '../../domain/policy.ts';
import type { DecisionOutcome, ReviewKind } from '../../domain/review.ts';
import { joinWords } from './numbers.ts';
import { describeRole } from './names.ts';

export interface NextStepsInput {
  review: Pick<ReviewView, 'kind' | 'signOff' | 'title' | 'quorum' | 'process'>;
  /** The sign-offs of the review's process. */
  signOffs: ProcessView['signOffs'];
  /** Stages of approval, where the policy could be read; what runs in order is told apart by them. */
  rules: Policy | undefined;
  ownerName: string;
}

/** A sentence or two for each outcome. */
export function describeNextSteps(input: NextStepsInput): Record<DecisionOutcome, string> {
  return {
    APPROVED: describeApproval(input),
    CHANGES_REQUESTED: `Closes this round at once, for everybody. ${input.ownerName} is asked for new evidence, and a new round starts from the beginning: nobody’s answer in this one counts there.`,
    REJECTED: describeRejection(input),
    ABSTAINED:
      'Stands on record that you take no side. It counts neither for nor against, and you are not asked again; whoever else is asked still decides.',
  };
}

/** What an approval sets in motion that counts only if a check holds later. */
export const deferredApproval =
  'Nothing counts yet: the review stays open. If the check holds at the instant that you choose, your approval counts then; if not, it lapses and you are asked again.';

/** What answers to questions after an approval mean: they are about what was decided before. */
const afterwards: Partial<Record<ReviewKind, { approved: string; rejected: string }>> = {
  second_look: {
    approved: 'Says that you would have approved too. The approval stands.',
    rejected: 'Says that you would not have approved. The approval stands until somebody acts on it; your reason is what they read.',
  },
  after_the_fact: {
    approved: 'Says that it was right to act in the emergency. What was done stands.',
    rejected: 'Says that it was not right to act as was done. Nothing is undone by itself; your reason is what administrators read.',
  },
  condition: {
    approved: 'The approval stands although its condition was not met.',
    rejected: 'The approval does not stand without its condition.',
  },
}; // prettier-ignore

function describeApproval(input: NextStepsInput): string {
  const { review } = input;
  const after = afterwards[review.kind];
  if (after) return after.approved;
  const { required, approvals, rejections } = review.quorum;
  if (rejections > 0) {
    return review.kind === 'conflict'
      ? 'Somebody who settles this with you has rejected. The stricter answer stands: your approval is kept on record, and the version is rejected.'
      : 'Somebody has rejected. Your approval makes it a disagreement: this review closes, and people who took no part in it settle the question.';
  }
  const missing = required - approvals - 1;
  if (missing > 0) {
    const roles = joinWords(rolesOf(input).map(describeRole));
    return `Counts as approval ${approvals + 1} of ${required}. The question stays open until ${missing === 1 ? `one more ${roles} agrees` : `${missing} more agree (${roles})`}. ${nothingYet(review.process.kind)}`;
  }
  const others = othersStillOpen(input);
  const settles = review.kind === 'conflict' ? 'Settles the disagreement: approved.' : `Completes ${review.title}.`;
  if (others.now.length > 0) {
    return `${settles} ${joinWords(others.now)} ${others.now.length === 1 ? 'has' : 'have'} still to agree. ${nothingYet(review.process.kind)}`;
  }
  if (others.later.length > 0) {
    return `${settles} Then ${joinWords(others.later)} ${others.later.length === 1 ? 'is' : 'are'} asked. ${nothingYet(review.process.kind)}`;
  }
  if (review.process.kind === 'validation') {
    if (!input.rules)
      return 'Validation is done. Where the policy asks for more agreements, they are asked for now; where it asks for none, the version becomes approved. This alone puts nothing into production.';
    const first = input.rules.approval.stages[0]?.signOffs.map((signOff) => signOff.title);
    if (!first)
      return 'The policy asks for no further agreement: the version becomes approved at once. This alone puts nothing into production.';
    return `Validation is done: approval opens and ${joinWords(first)} ${first.length === 1 ? 'is' : 'are'} asked. Nothing goes to production.`;
  }
  return 'The last agreement that was missing: the version becomes approved. This alone puts nothing into production.';
}

function describeRejection({ review, signOffs, rules, ownerName }: NextStepsInput): string {
  const after = afterwards[review.kind];
  if (after) return after.rejected;
  const { required, approvals, rejections } = review.quorum;
  if (approvals > 0 && review.kind === 'sign_off') {
    return 'Somebody has approved. Your rejection makes it a disagreement: this review closes, and people who took no part in it settle the question.';
  }
  const missing = required - rejections - 1;
  if (missing > 0 && !(review.kind === 'conflict' && approvals > 0)) {
    const roles = joinWords(rolesOf({ review, signOffs, rules, ownerName }).map(describeRole));
    return `Counts as rejection ${rejections + 1} of ${required}. One more ${roles} has to say the same; if somebody approves instead, others settle it. The version stays where it is until then.`;
  }
  return `Ends ${review.process.kind}: the version is rejected, open questions to others are withdrawn, and ${ownerName} reads your reason. Only a new version can try again.`;
}

const nothingYet = (kind: ReviewView['process']['kind']) =>
  kind === 'validation' ? 'Approval does not begin before that.' : 'Nothing goes to production before that.';

function rolesOf({ review, signOffs }: NextStepsInput): readonly string[] {
  const missing = review.quorum.missingRoles;
  if (missing.length > 0) return missing;
  return signOffs.find((signOff) => signOff.name === review.signOff)?.roles ?? [];
}

/** Titles of sign-offs that are asked already, and of those whose turn comes when this stage is complete. */
function othersStillOpen({ review, signOffs }: NextStepsInput): { now: string[]; later: string[] } {
  const others = signOffs.filter((signOff) => signOff.name !== review.signOff && signOff.outcome !== 'APPROVED');
  return {
    now: others.filter((signOff) => signOff.state !== 'WAITING').map((signOff) => signOff.title),
    later: others.filter((signOff) => signOff.state === 'WAITING').map((signOff) => signOff.title),
  };
}
