import type { DecisionView } from '../../api/schemas/views.ts';
import { useNames, useNamesWithin } from '../context.ts';
import { Icon } from './icon.tsx';

/** Under a decision that the review does not count any more: that it is so, since which rules, and why. */
export function NoLongerCounts({ decision: { by, voided } }: { decision: Pick<DecisionView, 'by' | 'voided'> }) {
  const nameOf = useNames();
  const namesWithin = useNamesWithin();
  if (voided === null) return <></>;
  return (
    <p class="flex gap-1.5 text-[0.8125rem]">
      <Icon name="ban" class="text-warn mt-[0.1875rem] size-3.5" />
      <span class="min-w-0 break-words">
        <span class="font-medium">No longer counts.</span> Under version {voided.policyVersion} of the policy,{' '}
        {nameOf(by)} {namesWithin(voided.why)}.
      </span>
    </p>
  );
}
