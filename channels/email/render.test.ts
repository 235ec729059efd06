import { describe, expect, it } from 'vitest';
import type { Card } from '../../domain/card.ts';
import type { MailContent } from './mail-content.ts';
import { renderOpening } from './render-card.ts';
import { renderEnding } from './render-ending.ts';
import { renderHtml } from './render-html.tsx';
import { renderNotice } from './render-notice.ts';
import { renderText } from './render-text.ts';
import { endedCard, overfullCard, usualCard } from '../../tests/support/sample-cards.ts';

const reader = { name: 'Carla Nowak', timeZone: 'Europe/Berlin' };
const links = { decideUrl: 'https://countersign.example.com/mail/reviews/rev_1?code=abc', mayReply: true };
const publicUrl = 'https://countersign.example.com';
const opening = (change: Partial<Card> = {}) => renderOpening({ ...usualCard, ...change }, reader, links);
const digest = renderNotice(
  {
    key: 'k',
    kind: 'digest',
    title: '3 reviews wait for you',
    body: `First one, due tomorrow ${publicUrl}/reviews/rev_1\nSecond one ${publicUrl}/reviews/rev_2\nThird https://evil.example/rev_3`,
    url: `${publicUrl}/reviews`,
  },
  publicUrl,
);

const dayDigest = renderNotice(
  {
    key: 'k',
    kind: 'digest',
    title: 'What happened until Tuesday',
    body: `Version 2 was approved\nTwo of two agreed.\n${publicUrl}/models/a/versions/2\n\nVersion 3 was rejected\n${publicUrl}/models/a/versions/3`,
    url: `${publicUrl}/reviews`,
  },
  publicUrl,
);

/** What a reader of the HTML reads, and where its links lead. */
const readable = (html: string): string =>
  html
    .replace(/^[\s\S]*<body/, '<body')
    .replaceAll(/<a [^>]*?href="([^"]*)"[^>]*>/g, ' $1 ')
    .replaceAll(/<img [^>]*alt="([^"]*)"[^>]*>/g, ' $1 ')
    .replaceAll(/<[^>]+>/g, ' ')
    .replaceAll('&quot;', '"')
    .replaceAll('&#39;', "'")
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&amp;', '&')
    .replaceAll(/\s+/g, ' ');

/** Words, numbers and addresses; what only marks or joins them is not content. */
const said = (text: string): string[] => [
  ...new Set(text.match(/https?:\/\/\S+|[\p{L}\p{N}][\p{L}\p{N}.:%/@-]*[\p{L}\p{N}%]|[\p{L}\p{N}]/gu)),
];

const mails: [string, MailContent][] = [
  ['a review that opens', opening()],
  ['one with a chart', opening({ chart: { title: 'Rates by group', alt: 'Denials are six times as often for afam', png: async () => Buffer.alloc(0) } })],
  ['an overfull one', renderOpening(overfullCard, reader, links)],
  ['one with everything held back', opening({ summary: null, findings: null, requestedBy: null, decisions: [] })],
  ['one that ended', renderEnding(endedCard, reader, true)],
  ['one that is no longer needed', renderEnding(endedCard, reader, false)],
  ['a digest', digest],
  ['a day’s digest', dayDigest],
]; // prettier-ignore

it('says of a decision that counts no more that it does not, and why', () => {
  const decisions = usualCard.decisions.map((decision) => ({ ...decision, voided: 'has no access any more' }));
  for (const mail of [opening({ decisions }), renderEnding({ ...endedCard, decisions }, reader, true)])
    expect(renderText(mail)).toContain('No longer counts: has no access any more');
});

