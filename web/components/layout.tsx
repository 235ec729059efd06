import { raw } from 'hono/html';
import type { PropsWithChildren } from 'hono/jsx';
import { usePage } from '../context.ts';
import { roleWords } from '../words/names.ts';
import { Icon } from './icon.tsx';
import { initialsOf } from './parts.tsx';

const places = [
  { href: '/reviews', label: 'Reviews' },
  { href: '/models', label: 'Models' },
  { href: '/journal', label: 'Journal' },
  { href: '/policies', label: 'Policies' },
];

const shortcuts = [
  ['J', 'Next row, or the next review'],
  ['K', 'Previous row'],
  ['Enter', 'Open the row'],
  ['X', 'Mark the row'],
  ['A', 'Approve: opens the row, or answers the marked ones'],
  ['C', 'Request changes, likewise'],
  ['R', 'Reject, likewise'],
  ['/', 'Search the list'],
  ['?', 'Show this'],
] as const;

/** The whole document around a page's content. */
export function Layout({ title, children }: PropsWithChildren<{ title: string }>) {
  const { assets, theme, caller, demo, hasShortcuts } = usePage();
  return (
    <>
      {raw('<!doctype html>')}
      <html lang="en" {...(theme === 'system' ? {} : { 'data-theme': theme })}>
        <head>
          <meta charset="utf-8" />
          <meta name="viewport" content="width=device-width, initial-scale=1" />
          <meta name="color-scheme" content="light dark" />
          <title>{title} · Countersign</title>
          <link rel="icon" href={assets.href('icon.svg')} type="image/svg+xml" />
          <link rel="apple-touch-icon" href={assets.href('icon-192.png')} />
          <link rel="manifest" href="/manifest.webmanifest" />
          <meta name="theme-color" content="#fafafa" media="(prefers-color-scheme: light)" />
          <meta name="theme-color" content="#1a1a1a" media="(prefers-color-scheme: dark)" />
          <link
            rel="preload"
            href={assets.href('inter-latin-wght-normal.woff2')}
            as="font"
            type="font/woff2"
            crossorigin=""
          />
          <link rel="stylesheet" href={assets.href('app.css')} />
          <script src={assets.href('app.js')} defer></script>
          {caller && <script src={assets.href('live.js')} defer></script>}
        </head>
        <body
          class="min-h-dvh"
          data-shortcuts={hasShortcuts ? 'on' : 'off'}
          {...(caller ? { 'data-person': caller.person.handle } : {})}
        >
          <a
            href="#content"
            class="bg-primary text-primary-foreground sr-only z-50 rounded-md px-3 py-2 focus:not-sr-only focus:fixed focus:top-2 focus:left-2"
          >
            Skip to the content
          </a>
          {demo && <DemoBanner />}
          {caller && <Header />}
          <main id="content" class="mx-auto w-full max-w-[1180px] px-4 pt-6 pb-20 sm:px-6 print:max-w-none print:p-0">
            {children}
          </main>
          {caller && <Shortcuts />}
        </body>
      </html>
    </>
  );
}

function DemoBanner() {
  return (
    <aside
      class="bg-muted text-muted-foreground no-print border-b px-4 py-1 text-center text-xs"
      aria-label="Demonstration"
    >
      Demo: everybody here is made up. Nothing real belongs here. See what they receive in{' '}
      <a href="/demo/slack" class="text-foreground underline">
        Slack
      </a>{' '}
      and by{' '}
      <a href="/demo/mail" class="text-foreground underline">
        mail
      </a>
      .
    </aside>
  );
}

function Header() {
  const { here, waiting } = usePage();
  const path = here.split('?')[0] ?? '';
  return (
    <header class="bg-card no-print top-0 z-30 border-b sm:sticky">
      <div class="mx-auto flex max-w-[1180px] flex-wrap items-center gap-x-6 px-4 sm:flex-nowrap sm:px-6">
        <a href="/reviews" class="flex h-12 items-center gap-2 font-semibold">
          <Mark />
          Countersign
        </a>
        <nav aria-label="Main" class="order-last -mx-1 w-full overflow-x-auto sm:order-none sm:mx-0 sm:w-auto">
          <ul class="flex items-center gap-1">
            {places.map(({ href, label }) => {
              const isHere = path === href || path.startsWith(`${href}/`);
              return (
                <li>
                  <a
                    href={href}
                    {...(isHere ? { 'aria-current': 'page' } : {})}
                    class="text-muted-foreground hover:text-foreground aria-[current]:text-foreground aria-[current]:border-foreground flex h-10 items-center gap-2 border-b-2 border-transparent px-2 aria-[current]:font-medium sm:h-12"
                  >
                    {label}
                    {href === '/reviews' && (
                      <span
                        class="bg-muted text-foreground rounded-full px-1.5 py-0.5 text-xs font-medium tabular-nums"
                        data-waiting
                        hidden={waiting === 0}
                      >
                        <span data-waiting-count>{waiting > 99 ? '99+' : waiting}</span>
                        <span class="sr-only"> wait for you</span>
                      </span>
                    )}
                  </a>
                </li>
              );
            })}
          </ul>
        </nav>
        <AccountMenu />
      </div>
    </header>
  );
}

