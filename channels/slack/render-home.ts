import type { Block, HomeView as HomeBlocks } from './check-blocks.ts';
import type { Absence, HomeView, ListedReview } from './desk.ts';
import { limits } from './limits.ts';
import { bold, escaped, instant, marked, plain } from './text.ts';

const MOST_LISTED = 20;

/** A review in a list: what it asks, how far it is, until when, and the way to its page. */
export const listedBlock = ({ question, title, progress, dueAt, url, id }: ListedReview): Block => ({
  type: 'section',
  text: marked(`${bold(question, 400)}\n${escaped(title, 100)} · due ${instant(dueAt)} · ${escaped(progress, 300)}`),
  accessory: { type: 'button', text: plain('Open', limits.buttonText), action_id: 'open', value: id, url },
});

/** The Home tab: what waits for me, who stands in for whom, and when I am away. */
export function renderHome(home: HomeView): HomeBlocks {
  const more = home.waiting - Math.min(home.reviews.length, MOST_LISTED);
  return {
    type: 'home',
    blocks: [
      { type: 'header', text: plain('Reviews that wait for you', limits.header) },
      ...(home.reviews.length === 0
        ? [{ type: 'section' as const, text: plain('Nothing waits for you. A review appears here as soon as somebody asks you.', limits.section) }]
        : home.reviews.slice(0, MOST_LISTED).map(listedBlock)),
      ...(more > 0 ? [{ type: 'context' as const, elements: [marked(`<${home.url}|${more} more in your inbox>`)] }] : []),
      { type: 'divider' },
      { type: 'header', text: plain('Out of office', limits.header) },
      ...(home.absences.length === 0
        ? [{ type: 'section' as const, text: plain('You are here. When you are away, your deputy is asked in your place.', limits.section) }]
        : home.absences.slice(0, 10).map(absenceBlock)),
      { type: 'actions', block_id: 'away', elements: [{ type: 'button', text: plain('Set out of office', limits.buttonText), action_id: 'absence' }] },
      { type: 'divider' },
      { type: 'header', text: plain('You stand in for', limits.header) },
      { type: 'section', text: plain(home.standsInFor.length === 0 ? 'Nobody at the moment.' : home.standsInFor.join(', '), limits.section) },
    ],
  }; // prettier-ignore
}

const absenceBlock = ({ id, deputy, startsAt, endsAt }: Absence): Block => ({
  type: 'section',
  text: marked(
    `Away ${instant(startsAt, '{date_short_pretty}')} to ${instant(endsAt, '{date_short_pretty}')} · ${deputy === null ? 'no deputy' : `${escaped(deputy, 200)} stands in`}`,
  ),
  accessory: { type: 'button', text: plain('I am back', limits.buttonText), action_id: 'return', value: id },
});

export const renderStrangersHome = (linkUrl: string): HomeBlocks => ({
  type: 'home',
  blocks: [
    { type: 'header', text: plain('Countersign does not know you yet', limits.header) },
    {
      type: 'section',
      text: plain('Link your Slack account once, from a page where you are signed in. Then reviews come to you here.', limits.section), // prettier-ignore
      accessory: { type: 'button', text: plain('Link', limits.buttonText), action_id: 'open', url: linkUrl },
    },
  ],
});