describe.each(mails)('the mail of %s', (_name, content) => {
  const [text, html] = [renderText(content), renderHtml(content)];

  it('says the same in both forms', () => {
    const [inHtml, inText] = [said(readable(html)), said(text)];
    expect(inText.filter((word) => !inHtml.includes(word))).toEqual([]);
    // The line that lists of mails show beside the subject is made of the rest.
    expect(inHtml.filter((word) => !inText.includes(word))).toEqual([]);
  });

  it('fetches nothing and runs nothing', () => {
    expect(html).not.toMatch(/<(script|link|iframe|form|object|base)\b|url\(|@import|\son\w+=|src="(?!cid:)/i);
  });

  it('fits a narrow client: no width in it is larger than 544 px but the frame’s maximum', () => {
    const widths = [...html.matchAll(/[^-]width[:=]"?(\d+)/g)].map(([, width]) => Number(width));
    expect(Math.max(0, ...widths)).toBeLessThanOrEqual(544);
  });
});

describe('the mail of a review that opens', () => {
  it('tells in its subject what, for which sign-off and by when, in the reader’s time', () => {
    expect(opening().subject).toBe('[Review] mortgage-denial 2 – Compliance – due Tue 24 Nov 2026, 18:00 CET');
  });

  it('goes from the question to what to know, the findings, the deadline and the button', () => {
    const text = renderText(opening());
    const places = ['May version 2', 'On 595 validation', 'To judge: Selection rates between groups: afam', 'Due: Tue 24 Nov', 'Read and decide'];
    expect(places.map((place) => text.indexOf(place)).toSorted((a, b) => a - b)).toEqual(places.map((place) => text.indexOf(place)));
    expect(text.indexOf(places[0]!)).toBeGreaterThan(0);
  }); // prettier-ignore

  it('says what can be decided from it and what cannot', () => {
    expect(renderText(opening())).toContain(
      'you can request changes or reject, once. A mail cannot prove enough to approve: that is done ',
    );
    const offers = usualCard.offers.map((offer) => ({ ...offer, where: 'web' as const, least: 'webStepUp' as const }));
    expect(renderText(opening({ offers }))).toContain('proving once more who you are');
  });

  it('names at most twelve findings and counts the rest', () => {
    const text = renderText(renderOpening(overfullCard, reader, links));
    expect(text.match(/^\* (To judge|Warning):/gm)).toHaveLength(12);
    expect(text).toContain('28 more on the page.');
  });

  it('shows nothing that is held back', () => {
    const held = opening({ summary: null, findings: null, requestedBy: null });
    for (const form of [renderText(held), renderHtml(held)])
      for (const secret of ['595', 'afam', 'Dana']) expect(form).not.toContain(secret);
  });
});

describe('text of others', () => {
  const hostile =
    '</p><script>alert(1)</script><a href="https://evil.example">Approve</a>\r\nBcc: all@example.com\u202e';
  const card: Card = {
    ...usualCard,
    question: hostile,
    summary: hostile,
    model: hostile,
    version: hostile,
    title: hostile,
    progress: hostile,
    requestedBy: { handle: 'x', name: hostile, slackUserId: null },
    findings: usualCard.findings!.map((finding) => ({ ...finding, id: hostile, title: hostile, message: hostile, limit: hostile })),
    decisions: usualCard.decisions.map((decision) => ({ ...decision, reason: hostile })),
    chart: { title: hostile, alt: hostile, png: async () => Buffer.alloc(0) },
  }; // prettier-ignore

  it('is text in both forms and one line in the subject', () => {
    const content = renderOpening(card, reader, links);
    const html = renderHtml(content);
    expect(html).not.toContain('<script');
    expect([...html.matchAll(/href="([^"]*)"/g)].map(([, href]) => href)).toEqual([
      'https://countersign.example.com/mail/reviews/rev_1?code=abc',
      usualCard.url,
    ]);
    // eslint-disable-next-line no-control-regex
    expect(content.subject).not.toMatch(/[\u0000-\u001f\u202e]/);
    expect(renderText(content)).not.toMatch(/^Bcc/m);
  });

  it('has one line for each thing that a digest tells of, with its own link', () => {
    const items = dayDigest.blocks.flatMap((block) => (block.kind === 'list' ? block.items : []));
    expect(items).toEqual([
      { text: 'Version 2 was approved – Two of two agreed.', url: `${publicUrl}/models/a/versions/2` },
      { text: 'Version 3 was rejected', url: `${publicUrl}/models/a/versions/3` },
    ]);
  });

  it('makes no link of an address that is not ours', () => {
    const html = renderHtml(digest);
    expect(html).toContain(`href="${publicUrl}/reviews/rev_1"`);
    expect(html).not.toContain('href="https://evil.example');
    expect(html).toContain('evil.example');
  });
});
