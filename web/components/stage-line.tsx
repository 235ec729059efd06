import type { StageStep } from '../words/stage-line.ts';
import { Icon, type IconName } from './icon.tsx';
import { Time } from './time.tsx';

const looks: Record<StageStep['state'], { icon: IconName; mark: string; said: string }> = {
  done: { icon: 'check', mark: 'border-pass text-pass', said: 'done' },
  current: { icon: 'circle-dot', mark: 'border-foreground bg-foreground text-background', said: 'under way' },
  stopped: { icon: 'x', mark: 'border-fail text-fail', said: 'ended here' },
  ahead: { icon: 'circle', mark: 'border-border text-transparent', said: 'to come' },
};

/** The way of a version from submission to champion. */
export function StageLine({ steps }: { steps: readonly StageStep[] }) {
  return (
    <ol class="grid gap-y-0 sm:auto-cols-fr sm:grid-flow-col">
      {steps.map((step, index) => {
        const look = looks[step.state];
        const isReached = step.state !== 'ahead';
        return (
          <li
            class="relative flex gap-3 pb-4 last:pb-0 sm:block sm:pe-3 sm:pb-0"
            {...(step.state === 'current' ? { 'aria-current': 'step' } : {})}
          >
            {index < steps.length - 1 && (
              <span
                class={`absolute start-3 top-6 bottom-0 w-px sm:start-6 sm:end-0 sm:top-3 sm:bottom-auto sm:h-px sm:w-auto ${steps[index + 1]?.state === 'ahead' ? 'bg-border' : 'bg-muted-foreground'}`}
                aria-hidden="true"
              ></span>
            )}
            <span
              class={`bg-card relative flex size-6 shrink-0 items-center justify-center rounded-full border ${look.mark}`}
            >
              <Icon name={look.icon} class="size-3.5" />
            </span>
            <div class="sm:pt-2">
              <p class={isReached ? 'font-medium' : 'text-muted-foreground'}>
                {step.name}
                <span class="sr-only">, {look.said}</span>
              </p>
              {isReached && (
                <p class="text-muted-foreground text-xs">
                  {step.words} {step.at && <Time at={step.at} as={step.state === 'current' ? 'moment' : 'day'} />}
                </p>
              )}
            </div>
          </li>
        );
      })}
    </ol>
  );
}
