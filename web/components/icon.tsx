import { readFileSync } from 'node:fs';
import { raw } from 'hono/html';

const names = [
  'arrow-up-right', 'bell', 'bookmark', 'columns-2', 'forward', 'paperclip', 'pause', 'play', 'plus', 'refresh-cw', 'settings', 'users-round',
  'arrow-left', 'arrow-right', 'ban', 'check', 'check-check', 'chevron-right', 'circle', 'circle-alert', 'circle-dashed', 'circle-dot',
  'circle-help', 'clock', 'download', 'file-text', 'git-branch', 'hash', 'hourglass', 'house', 'inbox', 'info', 'keyboard', 'log-out', 'message-square', 'monitor', 'moon',
  'octagon-alert', 'pencil-line', 'scale', 'search', 'shield-check', 'sun', 'triangle-alert', 'user-round', 'x',
] as const; // prettier-ignore
export type IconName = (typeof names)[number];

/** Lucide's drawings, without the wrapper: the 24 by 24 strokes. */
const drawings = Object.fromEntries(
  names.map((name) => {
    const svg = readFileSync(new URL(import.meta.resolve(`lucide-static/icons/${name}.svg`)), 'utf8');
    return [
      name,
      svg
        .replace(/^[\s\S]*?<svg[^>]*>/, '')
        .replace(/<\/svg>\s*$/, '')
        .trim(),
    ];
  }),
) as Record<IconName, string>;

/** Drawn in the colour of the text. It says nothing to screen readers: a word stands beside it, or `title` is given. */
export function Icon({ name, class: className = 'size-4', title }: { name: IconName; class?: string; title?: string }) {
  return (
    <svg
      class={`inline-block shrink-0 ${className}`}
      viewBox="0 0 24 24"
      fill="none"
      stroke="currentColor"
      stroke-width="2"
      stroke-linecap="round"
      stroke-linejoin="round"
      {...(title === undefined ? { 'aria-hidden': 'true' } : { role: 'img', 'aria-label': title })}
    >
      {raw(drawings[name])}
    </svg>
  );
}
