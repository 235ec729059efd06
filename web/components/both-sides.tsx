import type { ReviewView } from '../../api/schemas/views.ts';
import { Icon } from './icon.tsx';
import { NoLongerCounts } from './no-longer-counts.tsx';
import { Card, Who } from './parts.tsx';
import { Time } from './time.tsx';
import { reviewHref } from '../links.ts';

/** A conflict is settled by reading both sides. */
export function BothSides({ contested }: { contested: ReviewView }) {
  const sides: [string, ReviewView['decisions']][] = [
    ['For', contested.decisions.filter((decision) => decision.outcome === 'APPROVED')],
    ['Against', contested.decisions.filter((decision) => decision.outcome === 'REJECTED')],
  ];
  return (
    <Card
      title="Both sides"
      id="both-sides"
      aside={
        <a class="link" href={reviewHref(contested.id)}>
          The review they disagreed on
        </a>
      }
      flush
    >
      <div class="grid divide-y sm:grid-cols-2 sm:divide-x sm:divide-y-0">
        {sides.map(([side, decisions]) => (
          <div class="space-y-3 px-4 py-3.5">
            <h3 class="flex items-center gap-2 font-medium">
              <Icon
                name={side === 'For' ? 'check' : 'x'}
                class={`size-4 ${side === 'For' ? 'text-pass' : 'text-fail'}`}
              />
              {side}
            </h3>
            {decisions.map((decision) => (
              <blockquote class="space-y-1">
                <p class="leading-relaxed break-words">“{decision.reason}”</p>
                <NoLongerCounts decision={decision} />
                <footer class="text-muted-foreground text-xs">
                  <Who handle={decision.by} /> · <Time at={decision.at} />
                </footer>
              </blockquote>
            ))}
          </div>
        ))}
      </div>
    </Card>
  );
}
