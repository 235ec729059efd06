import type { DecisionOutcome } from './review.ts';
import type { ReasonRule } from './policy.ts';

const fold = (reason: string) =>
  reason
    .normalize('NFKC')
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, ' ')
    .trim();

/** What a reason says of a decision, within a sentence. */
export const reasonAsks: Record<DecisionOutcome, string> = {
  APPROVED: 'what you looked at and why it is enough',
  CHANGES_REQUESTED: 'what you looked at and what has to change',
  REJECTED: 'what you looked at and why it is not enough',
  ABSTAINED: 'why you take no side',
};

/** Why a reason does not count; undefined when it does. `lastReasons` are the person's latest, newest first. */
export function reasonProblem(
  rule: ReasonRule,
  outcome: DecisionOutcome,
  reason: string,
  lastReasons: readonly string[],
): 'REASON_REQUIRED' | 'REASON_BOILERPLATE' | undefined {
  const folded = fold(reason);
  const isRequired = rule.required === 'always' || (rule.required === 'onReject' && outcome !== 'APPROVED');
  if (folded === '') return isRequired ? 'REASON_REQUIRED' : undefined;
  if (!isRequired) return undefined;
  if (folded.replaceAll(' ', '').length < rule.minimumLength) return 'REASON_BOILERPLATE';
  return lastReasons.slice(0, rule.unlikeLast).some((last) => fold(last) === folded) ? 'REASON_BOILERPLATE' : undefined;
}
