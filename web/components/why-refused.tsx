import type { FailedAct } from './review-data.ts';
import { Notice } from './parts.tsx';

/** At the head of the form whose act was refused: why it was. */
export function WhyRefused({ failed, verb }: { failed: FailedAct | undefined; verb: FailedAct['verb'] }) {
  if (failed?.verb !== verb) return <></>;
  return (
    <Notice look="fail" title="That was refused" alert>
      {failed.problem}
    </Notice>
  );
}
