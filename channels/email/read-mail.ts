// A mail that came in, as far as it says something to us. Nothing in it is proved but what `isAligned` and the signature of its address prove.
import PostalMime, { type Email } from 'postal-mime';
import { parseAddress, type Mailbox } from './address.ts';
import { isAligned } from './authentication-results.ts';
import { parseReplyAddress, type ReplyTarget } from './reply-address.ts';
import { stripQuotes } from './strip-quotes.ts';

export interface ReceivedMail {
  messageId: string;
  /** undefined unless it names exactly one plain mailbox. */
  from: Mailbox | undefined;
  /** Addresses of ours that it was sent to. */
  targets: ReplyTarget[];
  /** Out-of-office notes, lists, receipts: written by nobody. */
  isAutomatic: boolean;
  /** The writer's own words. */
  text: string;
  /** Whether our own mail server vouches for the sender's domain. */
  isVouchedFor: boolean;
  /** Set on a report that a mail of ours could not be delivered. */
  bounce: Bounce | undefined;
}

export interface Bounce {
  recipient: Mailbox;
  /** Whether it is for good. */
  isPermanent: boolean;
  /** `5.1.1 …` */
  reason: string;
}

export interface ReadMailOptions {
  /** The envelope's recipient, where the mail server names it. */
  recipient?: string | undefined;
  authservId: string | undefined;
}

/** undefined for what is no mail, or has no Message-ID to know it by. */
export async function readMail(raw: Buffer, options: ReadMailOptions): Promise<ReceivedMail | undefined> {
  const mail = await PostalMime.parse(raw, {
    maxNestingDepth: 20,
    maxHeadersSize: 256 * 1024,
    forceRfc822Attachments: true,
    attachmentEncoding: 'utf8',
  }).catch(() => undefined);
  const messageId = mail?.messageId?.trim();
  if (!mail || !messageId || messageId.length > 998) return undefined;
  const from = soleMailbox(mail);
  const { authservId } = options;
  return {
    messageId,
    from,
    targets: targetsOf(mail, options.recipient),
    isAutomatic: isAutomatic(mail),
    text: stripQuotes((mail.text ?? '').toWellFormed().replaceAll('\u0000', '')),
    isVouchedFor:
      from !== undefined &&
      authservId !== undefined &&
      isAligned(valuesOf(mail, 'authentication-results'), authservId, from.domain),
    bounce: bounceOf(mail),
  };
}

const valuesOf = (mail: Email, name: string): string[] =>
  mail.headers.filter(({ key }) => key === name).map(({ value }) => value);

function soleMailbox(mail: Email): Mailbox | undefined {
  // Two From headers are one for the reader and another for the filter.
  if (valuesOf(mail, 'from').length !== 1 || mail.from?.address === undefined) return undefined;
  // A list in From is cut to its first by the parser.
  if (/,\s*[^\s"]*@/.test(valuesOf(mail, 'from')[0]!.replace(/"[^"]*"/g, ''))) return undefined;
  return parseAddress(mail.from.address);
}

function targetsOf(mail: Email, recipient: string | undefined): ReplyTarget[] {
  const named = [
    ...(recipient === undefined ? [] : [recipient]),
    ...['delivered-to', 'x-original-to'].flatMap((name) => valuesOf(mail, name)),
    ...[...(mail.to ?? []), ...(mail.cc ?? [])].map(({ address }) => address ?? ''),
  ];
  const targets = named.flatMap((address) => parseReplyAddress(address.trim()) ?? []);
  return [...new Map(targets.map((target) => [`${target.reviewId}.${target.mac}`, target])).values()].slice(0, 5);
}

function isAutomatic(mail: Email): boolean {
  const first = (name: string) => valuesOf(mail, name)[0]?.trim().toLowerCase();
  const submitted = first('auto-submitted');
  return (
    (submitted !== undefined && submitted !== 'no') ||
    ['bulk', 'junk', 'list', 'auto_reply'].includes(first('precedence') ?? '') ||
    ['x-autoreply', 'x-autorespond', 'list-id', 'feedback-id'].some((name) => first(name) !== undefined) ||
    first('return-path') === '<>'
  );
}

function bounceOf(mail: Email): Bounce | undefined {
  const type = valuesOf(mail, 'content-type')[0]?.toLowerCase() ?? '';
  if (!type.startsWith('multipart/report') || !type.includes('delivery-status')) return undefined;
  const report = mail.attachments.find(({ mimeType }) => mimeType === 'message/delivery-status');
  if (typeof report?.content !== 'string') return undefined;
  const field = (name: string) => new RegExp(`^${name}:[ \\t]*(\\S.{0,400})$`, 'im').exec(report.content as string)?.[1]?.trim(); // prettier-ignore
  const recipient = parseAddress(
    (field('Final-Recipient') ?? '').replace(/^[a-z0-9-]+;\s*/i, '').replace(/^<|>$/g, ''),
  );
  if (!recipient) return undefined;
  const status = field('Status') ?? '';
  return {
    recipient,
    isPermanent: status.startsWith('5.') && field('Action')?.toLowerCase() === 'failed',
    reason: `${status} ${field('Diagnostic-Code') ?? ''}`.trim().slice(0, 400),
  };
}
