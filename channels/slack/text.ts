// Text that people wrote, made harmless for Slack: cut on whole characters, escaped, and reading in one direction.
import { withoutTurns } from '../../domain/reading-direction.ts';

const segmenter = new Intl.Segmenter('en', { granularity: 'grapheme' });
const entities: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;' };
/** Marks of direction, and characters that no text holds. Joiners stay: emoji are made with them. */
// oxlint-disable-next-line no-control-regex -- these very characters are meant
const unseen = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f\u061c\u200e\u200f]/g;

const clean = (text: string): string =>
  withoutTurns(text.toWellFormed()).replaceAll(unseen, '').replaceAll('\r\n', '\n');

/** At most `max` code units, cut between characters as people see them, with an ellipsis where something is gone. */
export const cut = (text: string, max: number): string => fit(clean(text), max, (character) => character);

/** As `cut`, with the three characters escaped that mean something to Slack: nothing in it is a link, a mention or a channel. */
export const escaped = (text: string, max: number): string => fit(clean(text), max, escapeSpecial);

// A letter can carry marks of its own, so one character may be more than the sign alone.
const escapeSpecial = (text: string): string => text.replaceAll(/[&<>]/g, (sign) => entities[sign] ?? sign);

function fit(text: string, max: number, spell: (character: string) => string): string {
  let kept = '';
  let short = '';
  for (const { segment } of segmenter.segment(text)) {
    const next = kept + spell(segment);
    if (next.length > max) return `${short}…`;
    kept = next;
    if (kept.length <= max - 1) short = kept;
  }
  return kept;
}

/** Text that Slack shows as it is; never empty, which Slack refuses. */
export const plain = (text: string, max: number) => ({
  type: 'plain_text' as const,
  text: cut(text, max).trim() === '' ? '–' : cut(text, max),
  emoji: false,
});

/** Text in Slack's own notation, made of our words and of `escaped` ones; addresses in it stay text. */
export const marked = (text: string) => ({ type: 'mrkdwn' as const, text, verbatim: true });

/** Bold, whatever stands in it. */
export const bold = (text: string, max: number): string =>
  `*${escaped(text.replaceAll('*', '∗').replaceAll('`', 'ˋ').replaceAll('\n', ' '), max).trim() || '–'}*`;

/** An instant in the reader's own time zone; where Slack cannot, in UTC. */
export function instant(at: string, format = '{date_short_pretty} {time}'): string {
  const fallback = `${at.slice(0, 16).replace('T', ' ')} UTC`;
  return `<!date^${Math.floor(Date.parse(at) / 1000)}^${format}|${fallback}>`;
}
