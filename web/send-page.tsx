import type { Context } from 'hono';
import { getCookie } from 'hono/cookie';
import type { Child } from 'hono/jsx';
import type { ContentfulStatusCode } from 'hono/utils/http-status';
import { withoutTurns } from '../domain/reading-direction.ts';
import { Layout } from './components/layout.tsx';
import { CurrentPage, type PageContext, type Theme, type Web, type WebEnv } from './context.ts';

export interface SentPage {
  title: string;
  status?: ContentfulStatusCode;
  /** Everybody named on the page, by handle. */
  handles?: readonly string[];
  content: Child;
}

export const themeCookie = 'theme';
const themeOf = (cookie: string | undefined): Theme => (cookie === 'light' || cookie === 'dark' ? cookie : 'system');

/** Answers with a whole page: content within the frame that all pages share. */
export async function sendPage(context: Context<WebEnv>, web: Web, page: SentPage) {
  const caller = context.get('caller');
  const url = new URL(context.req.url);
  // A page that says that something is broken asks nothing of what may be broken.
  const isWell = (page.status ?? 200) < 500;
  const [waiting, preferences, people] = await Promise.all([
    caller && isWell ? web.services.countReviews(caller) : 0,
    caller && isWell ? web.services.readPreferences(caller) : undefined,
    page.handles?.length ? web.services.namePeople([...new Set(page.handles)]) : [],
  ]);
  const value: PageContext = {
    now: web.now(),
    caller,
    waiting,
    demo: web.demo,
    hasShortcuts: preferences?.shortcuts ?? true,
    theme: themeOf(getCookie(context, themeCookie)),
    here: context.req.method === 'GET' ? `${url.pathname}${url.search}` : url.pathname,
    assets: web.assets,
    people: new Map(people.map((person) => [person.handle, person])),
  };
  const html = (
    <CurrentPage.Provider value={value}>
      <Layout title={page.title}>{page.content}</Layout>
    </CurrentPage.Provider>
  ).toString();
  // Here, so that nothing that people wrote gets around it.
  return context.html(withoutTurns(html), page.status ?? 200);
}
