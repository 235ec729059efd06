import type { Chart } from '../../../domain/evidence.ts';
import { formatCount, formatShare } from '../../words/numbers.ts';

type GroupRates = Extract<Chart, { kind: 'group_rates' }>;

/** One bar a group with the whisker of its interval, all on one scale. The words beside say the same. */
export function RateBars({ chart }: { chart: GroupRates }) {
  const most = Math.max(...chart.groups.map((group) => group.high), 0.001);
  const percent = (rate: number) => (rate / (most * 1.04)) * 100;
  return (
    <div class="space-y-1.5">
      <ul class="grid grid-cols-[fit-content(9rem)_minmax(4rem,22rem)_max-content] items-center gap-x-3 gap-y-1.5">
        {chart.groups.map((group) => (
          <li class="col-span-3 grid grid-cols-subgrid items-center text-[0.8125rem]">
            <span class="max-w-32 truncate" title={`${chart.column}: ${group.value}`}>
              {group.value}
            </span>
            <svg viewBox="0 0 100 12" preserveAspectRatio="none" class="h-3 w-full overflow-visible" aria-hidden="true">
              <rect x="0" y="1" width="100" height="10" fill="var(--muted)" />
              <rect x="0" y="1" width={percent(group.rate)} height="10" fill="var(--chart-3)" />
              <Whisker low={percent(group.low)} high={percent(group.high)} />
              <line
                x1={percent(group.rate)}
                x2={percent(group.rate)}
                y1="1"
                y2="11"
                stroke="var(--chart-1)"
                stroke-width="2.5"
                vector-effect="non-scaling-stroke"
              />
            </svg>
            <span class="num whitespace-nowrap">
              <span class="font-medium">{formatShare(group.rate)}</span>{' '}
              <span class="text-muted-foreground">
                of {formatCount(group.n)}
                <span class="sr-only">
                  , interval {formatShare(group.low)} to {formatShare(group.high)}
                </span>
              </span>
            </span>
          </li>
        ))}
      </ul>
      {chart.excluded.length > 0 && (
        <p class="text-muted-foreground text-xs">
          Left out:{' '}
          {chart.excluded.map((group) => `${group.value} (${formatCount(group.n)}, ${group.reason})`).join(', ')}
        </p>
      )}
    </div>
  );
}

function Whisker({ low, high }: { low: number; high: number }) {
  const line = { stroke: 'var(--foreground)', 'stroke-width': '1', 'vector-effect': 'non-scaling-stroke' } as const;
  return (
    <>
      <line x1={low} x2={high} y1="6" y2="6" {...line} />
      <line x1={low} x2={low} y1="3" y2="9" {...line} />
      <line x1={high} x2={high} y1="3" y2="9" {...line} />
    </>
  );
}
