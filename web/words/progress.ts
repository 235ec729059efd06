import type { ReviewSummary } from '../../api/schemas/views.ts';
import { describeRole, reviewOutcomeWords, reviewStateWords } from './names.ts';
import { joinWords } from './numbers.ts';

/** How far a review's sign-off is: `1 of 2, waiting for compliance officer`. */
export function describeProgress(review: Pick<ReviewSummary, 'quorum' | 'closedAt' | 'state' | 'outcome'>): string {
  if (review.closedAt !== null) return describeEnd(review);
  const { approvals, required, rejections, missingRoles } = review.quorum;
  const against = rejections > 0 ? `, ${rejections} against` : '';
  const missing = missingRoles.length > 0 ? `, waiting for ${joinWords(missingRoles.map(describeRole))}` : '';
  return `${approvals} of ${required}${against}${missing}`;
}

/** How a closed review ended, in a word or three. */
export const describeEnd = (review: Pick<ReviewSummary, 'state' | 'outcome'>): string =>
  review.state === 'COMPLETED' && review.outcome ? reviewOutcomeWords[review.outcome] : reviewStateWords[review.state];
