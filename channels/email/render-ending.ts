// What follows a review's first mail when it is over.
import type { Card } from '../../domain/card.ts';
import { oneLine } from './clean-text.ts';
import type { Block, MailContent } from './mail-content.ts';
import { decisionQuote, formatMoment, tierWords } from './mail-words.ts';
import { subjectOf, type CardReader } from './render-card.ts';

/** The mail that says how the review ended; to whoever had not decided, first of all that nothing is asked of them any more. */
export function renderEnding(card: Card, reader: CardReader, hasDecided: boolean): MailContent {
  const ending = card.ending ?? { sentence: 'Closed.', at: card.dueAt };
  const headline = hasDecided ? 'The review you decided on is over' : 'No longer needed';
  const blocks: Block[] = [
    {
      kind: 'overline',
      text: `${oneLine(card.model, 120)} ${oneLine(card.version, 60)} · ${oneLine(card.title, 80)} · ${tierWords[card.riskTier]} · round ${card.round}`,
    },
    { kind: 'heading', text: headline },
    {
      kind: 'paragraph',
      text: hasDecided
        ? `${oneLine(card.question, 400)} ${oneLine(ending.sentence, 600)}`
        : `${oneLine(card.question, 400)} Nothing is asked of you any more. ${oneLine(ending.sentence, 600)}`,
    },
  ];
  if (card.decisions.length > 0)
    blocks.push({
      kind: 'quotes',
      title: 'Who decided',
      items: card.decisions.map((decision) => decisionQuote(decision, reader.timeZone)),
    });
  blocks.push(
    {
      kind: 'facts',
      rows: [
        ['Ended', formatMoment(ending.at, reader.timeZone)],
        ['Evidence', card.evidenceDigest.slice(0, 19)],
      ],
    },
    {
      kind: 'footnote',
      text: 'Links in earlier mails about this review no longer decide.',
      link: { label: 'How it stands, for whoever is signed in', url: card.url },
    },
  );
  return { subject: `Re: ${subjectOf(card, reader.timeZone)}`, preview: `${headline}: ${ending.sentence}`, blocks };
}
