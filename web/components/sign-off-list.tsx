import type { ProcessView } from '../../api/schemas/views.ts';
import { useNames } from '../context.ts';
import { reviewHref } from '../links.ts';
import { afterTheFactWords, reviewOutcomeWords } from '../words/names.ts';
import { Icon, type IconName } from './icon.tsx';

type SignOff = ProcessView['signOffs'][number];

function lookOf(signOff: SignOff, isOver: boolean): { icon: IconName; class: string; words: string } {
  if (signOff.state === 'WAITING')
    return { icon: 'circle-dashed', class: 'text-muted-foreground', words: isOver ? 'not asked' : 'not asked yet' };
  if (signOff.state === 'OPEN')
    return {
      icon: 'circle-dot',
      class: '',
      words: signOff.required > 1 || signOff.approvals > 0 ? `${signOff.approvals} of ${signOff.required}` : 'waiting',
    };
  if (signOff.override) return { icon: 'circle-alert', class: 'text-warn', words: 'not given' };
  switch (signOff.outcome) {
    case 'APPROVED':
      return {
        icon: 'check',
        class: 'text-pass',
        words: signOff.required > 1 ? `approved, ${signOff.approvals} of ${signOff.required}` : 'approved',
      };
    case 'REJECTED':
      return { icon: 'x', class: 'text-fail', words: 'rejected' };
    case 'CONFLICT':
      return { icon: 'scale', class: 'text-warn', words: 'being settled' };
    default:
      return {
        icon: 'ban',
        class: 'text-muted-foreground',
        words: signOff.outcome ? reviewOutcomeWords[signOff.outcome].toLowerCase() : 'closed',
      };
  }
}

/** Who has agreed and who has still to, in the order in which they are asked. */
export function SignOffList({
  processes,
  current,
}: {
  processes: readonly Pick<ProcessView, 'signOffs' | 'state'>[];
  current?: string;
}) {
  const rows = processes.flatMap(({ signOffs, state }) =>
    signOffs.map((signOff) => ({ signOff, isOver: state === 'COMPLETED' })),
  );
  if (rows.length === 0) return <p class="text-muted-foreground">No sign-off has been asked for yet.</p>;
  return (
    <ol class="space-y-2">
      {rows.map(({ signOff, isOver }) => {
        const look = lookOf(signOff, isOver);
        const [review] = signOff.reviews.slice(-1);
        const isCurrent = current !== undefined && signOff.reviews.includes(current);
        return (
          <li class="flex items-baseline gap-2.5">
            <Icon name={look.icon} class={`size-3.5 translate-y-0.5 ${look.class}`} />
            <span class="min-w-0 flex-1 break-words">
              {review && !isCurrent ? (
                <a class="hover:underline" href={`/reviews/${encodeURIComponent(review)}`}>
                  {signOff.title}
                </a>
              ) : (
                <span class={isCurrent ? 'font-medium' : ''}>{signOff.title}</span>
              )}
              {signOff.override && <InEmergency override={signOff.override} />}
            </span>
            <span class="text-muted-foreground text-[0.8125rem] whitespace-nowrap tabular-nums">
              {look.words}
              {isCurrent && ', this one'}
            </span>
          </li>
        );
      })}
    </ol>
  );
}

/** Nobody signed: who let it through or stopped it, and what others say of that. */
function InEmergency({ override }: { override: NonNullable<SignOff['override']> }) {
  const nameOf = useNames();
  const words = afterTheFactWords[override.afterTheFact];
  return (
    <span class="text-muted-foreground block text-[0.8125rem]">
      {reviewOutcomeWords[override.outcome]} in an emergency by {nameOf(override.by)}; looked at after the fact:{' '}
      {override.review ? (
        <a class="link" href={reviewHref(override.review)}>
          {words}
        </a>
      ) : (
        words
      )}
    </span>
  );
}
