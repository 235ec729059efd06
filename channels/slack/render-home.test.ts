import { expect, it } from 'vitest';
import { problemsOf, viewSchema, messageBlocksSchema } from './check-blocks.ts';
import type { HomeView, ListedReview } from './desk.ts';
import { renderAbsenceModal } from './render-absence.ts';
import { renderCommandHelp, renderMyReviews, renderStatus } from './render-command.ts';
import { renderHome, renderStrangersHome } from './render-home.ts';
import { renderNotice } from './render-notice.ts';

const long = '<!channel> & 👩‍👩‍👧 ג'.repeat(500);
const listed = (text: string): ListedReview => ({
  id: 'rev_1',
  title: text,
  question: text,
  progress: text,
  dueAt: '2026-11-26T10:00:00.000Z',
  url: 'https://countersign.test/reviews/rev_1',
});
const full: HomeView = {
  name: long,
  reviews: Array.from({ length: 60 }, () => listed(long)),
  waiting: 400,
  absences: Array.from({ length: 40 }, () => ({ id: 'abs_1', deputy: long, startsAt: '2026-11-26T10:00:00.000Z', endsAt: '2026-12-26T10:00:00.000Z' })),
  standsInFor: Array.from({ length: 50 }, () => long),
  url: 'https://countersign.test/reviews',
}; // prettier-ignore
const empty: HomeView = { ...full, reviews: [], waiting: 0, absences: [], standsInFor: [] };

it('fits the Home into the limits of Slack, empty and overfull', () => {
  for (const home of [full, empty]) expect(problemsOf(viewSchema, renderHome(home))).toEqual([]);
  expect(problemsOf(viewSchema, renderStrangersHome('https://countersign.test/slack/link?code=x'))).toEqual([]);
  expect(problemsOf(viewSchema, renderAbsenceModal())).toEqual([]);
  expect(JSON.stringify(renderHome(full))).toContain('380 more in your inbox');
});

it('says of a version what its approval is conditional on', () => {
  const condition = { text: 'Write the plan', owner: 'Dana Santos', dueAt: '2026-12-01T12:00:00.000Z', state: 'OPEN' as const }; // prettier-ignore
  const status = { model: 'm', version: '1', stage: 'approved', riskTier: 'high', conditions: [condition], reviews: [], url: 'https://countersign.test/models/m/versions/1' }; // prettier-ignore
  const { blocks } = renderStatus(status, { model: 'm', version: '1' });
  expect(JSON.stringify(blocks)).toContain('On condition: Write the plan · Dana Santos · due 2026-12-01 · open');
});

it('fits answers to commands and notices into the limits of Slack', () => {
  const status = {
    model: long,
    version: long,
    stage: 'warming_up',
    riskTier: 'high',
    conditions: Array.from({ length: 30 }, () => ({ text: long, owner: long, dueAt: '2026-12-01T12:00:00.000Z', state: 'OPEN' as const })), // prettier-ignore
    reviews: Array.from({ length: 30 }, () => ({ ...listed(long), state: 'READY' as const, outcome: null })),
    url: 'https://countersign.test/models/m/versions/1',
  };
  const answers = [
    renderMyReviews(full),
    renderMyReviews(empty),
    renderStatus(status, { model: 'm', version: '1' }),
    renderStatus(undefined, { model: long, version: long }),
    renderCommandHelp(),
    renderNotice({ key: 'k', kind: 'reminder', title: long, body: long, url: 'https://countersign.test' }),
  ];
  for (const { text, blocks } of answers) {
    expect(problemsOf(messageBlocksSchema, blocks)).toEqual([]);
    expect(text.length).toBeLessThanOrEqual(4_000);
    expect(text).not.toContain('<!channel>');
  }
});
