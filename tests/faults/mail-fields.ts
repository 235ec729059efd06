import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PermanentRefusal, type Card, type CardRecipient, type Notice } from '../../domain/card.ts';
import { createEmailSender } from '../../channels/email/sender.ts';
import { endedCard, usualCard } from '../support/sample-cards.ts';
import { openMailServer } from '../support/mail-server.ts';
import { newCount, type Suite } from './suite.ts';

const victim = 'vera@example.com';
const canary = 'the-canary-of-a-file-that-no-mail-may-hold';

/** What somebody writes who wants a further recipient, a header, a part or a file. */
function payloads(file: string): string[] {
  return [
    'x\r\nBcc: evil@x.example', 'x\nBcc: evil@x.example', 'x\rBcc: evil@x.example', 'x\r\n\r\n<b>body</b>', 'x\u2028Bcc: evil@x.example', 'x\u0085Bcc: evil@x.example',
    'x\r\n.\r\nMAIL FROM:<evil@x.example>', 'x\r\nRCPT TO:<evil@x.example>', '"x" <b@x.example>, evil@x.example', 'evil@x.example, other@x.example', 'x>, <evil@x.example', '<evil@x.example>',
    '=?utf-8?Q?=0D=0ABcc:_evil@x.example?=', '=?utf-8?B?DQpCY2M6IGV2aWxAeC5leGFtcGxl?=', 'x%0d%0aBcc:evil@x.example', 'x\u0000Bcc: evil@x.example', '\u202eelpmaxe.x@live',
    'Content-Type: text/html\r\n\r\n<script>alert(1)</script>', '--boundary\r\nContent-Disposition: attachment; filename="x.exe"', file, `file://${file}`, `{"path":"${file}"}`,
    '<script>alert(1)</script>', '"><img src=x onerror=alert(1)>', '<style>*{display:none}</style>', "javascript:alert(1)", '\ud800 half a character', '🙂'.repeat(500),
  ]; // prettier-ignore
}

/** Addresses that are more than one mailbox, or another than they seem. */
const badAddresses: unknown[] = [
  '"x" <b@x.example>, evil@x.example', 'vera@example.com, evil@x.example', 'vera@example.com; evil@x.example', '<vera@example.com>', 'Vera <vera@example.com>', 'vera@example.com\r\nRCPT TO:<evil@x.example>',
  'vera@example.com\nBcc: evil@x.example', '"vera@example.com evil"@x.example', '"evil@x.example> "@example.com', 'vera@example.com (evil@x.example)', 'vera@exаmple.com', 'vera@аррӏе.com', 'vera@xn--80ak6aa92e.com',
  'vera@[127.0.0.1]', 'vera@example.com%00', 'vera@example.com\u0000', 'vera@example..com', '@x.example:vera@example.com', 'vera%x.example@', 'group: vera@example.com, evil@x.example;', '', ' ', 'vera', `${'a'.repeat(1_000_000)}@x.example`,
  { path: '/etc/passwd' }, { href: 'http://127.0.0.1:1/' }, ['vera@example.com', 'evil@x.example'], { name: 'x', address: 'vera@example.com, evil@x.example' }, null, 17,
]; // prettier-ignore

const usualHeaders = new Set([
  'from', 'to', 'reply-to', 'subject', 'message-id', 'in-reply-to', 'references', 'date', 'mime-version', 'content-type', 'content-transfer-encoding', 'auto-submitted', 'x-auto-response-suppress',
]); // prettier-ignore

