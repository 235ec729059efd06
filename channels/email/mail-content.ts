// What a mail says, once: both of its forms are made from this, so that neither can say less than the other.

export type Mark = 'fail' | 'warn' | 'pass' | 'none';

export interface FindingLine {
  mark: Mark;
  /** The mark in a word. */
  word: string;
  title: string;
  message: string;
  /** `0.09 · limit ≥ 0.80` */
  measure: string;
}

export type Block =
  | { kind: 'overline'; text: string }
  | { kind: 'heading'; text: string }
  | { kind: 'paragraph'; text: string }
  | { kind: 'findings'; title: string; items: FindingLine[]; more: string }
  | { kind: 'facts'; rows: [name: string, value: string][] }
  | { kind: 'quotes'; title: string; items: { said: string; reason: string | null }[] }
  | { kind: 'picture'; cid: string; title: string; alt: string }
  | { kind: 'button'; label: string; url: string; note: string }
  | { kind: 'list'; items: { text: string; url: string | null }[] }
  | { kind: 'footnote'; text: string; link?: { label: string; url: string } };

export interface MailContent {
  subject: string;
  /** What a list of mails shows beside the subject. */
  preview: string;
  blocks: Block[];
}