function Mark() {
  return (
    <svg
      viewBox="0 0 24 24"
      class="size-5"
      fill="none"
      stroke="currentColor"
      stroke-width="2"
      stroke-linecap="round"
      stroke-linejoin="round"
      aria-hidden="true"
    >
      <path d="M4 15.5 8.5 6l3 7 2.4-4 2.6 6.5" />
      <path d="M4 20h16" />
    </svg>
  );
}

function AccountMenu() {
  const { caller, theme, here } = usePage();
  if (!caller) return <></>;
  const { person } = caller;
  const themes = [
    { value: 'system', label: 'System', icon: 'monitor' },
    { value: 'light', label: 'Light', icon: 'sun' },
    { value: 'dark', label: 'Dark', icon: 'moon' },
  ] as const;
  return (
    <details class="relative ms-auto" data-menu>
      <summary class="flex h-12 items-center gap-2.5">
        <span class="text-muted-foreground hidden text-[0.8125rem] md:inline">
          {person.roles.map((role) => roleWords[role]).join(', ')}
        </span>
        <span
          class="bg-primary text-primary-foreground flex size-7 items-center justify-center rounded-full text-[0.6875rem] font-semibold"
          aria-hidden="true"
        >
          {initialsOf(person.name)}
        </span>
        <span class="sr-only">Account of {person.name}</span>
      </summary>
      <div class="bg-popover absolute end-0 top-11 z-40 w-64 rounded-lg border p-1 shadow-lg">
        <div class="px-2.5 py-2">
          <p class="font-medium break-words">{person.name}</p>
          <p class="text-muted-foreground text-[0.8125rem] break-words">
            {person.handle} · {person.roles.map((role) => roleWords[role]).join(', ')}
          </p>
        </div>
        <form method="post" action="/theme" class="border-y px-1 py-1.5" data-theme-form>
          <input type="hidden" name="next" value={here} />
          <div class="grid grid-cols-3 gap-1" role="group" aria-label="Colours">
            {themes.map(({ value, label, icon }) => (
              <button
                class="text-muted-foreground hover:bg-muted aria-pressed:bg-muted aria-pressed:text-foreground flex cursor-pointer flex-col items-center gap-1 rounded-md py-1.5 text-xs"
                name="theme"
                value={value}
                aria-pressed={theme === value ? 'true' : 'false'}
              >
                <Icon name={icon} />
                {label}
              </button>
            ))}
          </div>
        </form>
        <button
          type="button"
          class="hover:bg-muted flex w-full cursor-pointer items-center gap-2 rounded-md px-2.5 py-1.5"
          data-open-shortcuts
          hidden
        >
          <Icon name="keyboard" class="text-muted-foreground size-4" /> Keyboard shortcuts
          <kbd class="kbd ms-auto">?</kbd>
        </button>
        <a href="/settings" class="hover:bg-muted mt-1 flex items-center gap-2 rounded-md px-2.5 py-1.5">
          <Icon name="settings" class="text-muted-foreground size-4" /> Settings
        </a>
        <form method="post" action="/sign-out">
          <button class="hover:bg-muted flex w-full cursor-pointer items-center gap-2 rounded-md px-2.5 py-1.5">
            <Icon name="log-out" class="text-muted-foreground size-4" /> Sign out
          </button>
        </form>
      </div>
    </details>
  );
}

function Shortcuts() {
  return (
    <dialog
      id="shortcuts"
      class="bg-popover text-popover-foreground w-80 max-w-[calc(100vw-2rem)] rounded-lg border p-4 shadow-lg backdrop:bg-black/40"
      aria-labelledby="shortcuts-title"
    >
      <h2 id="shortcuts-title" class="font-semibold">
        Keyboard shortcuts
      </h2>
      <dl class="mt-3 grid grid-cols-[auto_1fr] items-center gap-x-4 gap-y-2">
        {shortcuts.map(([key, meaning]) => (
          <>
            <dt>
              <kbd class="kbd">{key}</kbd>
            </dt>
            <dd>{meaning}</dd>
          </>
        ))}
      </dl>
      <label class="mt-4 flex cursor-pointer items-center gap-2 border-t pt-3">
        <input type="checkbox" data-shortcuts-switch class="accent-foreground size-4" />
        Single keys act as shortcuts
      </label>
      <form method="dialog" class="mt-4">
        <button class="btn w-full" data-variant="outline">
          Close
        </button>
      </form>
    </dialog>
  );
}