export const mailFields: Suite = {
  name: 'mail-fields',
  does: 'what people write into every field of a mail: ends of lines, further recipients, headers, files (A-14)',
  run: async ({ isShort, say }) => {
    const count = newCount();
    const server = await openMailServer();
    const folder = mkdtempSync(join(tmpdir(), 'canary-'));
    const file = join(folder, 'canary.txt');
    writeFileSync(file, canary);
    const sender = createEmailSender({
      smtpUrl: server.url,
      from: { name: 'Countersign', address: 'reviews@example.com' },
      domain: 'example.com',
      publicUrl: 'https://countersign.example.com',
      tokenFor: async () => 'c'.repeat(43),
      replyAddressFor: () => 'review+rev_1.00000000000000000000000000@example.com',
      now: () => new Date(),
    });
    const person = { handle: 'validator-1', name: 'Vera Okafor', email: victim, slackUserId: null, timeZone: 'UTC' };

    /** Sends, and looks at what arrived: to one reader, with headers of ours, without the file. */
    const attempt = async (name: string, send: () => Promise<unknown>, mayArrive: boolean) => {
      count.injected++;
      server.mails.length = 0;
      try {
        await send();
      } catch (error) {
        if (!(error instanceof PermanentRefusal)) count.lost.push(`${name}: ${String(error)}`);
        if (server.mails.length > 0) count.let_through.push(`${name}: refused, and sent`);
        return;
      }
      if (!mayArrive) count.let_through.push(`${name}: was sent to ${JSON.stringify(server.mails.map(({ envelope }) => envelope.to))}`);
      for (const mail of server.mails) {
        if (mail.envelope.to.join() !== victim) count.let_through.push(`${name}: went to ${mail.envelope.to.join()}`);
        if ((mail.to ?? []).length !== 1 || mail.cc?.length || mail.bcc?.length) count.let_through.push(`${name}: names more readers`);
        const odd = mail.headers.filter(({ key }) => !usualHeaders.has(key));
        const twice = mail.headers.length !== new Set(mail.headers.map(({ key }) => key)).size;
        if (odd.length > 0 || twice) count.let_through.push(`${name}: has headers ${odd.map(({ key }) => key).join() || 'twice'}`);
        if ([...(mail.subject ?? '')].length > 300) count.let_through.push(`${name}: has a subject of ${mail.subject?.length}`);
        if (mail.attachments.length > 0) count.let_through.push(`${name}: holds a file`);
        if (mail.raw.includes(canary) || mail.raw.includes(Buffer.from(canary).toString('base64').slice(0, 40))) count.let_through.push(`${name}: holds what the file holds`);
        if (/<script|<img src=x|onerror="|<style>\*/i.test(mail.html ?? '')) count.let_through.push(`${name}: is more than text in HTML`);
      }
    }; // prettier-ignore

    const cardFields = ['title', 'question', 'summary', 'model', 'version', 'progress', 'url'] as const;
    const fieldsOf = (text: string): [string, Card, CardRecipient][] => {
      const to = { name: person.handle, person };
      const by = { handle: 'x', name: text, slackUserId: null };
      return [
        ...cardFields.map((field): [string, Card, CardRecipient] => [field, { ...usualCard, [field]: text }, to]),
        ['the asker', { ...usualCard, requestedBy: by }, to],
        ['a finding', { ...usualCard, findings: usualCard.findings!.map((each) => ({ ...each, id: text, title: text, message: text, limit: text })) }, to],
        ['a reason', { ...usualCard, decisions: usualCard.decisions.map((each) => ({ ...each, by, reason: text })) }, to],
        ['the name of the reader', usualCard, { name: person.handle, person: { ...person, name: text } }],
        ['the handle of the reader', usualCard, { name: text, person: { ...person, handle: text } }],
        ['the time zone of the reader', usualCard, { name: person.handle, person: { ...person, timeZone: text } }],
        ['the id of the review', { ...usualCard, reviewId: text }, to],
      ];
    }; // prettier-ignore

    try {
      const chosen = payloads(file).filter((_, index) => !isShort || index % 4 === 0);
      for (const text of [...chosen, 'x'.repeat(1_000_000)]) {
        const shown = JSON.stringify(text.slice(0, 40));
        for (const [field, card, to] of fieldsOf(text)) {
          await attempt(`${shown} in ${field}`, () => sender.deliver(card, to, null), true);
        }
        const ended = { ...endedCard, ending: { sentence: text, at: endedCard.dueAt } };
        await attempt(`${shown} in the ending`, () => sender.deliver(ended, { name: person.handle, person }, { messageId: '<a@example.com>', told: 'open', evidence: '' }), true);
        for (const field of ['title', 'body', 'url', 'key', 'kind'] as const) {
          const notice: Notice = { key: 'k', kind: 'reminded', title: 'A reminder', body: 'Due soon.', url: 'https://countersign.example.com/reviews/rev_1', [field]: text };
          await attempt(`${shown} in the ${field} of a notice`, () => sender.tell(notice, { name: person.handle, person }, null), true);
        }
      }
      for (const address of badAddresses) {
        const to = { name: person.handle, person: { ...person, email: address as string } };
        await attempt(`the address ${JSON.stringify(address)?.slice(0, 60)}`, () => sender.deliver(usualCard, to, null), false);
        await attempt(`a notice to ${JSON.stringify(address)?.slice(0, 60)}`, () => sender.tell({ key: 'k', kind: 'x', title: 't', body: 'b', url: '' }, to, null), false);
      }
      say(`${count.injected} mails with something in them that has no place there`);
    } finally {
      sender.close();
      await server.close();
      rmSync(folder, { recursive: true });
    }
    return count;
  }, // prettier-ignore
};
