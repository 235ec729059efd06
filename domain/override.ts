import type { ProcessOutcome } from './process.ts';
import type { ReviewOutcome } from './review.ts';

/** What became of the review after the fact. DROPPED: the version was withdrawn or has newer evidence. */
export const afterTheFactStates = ['OPEN', 'CONFIRMED', 'REJECTED', 'EXPIRED', 'DROPPED'] as const;
export type AfterTheFact = (typeof afterTheFactStates)[number];

/** `outcome`: that of the review after the fact, or of its process; null while neither has one. */
export function afterTheFactOf(outcome: ProcessOutcome | ReviewOutcome | null): AfterTheFact {
  switch (outcome) {
    case null:
    case 'CONFLICT':
      return 'OPEN';
    case 'APPROVED':
    case 'VALIDATED':
      return 'CONFIRMED';
    case 'REJECTED':
    case 'CHANGES_REQUESTED':
      return 'REJECTED';
    case 'EXPIRED':
      return 'EXPIRED';
    case 'CANCELED':
    case 'WITHDRAWN':
    case 'SUPERSEDED':
      return 'DROPPED';
  }
}
