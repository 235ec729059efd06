import type { DecisionOutcome } from '../../domain/review.ts';

export const outcomeWords: Record<DecisionOutcome, string> = {
  APPROVED: 'Approved',
  REJECTED: 'Rejected',
  CHANGES_REQUESTED: 'Changes requested',
  ABSTAINED: 'Abstained',
};

export const outcomeButtons = {
  APPROVED: 'Approve',
  CHANGES_REQUESTED: 'Request changes',
  REJECTED: 'Reject',
} as const satisfies Partial<Record<DecisionOutcome, string>>;
export type AskedOutcome = keyof typeof outcomeButtons;

export const askedOutcomes = Object.keys(outcomeButtons) as AskedOutcome[];

export const verdictWords = { FAIL: '✗ To judge', WARN: '△ Warning', NOT_ASSESSABLE: '? Not assessable', PASS: '✓ Passed' } as const; // prettier-ignore
