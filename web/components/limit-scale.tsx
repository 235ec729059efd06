import type { Finding } from '../../domain/evidence.ts';

export interface Limit {
  sign: '≥' | '≤';
  bound: number;
}

/** The number of a limit such as `≥ 0.8` or `≥ 0.688 + 0.005`; undefined when the limit is no single number. */
export function readLimit(threshold: string | null): Limit | undefined {
  const match = /^\s*([≥≤])\s*(\d+(?:\.\d+)?)(?:\s*([+−])\s*(\d+(?:\.\d+)?))?\s*$/.exec(threshold ?? '');
  if (!match) return undefined;
  const change = Number(match[4] ?? 0) * (match[3] === '−' ? -1 : 1);
  return { sign: match[1] as Limit['sign'], bound: Number(match[2]) + change };
}

const colours: Record<Finding['verdict'], string> = {
  PASS: 'var(--pass)',
  WARN: 'var(--warn)',
  FAIL: 'var(--fail)',
  NOT_ASSESSABLE: 'var(--muted-foreground)',
};

interface ScaleProps {
  finding: Finding;
  limit: Limit;
  interval: { low: number; high: number } | null;
}

/** Where a value lies against its limit: the side that passes is shaded, the limit is the tall tick. */
export function LimitScale({ finding, limit, interval }: ScaleProps) {
  const value = finding.value ?? 0;
  const reach = Math.max(value, limit.bound, interval?.high ?? 0);
  const end = reach <= 1 && reach > 0.35 ? 1 : reach * 1.35 || 1;
  const at = (number: number) => Math.max(0, Math.min(100, (number / end) * 100));
  const fixed = { 'vector-effect': 'non-scaling-stroke' } as const;
  const bound = at(limit.bound);
  return (
    <div
      class="text-muted-foreground grid max-w-md grid-cols-[auto_1fr_auto] items-center gap-x-2 text-xs"
      aria-hidden="true"
    >
      <span class="num">0</span>
      <svg viewBox="0 0 100 16" preserveAspectRatio="none" class="h-4 w-full overflow-visible">
        <rect x="0" y="5" width="100" height="6" fill="var(--muted)" />
        <rect
          x={limit.sign === '≥' ? bound : 0}
          y="5"
          width={limit.sign === '≥' ? 100 - bound : bound}
          height="6"
          fill="var(--chart-3)"
        />
        {interval && (
          <line
            x1={at(interval.low)}
            x2={at(interval.high)}
            y1="8"
            y2="8"
            stroke="var(--foreground)"
            stroke-width="1"
            {...fixed}
          />
        )}
        <line x1={bound} x2={bound} y1="1" y2="15" stroke="var(--foreground)" stroke-width="1.5" {...fixed} />
        <line
          x1={at(value)}
          x2={at(value)}
          y1="2.5"
          y2="13.5"
          stroke={colours[finding.verdict]}
          stroke-width="4"
          {...fixed}
        />
      </svg>
      <span class="num">{Number(end.toPrecision(2))}</span>
    </div>
  );
}
