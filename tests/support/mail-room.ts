// A house whose reviews go out by e-mail to a real SMTP server, and whose pages answer the links in them.
import { randomBytes } from 'node:crypto';
import { expect } from 'vitest';
import type { AppDeps } from '../../api/app-deps.ts';
import { createEmailSender } from '../../channels/email/sender.ts';
import { replyAddress } from '../../channels/email/reply-address.ts';
import { issueMailToken } from '../../db/queries/mail-tokens.ts';
import type { Policy } from '../../domain/policy.ts';
import { buildPolicy, buildSubmission, uniqueName } from './build.ts';
import { openHouse } from './house.ts';
import { listenHere } from './listen-here.ts';
import { openMailServer, type SentMail } from './mail-server.ts';
import { createPlainApp } from './plain-app.ts';

export const inboundSecret = 'secret-of-the-mail-server-in-tests-long-enough';
export const authservId = 'mx.countersign.test';
const domain = 'countersign.test';

/** One validator is enough, and a mail proves enough. */
export const mailPolicy = (change: (policy: Policy) => void = () => undefined): Policy =>
  buildPolicy('low', (policy) => {
    policy.assurance = { approve: 'email', reject: 'email', requestChanges: 'email' };
    policy.notify.email.mayDecideByReply = true;
    change(policy);
  });

export type MailRoom = Awaited<ReturnType<typeof openMailRoom>>;

export async function openMailRoom(options: { policies?: Policy[]; app?: Partial<AppDeps> } = {}) {
  const server = await openMailServer();
  const replyKey = randomBytes(32);
  let clockAhead = 0;
  const now = () => new Date(Date.now() + clockAhead);
  const sender = createEmailSender({
    smtpUrl: server.url,
    from: { name: 'Countersign', address: `reviews@${domain}` },
    domain,
    publicUrl: 'http://countersign.test',
    tokenFor: (card, person) => issueMailToken(house.database.pool, card, person, now()),
    replyAddressFor: (reviewId, handle) => replyAddress(replyKey, reviewId, handle, domain),
    now,
  });
  const house = await openHouse({
    senders: [sender],
    policies: options.policies ?? [mailPolicy(), buildPolicy('medium'), buildPolicy('high')],
  });
  const app = createPlainApp(house.database, {
    now,
    wakeRelay: house.deps.wakeRelay,
    inboundMail: { secret: inboundSecret, replyKey, authservId },
    ...options.app,
  });
  const listening = await listenHere(app);
  const { url } = listening;

  const linkIn = (mail: SentMail): string => {
    const [link] = /http:\/\/countersign\.test\/mail\/reviews\/\S+/.exec(mail.text ?? '') ?? [];
    if (!link) throw new Error('The mail has no link that decides');
    return link.replace('http://countersign.test', '');
  };

  /** The hidden fields of a page, as its form sends them. */
  const hiddenIn = (html: string) =>
    [...html.matchAll(/<input type="hidden" name="([^"]+)" value="([^"]*)"/g)].map(
      ([, name, value]) => [name!, value!] as [string, string],
    );

  const page = (path: string, init: RequestInit = {}) => app.request(path, init);

  return {
    ...house,
    house,
    app,
    server,
    sender,
    url,
    linkIn,
    hiddenIn,
    page,
    answerAddress: (reviewId: string, handle: string) => replyAddress(replyKey, reviewId, handle, domain),
    /** Moves the clock of pages and sender. */
    advance: (milliseconds: number) => {
      clockAhead += milliseconds;
    },
    /** A version whose validation waits, and the mails that ask for it, by the handle in their address. */
    open: async (riskTier: 'low' | 'medium' | 'high' = 'low', model = uniqueName('model')) => {
      const { modelVersionId } = await house.submit(buildSubmission({ model, riskTier }));
      const [review] = await house.openReviews(modelVersionId);
      const asks = (mail: SentMail) => (mail.text ?? '').includes(`/mail/reviews/${review!.id}?`);
      const mails = await server.arrived(2, asks);
      const isSettled = async () =>
        (await house.database.pool.query(`SELECT FROM card_copies WHERE review_id = $1 AND place IS NOT NULL`, [review!.id])).rowCount === 2; // prettier-ignore
      await expect.poll(isSettled, { timeout: 10_000, interval: 20 }).toBe(true);
      const mailTo = (handle: string): SentMail => {
        const mail = mails.find(({ envelope }) => envelope.to.includes(`${handle}@example.com`));
        if (!mail) throw new Error(`${handle} got no mail`);
        return mail;
      };
      return { review: review!, modelVersionId, mailTo };
    },
    /** What a press on the page sends: its hidden fields, and what the person chose. */
    press: async (
      link: string,
      fields: Record<string, string> | [string, string][],
      headers: Record<string, string> = {},
    ) => {
      const hidden = hiddenIn(await (await page(link)).text());
      return page(link.split('?')[0]!, {
        method: 'POST',
        headers: {
          'content-type': 'application/x-www-form-urlencoded',
          'sec-fetch-site': 'same-origin',
          ...headers,
        },
        body: new URLSearchParams([...hidden, ...(Array.isArray(fields) ? fields : Object.entries(fields))]).toString(),
      });
    },
    /** Hands a mail over as a mail server would. */
    handOver: async (raw: string, headers: Record<string, string> = {}) =>
      app.request('/v1/mail/inbound', {
        method: 'POST',
        headers: { authorization: `Bearer ${inboundSecret}`, 'content-type': 'message/rfc822', ...headers },
        body: raw.replaceAll(/\r?\n/g, '\r\n'),
      }),
    close: async () => {
      sender.close();
      await listening.close();
      await house.close();
      await server.close();
    },
  };
}
