// Small parts that many pages share.
import type { Child, PropsWithChildren } from 'hono/jsx';
import { shortDigest } from '../../domain/digest.ts';
import { useNames, usePage } from '../context.ts';
import { describeDue, type Urgency } from '../words/times.ts';
import { Icon, type IconName } from './icon.tsx';
import { Time } from './time.tsx';

export function Badge({ children, icon, title }: PropsWithChildren<{ icon?: IconName; title?: string }>) {
  return (
    <span class="badge bg-card" title={title}>
      {icon && <Icon name={icon} />}
      {children}
    </span>
  );
}

export function DigestBadge({ digest, label = 'evidence' }: { digest: string; label?: string }) {
  return (
    <span class="badge bg-card font-mono text-[0.6875rem]" title={digest}>
      {label} {shortDigest(digest)}
    </span>
  );
}

/** A digest within text: short, whole under the pointer. */
export function Digest({ digest }: { digest: string }) {
  return (
    <span class="mono whitespace-nowrap" title={digest}>
      {shortDigest(digest)}
    </span>
  );
}

export const urgencyClass: Record<Urgency, string> = { overdue: 'text-fail', soon: 'text-warn', calm: '' };
const urgencyIcon: Record<Urgency, IconName> = { overdue: 'circle-alert', soon: 'hourglass', calm: 'clock' };

/** The deadline: the day, and in words and colour how near it is. */
export function DueBadge({ dueAt }: { dueAt: string }) {
  const { urgency, words } = describeDue(dueAt, usePage().now);
  return (
    <span class={`badge bg-card ${urgencyClass[urgency]}`}>
      <Icon name={urgencyIcon[urgency]} />
      <span>
        Due <Time at={dueAt} /> · {words}
      </span>
    </span>
  );
}

export function Breadcrumbs({ trail }: { trail: readonly { label: string; href?: string }[] }) {
  return (
    <nav aria-label="Where you are" class="text-muted-foreground text-[0.8125rem]">
      <ol class="flex flex-wrap items-center gap-x-2 gap-y-1">
        {trail.map(({ label, href }, index) => (
          <li class="flex min-w-0 items-center gap-2">
            {index > 0 && (
              <span aria-hidden="true" class="opacity-60">
                /
              </span>
            )}
            {href ? (
              <a href={href} class="hover:text-foreground break-all hover:underline">
                {label}
              </a>
            ) : (
              <span class="break-all">{label}</span>
            )}
          </li>
        ))}
      </ol>
    </nav>
  );
}

/** Headline of a page: where you are, what it is, one sentence, what to do. */
export function PageHead(props: {
  title: string;
  lead?: Child;
  trail?: readonly { label: string; href?: string }[];
  action?: Child;
  badges?: Child;
}) {
  return (
    <div class="flex flex-wrap items-start justify-between gap-x-8 gap-y-3">
      <div class="min-w-0 flex-1 basis-72 space-y-2">
        {props.trail && <Breadcrumbs trail={props.trail} />}
        <h1 class="text-2xl font-semibold tracking-tight break-words">{props.title}</h1>
        {props.lead && (
          <p class="text-muted-foreground max-w-[42rem] text-[0.9375rem] leading-relaxed text-pretty">{props.lead}</p>
        )}
        {props.badges && <div class="flex flex-wrap gap-2 pt-1">{props.badges}</div>}
      </div>
      {props.action}
    </div>
  );
}

export function Card(
  props: PropsWithChildren<{ title: string; aside?: Child; id?: string; flush?: boolean; class?: string }>,
) {
  const heading = `${props.id ?? props.title.toLowerCase().replaceAll(/[^a-z0-9]+/g, '-')}-heading`;
  return (
    <section class={`card min-w-0 ${props.class ?? ''}`} id={props.id} aria-labelledby={heading}>
      <header
        class={`flex flex-wrap items-baseline justify-between gap-x-4 gap-y-1 px-4 pt-3.5 ${props.flush ? 'border-b pb-3' : 'pb-2'}`}
      >
        <h2 class="font-semibold" id={heading}>
          {props.title}
        </h2>
        {props.aside && <div class="text-muted-foreground text-[0.8125rem]">{props.aside}</div>}
      </header>
      {props.flush ? props.children : <div class="px-4 pb-4">{props.children}</div>}
    </section>
  );
}

