import type { Notice } from '../../domain/card.ts';
import { cleanLines, oneLine } from './clean-text.ts';
import type { MailContent } from './mail-content.ts';

interface Item {
  text: string;
  url: string | null;
}

/**
 * A short message, or a digest. A line that ends in an address of ours leads there; one that is nothing else lends it to the lines above it, up to an
 * empty one. Other addresses stay text: what people wrote into a title makes no link.
 */
export function renderNotice(notice: Notice, publicUrl: string): MailContent {
  const isOurs = (url: string) => url === publicUrl || url.startsWith(`${publicUrl}/`);
  const items = itemsOf(cleanLines(notice.body, 60_000), isOurs);
  const isList = items.length > 1 || items.some(({ url }) => url !== null);
  return {
    subject: oneLine(notice.title, 180),
    preview: items[0]?.text ?? '',
    blocks: [
      { kind: 'heading', text: oneLine(notice.title, 300) },
      ...(isList
        ? [{ kind: 'list' as const, items }]
        : items.map(({ text }) => ({ kind: 'paragraph' as const, text }))),
      ...(isOurs(notice.url) ? [{ kind: 'button' as const, label: 'Open', url: notice.url, note: '' }] : []),
      { kind: 'footnote', text: 'You choose in your settings which of these reach you, and where.' },
    ],
  };
}

function itemsOf(lines: readonly string[], isOurs: (url: string) => boolean): Item[] {
  const items: Item[] = [];
  let above: string[] = [];
  const flush = () => {
    items.push(...above.map((text) => ({ text, url: null })));
    above = [];
  };
  for (const line of lines) {
    const [, text = '', url = ''] = /^(.*?)\s*(https?:\/\/\S+)$/.exec(line) ?? [];
    if (line === '') flush();
    else if (!isOurs(url)) above.push(line);
    else if (text === '') {
      items.push({ text: above.join(' – ') || url, url });
      above = [];
    } else {
      flush();
      items.push({ text: text.replace(/[\s:·–-]+$/, '') || url, url });
    }
  }
  flush();
  return items;
}
