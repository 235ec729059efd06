// A review that opens, or opens anew with other evidence: question, what to know, findings to judge, due, what to press.
import type { Card } from '../../domain/card.ts';
import { oneLine } from './clean-text.ts';
import type { Block, MailContent } from './mail-content.ts';
import {
  countOf,
  decisionQuote,
  findingLine,
  formatMoment,
  outcomeVerbs,
  placeWords,
  tierWords,
} from './mail-words.ts';

export interface CardReader {
  name: string;
  timeZone: string;
}

export interface OpeningLinks {
  /** The read-only page with this person's one-time code. */
  decideUrl: string;
  /** Whether an answer to this mail comes back to us. */
  mayReply: boolean;
}

/** What the chart is called within a mail. */
export const CHART_CID = 'chart@countersign';
const MOST_FINDINGS = 12;

export const subjectOf = (card: Card, timeZone: string): string =>
  `[Review] ${oneLine(card.model, 80)} ${oneLine(card.version, 40)} – ${oneLine(card.title, 60)} – due ${formatMoment(card.dueAt, timeZone)}`;

const overlineOf = (card: Card): string =>
  `${oneLine(card.model, 120)} ${oneLine(card.version, 60)} · ${oneLine(card.title, 80)} · ${tierWords[card.riskTier]} · round ${card.round}`;

export type Anew = 'evidence' | 'reopened';

const anewWords: Record<Anew, string> = {
  evidence: 'The evidence changed since the last mail. Links in that one no longer decide.',
  reopened: 'This review is open again.',
};

/** The mail that asks; `anew` says why it asks again. */
export function renderOpening(card: Card, reader: CardReader, links: OpeningLinks, anew?: Anew): MailContent {
  const due = formatMoment(card.dueAt, reader.timeZone);
  const blocks: Block[] = [{ kind: 'overline', text: overlineOf(card) }];
  if (anew) blocks.push({ kind: 'paragraph', text: anewWords[anew] });
  blocks.push({ kind: 'heading', text: oneLine(card.question, 400) });
  if (card.summary !== null) blocks.push({ kind: 'paragraph', text: oneLine(card.summary, 1_500) });
  blocks.push(...findingBlocks(card));
  if (card.chart)
    blocks.push({
      kind: 'picture',
      cid: CHART_CID,
      title: oneLine(card.chart.title, 120),
      alt: oneLine(card.chart.alt, 500),
    });
  blocks.push({
    kind: 'facts',
    rows: [
      ['Due', due],
      ...(card.requestedBy === null ? [] : ([['Asked by', oneLine(card.requestedBy.name, 120)]] as [string, string][])),
      ...(card.assignee === null ? [] : ([['Held by', oneLine(card.assignee.name, 120)]] as [string, string][])),
      ['So far', oneLine(card.progress)],
      ['Evidence', card.evidenceDigest.slice(0, 19)],
    ],
  });
  if (card.decisions.length > 0)
    blocks.push({
      kind: 'quotes',
      title: 'Others so far',
      items: card.decisions.map((decision) => decisionQuote(decision, reader.timeZone)),
    });
  blocks.push(buttonOf(card, links), {
    kind: 'footnote',
    text: footnoteOf(links),
    link: { label: 'The review, for whoever is signed in', url: card.url },
  });
  return {
    subject: subjectOf(card, reader.timeZone),
    preview: `${oneLine(card.question, 200)} Due ${due}.`,
    blocks,
  };
}

function findingBlocks(card: Card): Block[] {
  const { findings, passed } = card;
  if (findings === null) return [{ kind: 'paragraph', text: 'What was found is told on the page.' }];
  if (findings.length === 0)
    return passed === 0 ? [] : [{ kind: 'paragraph', text: `${countOf(passed, 'check')} passed; none asks for judgement.` }]; // prettier-ignore
  const left = findings.length - MOST_FINDINGS;
  const more = [
    ...(left > 0 ? [`${left} more on the page.`] : []),
    ...(passed > 0 ? [`${countOf(passed, 'check')} passed.`] : []),
  ];
  return [
    {
      kind: 'findings',
      title: card.needsDispositions ? 'Findings to judge' : 'Findings',
      items: findings.slice(0, MOST_FINDINGS).map(findingLine),
      more: more.join(' '),
    },
  ];
}

function buttonOf(card: Card, links: OpeningLinks): Block {
  const here = card.offers.filter(({ where }) => where === 'here').map(({ outcome }) => outcomeVerbs[outcome]);
  const elsewhere = card.offers.filter(({ where }) => where === 'web');
  if (here.length === 0)
    return {
      kind: 'button',
      label: 'Read the review',
      url: links.decideUrl,
      note: `The link shows the review. The policy asks for more than a mail can prove, so you decide ${placeWords[elsewhere[0]?.least ?? 'web']}.`,
    };
  const rest = elsewhere.map(({ outcome }) => outcomeVerbs[outcome]);
  const note =
    rest.length === 0
      ? 'The link only shows the review. A press on its page decides, once.'
      : `The link only shows the review. On its page you can ${here.join(' or ')}, once. A mail cannot prove enough to ${rest.join(' or ')}: that is done ${placeWords[elsewhere[0]?.least ?? 'web']}.`;
  return { kind: 'button', label: 'Read and decide', url: links.decideUrl, note };
}

const footnoteOf = ({ mayReply }: OpeningLinks): string =>
  [
    'You get this because the policy names you as somebody who may decide. The link is yours alone: do not pass it on.',
    ...(mayReply ? ['What you answer to this mail becomes a comment on the review.'] : []),
  ].join(' ');
