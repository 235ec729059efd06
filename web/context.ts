import { createContext, useContext } from 'hono/jsx';
import type { Caller } from '../api/services/caller.ts';
import type { Mailbox } from '../api/services/mailbox.ts';
import type { SlackWorkspace } from '../api/services/slack-workspace.ts';
import type { Assets } from './assets.ts';
import type { PersonName, WebServices } from './services.ts';

/** What the pages are made with. */
export interface Web {
  services: WebServices;
  /** Where people reach us, without a slash at the end. */
  publicUrl: string;
  demo: boolean;
  /** The mails that the demo caught; absent outside of demo mode. */
  mailbox?: Mailbox;
  /** The demo's own Slack; absent outside of demo mode. */
  slack?: SlackWorkspace;
  now: () => Date;
  assets: Assets;
}

export type { PageEnv as WebEnv } from '../api/app-deps.ts';

export type Theme = 'light' | 'dark' | 'system';

/** What every component of a page may need to know. */
export interface PageContext {
  now: Date;
  caller: Caller | undefined;
  /** Open reviews that wait for the caller. */
  waiting: number;
  demo: boolean;
  /** Whether single keys act, as the caller chose. */
  hasShortcuts: boolean;
  theme: Theme;
  /** Path and query of this page, to come back to. */
  here: string;
  assets: Pick<Assets, 'href'>;
  people: ReadonlyMap<string, PersonName>;
}

export const CurrentPage = createContext<PageContext | undefined>(undefined);

export function usePage(): PageContext {
  const page = useContext(CurrentPage);
  if (!page) throw new Error('A component of a page was rendered outside of a page');
  return page;
}

/** The person's name, or the handle of somebody we do not know. */
export function useNames(): (handle: string) => string {
  const { people } = usePage();
  return (handle) => people.get(handle)?.name ?? handle;
}

/** Handles within a sentence of the rules, as the people that they are. */
export function useNamesWithin(): (text: string) => string {
  const { people } = usePage();
  return (text) => text.replaceAll(/[a-z0-9][\w.-]*[a-z0-9]/gi, (word) => people.get(word)?.name ?? word);
}
