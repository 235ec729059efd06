import type { Stage } from '../../domain/stage.ts';
import { stageWords } from '../words/names.ts';
import { Icon, type IconName } from './icon.tsx';

const waiting = { icon: 'circle-dot', class: '' } as const;
const gone = { icon: 'ban', class: 'text-muted-foreground' } as const;
const looks: Record<Stage, { icon: IconName; class: string }> = {
  registered: { icon: 'circle-dashed', class: 'text-muted-foreground' },
  validating: waiting,
  validated: waiting,
  approving: waiting,
  approved: { icon: 'check', class: 'text-pass' },
  warming_up: waiting,
  challenging: waiting,
  champion: { icon: 'shield-check', class: 'text-pass' },
  retired: gone,
  deleted: gone,
  rejected: { icon: 'x', class: 'text-fail' },
  withdrawn: gone,
  quarantined: { icon: 'triangle-alert', class: 'text-warn' },
  rolled_back: { icon: 'triangle-alert', class: 'text-warn' },
};

/** Where a version stands, as a shape and a word. */
export function StageWord({ stage }: { stage: Stage }) {
  return (
    <span class="inline-flex items-center gap-1.5 text-[0.8125rem] whitespace-nowrap">
      <Icon name={looks[stage].icon} class={`size-3.5 ${looks[stage].class}`} />
      {stageWords[stage]}
    </span>
  );
}
