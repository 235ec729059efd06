import type { Notice } from '../../domain/card.ts';
import { cleanLines, oneLine } from './clean-text.ts';
import type { MailContent } from './mail-content.ts';

/**
 * A short message, or a digest: each line of the body is a line of the mail, and one that ends in an address of ours leads there.
 * Other addresses stay text: what people wrote into a title makes no link.
 */
export function renderNotice(notice: Notice, publicUrl: string): MailContent {
  const isOurs = (url: string) => url === publicUrl || url.startsWith(`${publicUrl}/`);
  const lines = cleanLines(notice.body, 60_000)
    .filter((line) => line !== '')
    .map((line) => {
      const [, text = '', url = ''] = /^(.*?)\s*(https?:\/\/\S+)$/.exec(line) ?? [];
      return isOurs(url) ? { text: text.replace(/[\s:·–-]+$/, '') || url, url } : { text: line, url: null };
    });
  const isList = lines.length > 1 || lines.some(({ url }) => url !== null);
  return {
    subject: oneLine(notice.title, 180),
    preview: lines[0]?.text ?? '',
    blocks: [
      { kind: 'heading', text: oneLine(notice.title, 300) },
      ...(isList
        ? [{ kind: 'list' as const, items: lines }]
        : lines.map(({ text }) => ({ kind: 'paragraph' as const, text }))),
      ...(isOurs(notice.url) ? [{ kind: 'button' as const, label: 'Open', url: notice.url, note: '' }] : []),
      { kind: 'footnote', text: 'You choose on your page which of these reach you, and where.' },
    ],
  };
}
