import type { Block, MailContent } from './mail-content.ts';

/** The mail as plain text. */
export const renderText = ({ blocks }: MailContent): string => `${blocks.map(textOf).join('\n\n')}\n`;

function textOf(block: Block): string {
  switch (block.kind) {
    case 'overline':
    case 'heading':
    case 'paragraph':
      return block.text;
    case 'findings': {
      const items = block.items.map((item) =>
        [`* ${item.word}: ${item.title}${item.measure && ` (${item.measure})`}`, `  ${item.message}`].join('\n'),
      );
      return [block.title, ...items, ...(block.more ? [block.more] : [])].join('\n');
    }
    case 'facts':
      return block.rows.map(([name, value]) => `${name}: ${value}`).join('\n');
    case 'quotes':
      return [
        block.title,
        ...block.items.map(({ said, reason }) => (reason === null ? `* ${said}` : `* ${said}\n  “${reason}”`)),
      ].join('\n');
    case 'picture':
      return `[${block.title}: ${block.alt}]`;
    case 'button':
      return [`${block.label}:`, block.url, block.note].filter(Boolean).join('\n');
    case 'list':
      return block.items.map(({ text, url }) => (url === null ? `* ${text}` : `* ${text}\n  ${url}`)).join('\n');
    case 'footnote':
      return block.link ? `${block.text}\n${block.link.label}: ${block.link.url}` : `-- \n${block.text}`;
  }
}
