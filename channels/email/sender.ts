// Reviews by e-mail. A mail cannot be edited: a copy is its opening, and what follows it in the same thread.
import { createHash } from 'node:crypto';
import nodemailer from 'nodemailer';
import { PermanentRefusal, type Card, type CardRecipient, type CardSender } from '../../domain/card.ts';
import { isClosed } from '../../domain/review.ts';
import { parseAddress } from './address.ts';
import { oneLine } from './clean-text.ts';
import type { MailContent } from './mail-content.ts';
import { CHART_CID, renderOpening } from './render-card.ts';
import { renderEnding } from './render-ending.ts';
import { renderHtml } from './render-html.tsx';
import { renderNotice } from './render-notice.ts';
import { renderText } from './render-text.ts';

export interface EmailSenderOptions {
  /** `smtp://` or `smtps://`, with user and password where the server asks for them. */
  smtpUrl: string;
  from: { name: string; address: string };
  /** What stands behind the @ of Message-IDs. */
  domain: string;
  /** Where people reach us, without a slash at the end. */
  publicUrl: string;
  /** Makes and keeps a one-time code for this person and the review as the card shows it. */
  tokenFor: (card: Card, person: { handle: string }) => Promise<string>;
  /** The signed address to which this person answers; undefined where inbound mail is not set up. */
  replyAddressFor?: (reviewId: string, handle: string) => string;
  /** @default 10 s to connect, 10 s to be greeted, 30 s of silence */
  timeouts?: { connectMs: number; greetMs: number; silenceMs: number };
  /** Told of an address that its server refuses for good, before `HardBounce` is thrown. */
  bounced?: (address: string, reason: string) => Promise<void>;
  now: () => Date;
}

/** The SMTP server refuses this mailbox for good: the address is not to be tried again. */
export class HardBounce extends PermanentRefusal {
  override name = 'HardBounce';
  readonly address: string;

  constructor(address: string, reason: string) {
    super(reason);
    this.address = address;
  }
}

/** What is kept of a copy: its thread, and what was told in it last. */
interface Place {
  messageId: string;
  told: 'open' | 'ended';
  evidence: string;
}

export interface EmailSender extends CardSender {
  close: () => void;
}