const noticeLooks = {
  info: { icon: 'info', class: '' },
  done: { icon: 'check-check', class: 'text-pass' },
  warn: { icon: 'triangle-alert', class: 'text-warn' },
  fail: { icon: 'octagon-alert', class: 'text-fail' },
} as const satisfies Record<string, { icon: IconName; class: string }>;

export function Notice(
  props: PropsWithChildren<{ look?: keyof typeof noticeLooks; title: string; id?: string; alert?: boolean }>,
) {
  const { icon, class: className } = noticeLooks[props.look ?? 'info'];
  return (
    <div class="flex gap-2.5" id={props.id} {...(props.alert ? { role: 'alert', tabindex: -1 } : {})}>
      <Icon name={icon} class={`mt-0.5 size-4 ${className}`} />
      <div class="min-w-0 space-y-1">
        <p class="font-medium">{props.title}</p>
        {props.children && <div class="text-muted-foreground leading-relaxed">{props.children}</div>}
      </div>
    </div>
  );
}

export function EmptyState({ title, children, icon = 'inbox' }: PropsWithChildren<{ title: string; icon?: IconName }>) {
  return (
    <div class="flex flex-col items-center gap-2 px-6 py-14 text-center">
      <Icon name={icon} class="text-muted-foreground size-6" />
      <p class="font-medium">{title}</p>
      <div class="text-muted-foreground max-w-md leading-relaxed text-balance">{children}</div>
    </div>
  );
}

/** Keyset pages know only what follows; the way back is the browser's or the first page. */
export function Pager({ nextHref, firstHref }: { nextHref: string | null; firstHref: string | null }) {
  if (!nextHref && !firstHref) return <></>;
  return (
    <nav aria-label="More of this list" class="no-print flex justify-between gap-4">
      {firstHref ? (
        <a class="btn" data-variant="outline" href={firstHref}>
          <Icon name="arrow-left" /> First page
        </a>
      ) : (
        <span />
      )}
      {nextHref && (
        <a class="btn" data-variant="outline" href={nextHref} rel="next">
          Next page <Icon name="arrow-right" />
        </a>
      )}
    </nav>
  );
}

export function Who({ handle }: { handle: string }) {
  const name = useNames()(handle);
  return (
    <span class="text-foreground font-medium break-words" title={handle}>
      {name}
    </span>
  );
}

/** For whom somebody stood in, after what they did. */
export function OnBehalf({ handle }: { handle: string | null }) {
  const nameOf = useNames();
  return handle === null ? <></> : <> for {nameOf(handle)}</>;
}

export const initialsOf = (name: string): string => {
  const words = name.split(/\s+/).filter(Boolean);
  const picked = words.length > 1 ? [words[0], words.at(-1)] : [words[0]];
  return picked.map((word) => [...(word ?? '')][0] ?? '').join('').toUpperCase(); // prettier-ignore
};

/** A name and what belongs to it, one under the other. */
export function Facts({ rows }: { rows: readonly (readonly [string, Child])[] }) {
  return (
    <dl class="grid grid-cols-[minmax(6rem,auto)_1fr] gap-x-4 gap-y-1.5">
      {rows.map(([term, fact]) => (
        <>
          <dt class="text-muted-foreground">{term}</dt>
          <dd class="min-w-0 break-words">{fact}</dd>
        </>
      ))}
    </dl>
  );
}

/** Opens and closes without a script. */
export function Fold(props: PropsWithChildren<{ label: Child; class?: string; open?: boolean }>) {
  return (
    <details class={props.class} open={props.open}>
      <summary class="text-muted-foreground hover:text-foreground inline-flex items-baseline gap-1 text-[0.8125rem]">
        <Icon name="chevron-right" class="chevron size-3.5 self-center transition-transform" />
        {props.label}
      </summary>
      {props.children}
    </details>
  );
}
