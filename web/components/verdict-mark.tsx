import type { Verdict } from '../../domain/evidence.ts';
import { verdictWords } from '../words/names.ts';
import { Icon, type IconName } from './icon.tsx';

const marks: Record<Verdict, { icon: IconName; class: string }> = {
  FAIL: { icon: 'octagon-alert', class: 'text-fail' },
  WARN: { icon: 'triangle-alert', class: 'text-warn' },
  NOT_ASSESSABLE: { icon: 'circle-dashed', class: 'text-muted-foreground' },
  PASS: { icon: 'check', class: 'text-pass' },
};

/** Colour, shape and, for those who see neither, the word. */
export function VerdictMark({ verdict, class: className = 'size-4' }: { verdict: Verdict; class?: string }) {
  return (
    <Icon name={marks[verdict].icon} class={`${className} ${marks[verdict].class}`} title={verdictWords[verdict]} />
  );
}
