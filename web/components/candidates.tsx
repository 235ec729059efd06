import type { ReviewView } from '../../api/schemas/views.ts';
import { describeRole } from '../words/names.ts';
import { joinWords } from '../words/numbers.ts';

/** Who was asked, by name and role. */
export function Candidates({ review }: { review: ReviewView }) {
  if (review.candidates.length === 0)
    return <>nobody who may decide; an administrator has to give somebody the role.</>;
  const shown = review.candidates.slice(0, 6);
  const rest = review.candidates.length - shown.length;
  return (
    <>
      {joinWords([
        ...shown.map(({ name, role }) => `${name} (${describeRole(role)})`),
        ...(rest > 0 ? [`${rest} more`] : []),
      ])}
      .
    </>
  );
}
