// One review as one message, in the order of its page: question, what to know, findings to judge, due, buttons.
import type { Card, CardDecision, CardFinding } from '../../domain/card.ts';
import { findingName } from '../../domain/finding-name.ts';
import type { Block } from './check-blocks.ts';
import { limits } from './limits.ts';
import { referenceOf } from './reference.ts';
import { bold, cut, escaped, instant, marked, plain } from './text.ts';
import { outcomeButtons, outcomeWords, verdictWords, type AskedOutcome } from './words.ts';

export interface CardMessage {
  /** What notifications and screen readers say. */
  text: string;
  blocks: Block[];
}

const MOST_FINDINGS = 6;
const MOST_DECISIONS = 12;
/** More findings than this cannot be answered in a modal: it holds a hundred blocks. */
export const MOST_DISPOSITIONS = 20;

export function renderCard(card: Card): CardMessage {
  const isOpen = card.ending === null;
  return {
    text: fallbackOf(card),
    blocks: [
      { type: 'header', text: plain(card.question, limits.header) },
      { type: 'context', elements: [marked(aboutOf(card))] },
      ...(card.summary === null ? [] : [section(card.summary)]),
      ...findingBlocks(card),
      ...(isOpen ? [] : [endingBlock(card)]),
      { type: 'context', elements: [marked(standingOf(card))] },
      ...decisionBlocks(card.decisions),
      ...(isOpen ? buttonBlocks(card) : [linkBlock(card)]),
    ],
  };
}

const section = (text: string): Block => ({ type: 'section', text: plain(text, limits.section) });

function fallbackOf({ question, ending, dueAt, progress, model, version }: Card): string {
  const standing = ending === null ? `due ${dueAt.slice(0, 16).replace('T', ' ')} UTC · ${progress}` : ending.sentence;
  return `${escaped(question, 500)} – ${escaped(`${model} ${version} – ${standing}`, 1_500)}`;
}

function aboutOf({ title, model, version, riskTier, round, requestedBy }: Card): string {
  const parts = [
    bold(title, 100),
    `${escaped(model, 150)} ${escaped(version, 80)}`,
    `${riskTier} risk`,
    ...(round > 1 ? [`round ${round}`] : []),
    ...(requestedBy === null ? [] : [`asked by ${escaped(requestedBy.name, 100)}`]),
  ];
  return parts.join(' · ');
}

function findingBlocks({ findings, passed, evidenceUrl }: Card): Block[] {
  if (findings === null) return [];
  const shown = findings.slice(0, MOST_FINDINGS).flatMap(findingBlock);
  const more = findings.length - MOST_FINDINGS;
  const rest = [
    ...(more > 0 ? [`<${evidenceUrl}|${more} more ${more === 1 ? 'finding' : 'findings'} to judge>`] : []),
    ...(passed > 0 ? [`${passed} ${passed === 1 ? 'check' : 'checks'} passed`] : []),
  ];
  return [...shown, ...(rest.length === 0 ? [] : [{ type: 'context' as const, elements: [marked(rest.join(' · '))] }])];
}

function findingBlock(finding: CardFinding): Block[] {
  const { verdict, message, value, limit } = finding;
  const figure = [
    ...(value === null ? [] : [`value ${Number(value.toPrecision(3))}`]),
    ...(limit === null ? [] : [`limit ${escaped(limit, 60)}`]),
  ].join(' · ');
  return [
    {
      type: 'section',
      text: marked(`${verdictWords[verdict]}  ${bold(findingName(finding), 300)}${figure === '' ? '' : `\n${figure}`}`),
    },
    { type: 'context', elements: [plain(message, 500)] },
  ];
}

function standingOf({ ending, dueAt, progress, assignee, state }: Card): string {
  const parts = ending === null ? [`Due ${instant(dueAt)}`] : [`Closed ${instant(ending.at)}`];
  parts.push(escaped(progress, 500));
  if (ending === null && assignee !== null) parts.push(`claimed by ${escaped(assignee.name, 100)}`);
  if (state === 'SUSPENDED') parts.push('waiting for information');
  return parts.join(' · ');
}

const endingBlock = ({ ending }: Card): Block => ({
  type: 'section',
  text: marked(bold(ending?.sentence ?? '', 1_000)),
});

function decisionBlocks(decisions: readonly CardDecision[]): Block[] {
  const shown = decisions.slice(0, MOST_DECISIONS);
  const more = decisions.length - shown.length;
  return [
    ...shown.map(decisionBlock),
    ...(more > 0
      ? [{ type: 'context' as const, elements: [plain(`and ${more} more on the review's page`, 100)] }]
      : []),
  ];
}

const decisionBlock = ({ by, outcome, reason, at, voided }: CardDecision): Block => ({
  type: 'context',
  elements: [
    marked(`${bold(outcomeWords[outcome], 40)} by ${escaped(by.name, 120)} · ${instant(at)}`),
    ...(voided === null ? [] : [plain(`No longer counts: ${cut(voided, 400)}`, 500)]),
    ...(reason === null || reason.trim() === '' ? [] : [plain(`“${cut(reason, 1_200)}”`, 1_300)]),
  ],
});

function buttonBlocks(card: Card): Block[] {
  const value = referenceOf(card);
  const buttons = card.offers.map(({ outcome, where }) => {
    const isApproval = outcome === 'APPROVED';
    const isTooMuch = isApproval && (card.findings?.length ?? 0) > MOST_DISPOSITIONS;
    return {
      type: 'button' as const,
      text: plain(outcomeButtons[outcome], limits.buttonText),
      action_id: where === 'web' || isTooMuch ? `confirm:${outcome}` : `decide:${outcome}`,
      value,
      ...(where === 'web' || isTooMuch ? { url: confirmationUrl(card.url, outcome) } : {}),
      ...(isApproval ? { style: 'primary' as const } : {}),
      ...(outcome === 'REJECTED' ? { style: 'danger' as const } : {}),
    };
  });
  const claim =
    card.assignee === null && card.state === 'READY'
      ? [{ type: 'button' as const, text: plain('Claim', limits.buttonText), action_id: 'claim', value }]
      : [];
  const isHandedOver = card.offers.some(({ where }) => where === 'web');
  return [
    ...(isHandedOver ? [{ type: 'context' as const, elements: [plain(handOverSentence(card), 400)] }] : []),
    ...(card.state === 'SUSPENDED'
      ? [linkBlock(card)]
      : [{ type: 'actions' as const, block_id: 'decision', elements: [...buttons, ...claim, openButton(card)] }]),
  ];
}

/** Where the page asks for this very answer. */
export const confirmationUrl = (url: string, outcome: AskedOutcome): string => `${url}?outcome=${outcome}#decision`;

function handOverSentence({ offers }: Card): string {
  const elsewhere = offers.filter(({ where }) => where === 'web').map(({ outcome }) => outcomeButtons[outcome]);
  return `${elsewhere.join(', ')}: Slack proves too little for this; the button opens the page where you confirm it.`;
}

const openButton = ({ url, reviewId }: Pick<Card, 'url' | 'reviewId'>) => ({
  type: 'button' as const,
  text: plain('Open', limits.buttonText),
  action_id: 'open',
  value: reviewId,
  url,
});

const linkBlock = (card: Card): Block => ({ type: 'actions', elements: [openButton(card)] });
