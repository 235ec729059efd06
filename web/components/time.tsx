import { formatClock, formatDay, formatLongDay, formatMoment, formatUtc } from '../words/times.ts';

const written = { moment: formatMoment, day: formatDay, clock: formatClock, 'long-day': formatLongDay };

/** An instant: UTC as sent, the viewer's own zone once the script has run, UTC under the pointer in both cases. */
export function Time({ at, as = 'moment' }: { at: string; as?: keyof typeof written }) {
  return (
    <time datetime={at} data-time={as} title={formatUtc(at)} class="whitespace-nowrap tabular-nums">
      {written[as](at)}
    </time>
  );
}