export function createEmailSender(options: EmailSenderOptions): EmailSender {
  const { domain, from, publicUrl, tokenFor, replyAddressFor } = options;
  const { timeouts = { connectMs: 10_000, greetMs: 10_000, silenceMs: 30_000 } } = options;
  const transport = nodemailer.createTransport({
    ...transportOf(options.smtpUrl),
    pool: true,
    maxConnections: 4,
    maxMessages: 200,
    connectionTimeout: timeouts.connectMs,
    greetingTimeout: timeouts.greetMs,
    socketTimeout: timeouts.silenceMs,
    dnsTimeout: timeouts.connectMs,
    disableFileAccess: true,
    disableUrlAccess: true,
  });

  interface Outgoing {
    recipient: CardRecipient;
    content: MailContent;
    messageId: string;
    /** The message that this one follows. */
    thread: string | undefined;
    reviewId: string | undefined;
    picture?: Buffer;
  }

  const send = async ({ recipient, content, messageId, thread, reviewId, picture }: Outgoing): Promise<void> => {
    const { person } = recipient;
    const mailbox = parseAddress(person?.email);
    if (!person || !mailbox) throw new PermanentRefusal('There is no mailbox that we could be sure of.');
    const replyTo = reviewId === undefined ? undefined : replyAddressFor?.(reviewId, person.handle);
    try {
      await transport.sendMail({
        from,
        to: { name: oneLine(person.name, 100), address: mailbox.address },
        ...(replyTo === undefined ? {} : { replyTo: { name: from.name, address: replyTo } }),
        envelope: { from: replyTo ?? from.address, to: [mailbox.address] },
        subject: oneLine(content.subject, 250),
        text: renderText(content),
        html: renderHtml(content),
        messageId,
        ...(thread === undefined ? {} : { inReplyTo: thread, references: [thread] }),
        date: options.now(),
        headers: { 'Auto-Submitted': 'auto-generated', 'X-Auto-Response-Suppress': 'OOF, AutoReply' },
        attachments: picture
          ? [{ filename: 'chart.png', content: picture, cid: CHART_CID, contentType: 'image/png', contentDisposition: 'inline' as const }]
          : [],
      }); // prettier-ignore
    } catch (error) {
      const refusal = refusalFrom(error, mailbox.address);
      if (refusal instanceof HardBounce) await options.bounced?.(mailbox.address, refusal.message);
      throw refusal;
    }
  };

  const sendOpening = async (card: Card, recipient: CardRecipient, place: Place | undefined): Promise<Place> => {
    const { person } = recipient;
    if (!person) throw new PermanentRefusal('A mail goes to a person.');
    const messageId = rootIdOf(card.reviewId, person.handle, domain);
    const code = await tokenFor(card, person);
    const decideUrl = `${publicUrl}/mail/reviews/${encodeURIComponent(card.reviewId.toWellFormed())}?code=${encodeURIComponent(code)}`;
    // A picture that cannot be drawn holds up no review.
    const picture = await card.chart?.png().catch(() => undefined);
    const content = renderOpening(
      picture ? card : { ...card, chart: null },
      person,
      { decideUrl, mayReply: replyAddressFor !== undefined },
      place && (place.told === 'ended' ? 'reopened' : 'evidence'),
    );
    const isFirst = place === undefined;
    await send({
      recipient,
      content: isFirst ? content : { ...content, subject: `Re: ${content.subject}` },
      messageId: isFirst ? messageId : followUpId(place.messageId, `evidence-${card.evidenceDigest}-${card.dueAt}`),
      thread: place?.messageId,
      reviewId: card.reviewId,
      ...(picture ? { picture } : {}),
    });
    return { messageId: place?.messageId ?? messageId, told: 'open', evidence: card.evidenceDigest };
  };

  return {
    channel: 'email',

    deliver: async (card, recipient, kept) => {
      const place = placeOf(kept);
      const { person } = recipient;
      if (!person) throw new PermanentRefusal('A mail goes to a person.');
      if (isClosed(card.state)) {
        // Whoever was never asked need not hear that nobody has to be.
        if (place === undefined || place.told === 'ended') return { ...kept, told: 'ended' };
        const hasDecided = card.decisions.some(({ by }) => by.handle === person.handle);
        await send({
          recipient,
          content: renderEnding(card, person, hasDecided),
          messageId: followUpId(place.messageId, 'ended'),
          thread: place.messageId,
          reviewId: undefined,
        });
        return { ...place, told: 'ended' };
      }
      const isTold = place?.told === 'open' && place.evidence === card.evidenceDigest;
      return { ...(isTold ? place : await sendOpening(card, recipient, place)) };
    },

    tell: async (notice, recipient, kept) => {
      const place = placeOf(kept);
      await send({
        recipient,
        content: renderNotice(notice, publicUrl),
        messageId: `<${shortHash(`${notice.key}\0${recipient.name}`)}.notice@${domain}>`,
        thread: place?.messageId,
        reviewId: /\/reviews\/([^/?#]+)/.exec(notice.url)?.[1],
      });
    },

    close: () => transport.close(),
  };
}

function placeOf(kept: Record<string, string> | null): Place | undefined {
  if (kept?.['messageId'] === undefined) return undefined;
  return {
    messageId: kept['messageId'],
    told: kept['told'] === 'ended' ? 'ended' : 'open',
    evidence: kept['evidence'] ?? '',
  };
}

/** Nothing personal, and the same however often it is made: a mail that is sent again after a lost answer is one message to its reader. */
const rootIdOf = (reviewId: string, handle: string, domain: string): string =>
  `<${reviewId.replaceAll(/[^\w-]/g, '')}.${shortHash(`${reviewId}\0${handle}`)}@${domain}>`;

const followUpId = (root: string, what: string): string => root.replace('@', `.${shortHash(what)}@`);

const shortHash = (text: string): string => createHash('sha256').update(text).digest('hex').slice(0, 20);

function transportOf(smtpUrl: string) {
  const url = new URL(smtpUrl);
  const secure = url.protocol === 'smtps:';
  return {
    host: url.hostname.replace(/^\[|\]$/g, ''),
    port: url.port === '' ? (secure ? 465 : 587) : Number(url.port),
    secure,
    ...(url.username === ''
      ? {}
      : { auth: { user: decodeURIComponent(url.username), pass: decodeURIComponent(url.password) } }),
  };
}

/** Replies that speak of the mailbox rather than of the message or of us. */
const mailboxReplies = new Set([550, 551, 553]);

function refusalFrom(error: unknown, address: string): unknown {
  if (!(error instanceof Error)) return error;
  const { permanent, responseCode, command, code } = error as Error & {
    permanent?: boolean;
    responseCode?: number;
    command?: string;
    code?: string;
  };
  // Our own password being wrong says nothing of the mail: an operator mends it, and then it goes.
  if (permanent !== true || code === 'EAUTH' || command?.startsWith('AUTH')) return error;
  if (responseCode !== undefined && mailboxReplies.has(responseCode) && command?.startsWith('RCPT'))
    return new HardBounce(address, error.message);
  return new PermanentRefusal(error.message);
}
