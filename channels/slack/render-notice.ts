import type { Notice } from '../../domain/card.ts';
import type { Block } from './check-blocks.ts';
import { limits } from './limits.ts';
import { bold, escaped, marked, plain } from './text.ts';

/** A short message beside the cards: what happened, in full, and where it happened. */
export function renderNotice({ title, body, url }: Notice): { text: string; blocks: Block[] } {
  return {
    text: escaped(title, 1_000),
    blocks: [
      { type: 'section', text: marked(bold(title, 500)) },
      ...(body.trim() === '' ? [] : [{ type: 'section' as const, text: plain(body, limits.section) }]),
      { type: 'context', elements: [marked(`<${url}|Open>`)] },
    ],
  };
}
