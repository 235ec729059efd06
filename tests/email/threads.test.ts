import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readCard } from '../../courier/read-card.ts';
import { findRecipient } from '../../db/queries/card-copies.ts';
import { buildPolicy, uniqueName } from '../support/build.ts';
import { mailPolicy, openMailRoom, type MailRoom } from '../support/mail-room.ts';
import type { SentMail } from '../support/mail-server.ts';

let room: MailRoom;
beforeAll(async () => {
  room = await openMailRoom({ policies: [mailPolicy(), buildPolicy('medium'), buildPolicy('high', (policy) => {
    policy.validation.signOff.quorum = 2;
  })] });
  await room.database.pool.query(`UPDATE people SET time_zone = 'Asia/Tokyo' WHERE handle = 'validator-2'`);
}); // prettier-ignore
afterAll(() => room.close());

const words = (text: string): string => text.replaceAll(/\s+/g, ' ').trim();
const textOf = (html: string): string =>
  words(
    html
      .replace(/^[\s\S]*<body/, '<body')
      .replaceAll(/<style[\s\S]*?<\/style>/g, '')
      .replaceAll(/<[^>]+>/g, ' ')
      .replaceAll('&quot;', '"')
      .replaceAll('&#39;', "'")
      .replaceAll('&nbsp;', ' ')
      .replaceAll('&amp;', '&'),
  );

describe('a review that opens', () => {
  it('reaches each candidate with one mail that says what is asked, in both forms', async () => {
    const model = uniqueName('model');
    const { review, mailTo } = await room.open('low', model);
    const mail = mailTo('validator-1');
    expect(mail.subject).toMatch(
      new RegExp(`^\\[Review\\] ${model} 1 – .+ – due \\w{3} \\d+ \\w{3} \\d{4}, \\d\\d:\\d\\d UTC$`),
    );
    expect(mail.envelope.to).toEqual(['validator-1@example.com']);
    expect(mail.header('auto-submitted')).toBe('auto-generated');
    const html = textOf(mail.html!);
    for (const said of [
      review.question,
      review.summary,
      'Due',
      'Read and decide',
      review.evidenceDigest.slice(0, 19),
    ]) {
      expect(mail.text).toContain(said);
      expect(html).toContain(said);
    }
    // Everything that the text says, line by line, the HTML says too; addresses stand behind its links.
    for (const line of mail.text!.split('\n').map((each) => words(each.replace(/^[*\s]+/, ''))))
      for (const part of line.split(/https?:\/\/\S+|: /).map((each) => words(each)))
        expect(html).toContain(part.replace(/\($|\)$/g, '').replace(/:$/, ''));
    expect(mail.html).not.toMatch(/<(script|form|input|img)|https?:\/\/(?!countersign\.test)/);
  });

  it('tells the deadline in the reader’s own time zone', async () => {
    const { mailTo } = await room.open();
    expect(mailTo('validator-1').subject).toContain('UTC');
    expect(mailTo('validator-2').subject).toMatch(/GMT\+9|JST/);
  });

  it('has a Message-ID that names nobody, and is the same when the mail is sent again', async () => {
    const { review, mailTo } = await room.open();
    const mail = mailTo('validator-1');
    expect(mail.messageId).toMatch(new RegExp(`^<${review.id}\\.[0-9a-f]+@countersign\\.test>$`));
    expect(mail.messageId).not.toContain('validator');
    const card = await readCard(room.database.pool, review.id, 'email', 'http://countersign.test');
    const person = await findRecipient(room.database.pool, 'validator-1');
    await room.sender.deliver(card!, { name: 'validator-1', person: person! }, null);
    const isAgain = ({ messageId }: SentMail) => messageId === mail.messageId;
    const again = await room.server.arrived(2, isAgain);
    expect(again).toHaveLength(2);
  });
});

describe('a review that ends', () => {
  it('tells whoever is no longer needed who decided, how and why, in the same thread', async () => {
    const { review, mailTo } = await room.open();
    const [first, opening] = [mailTo('validator-1'), mailTo('validator-2')];
    const reason = `I compared both groups row by row, ${uniqueName('note')}`;
    await room.press(room.linkIn(first), { outcome: 'APPROVED', reason });
    const follows = (root: SentMail) => (mail: SentMail) => mail.header('in-reply-to') === root.messageId;
    const [spared] = await room.server.arrived(1, follows(opening));
    expect(spared!.subject).toMatch(/^Re: \[Review\]/);
    expect(spared!.header('references')).toBe(opening.messageId);
    for (const form of [spared!.text!, textOf(spared!.html!)])
      for (const said of ['No longer needed', 'Vera Okafor approved', reason, 'Approved:'])
        expect(form).toContain(said);
    const [own] = await room.server.arrived(1, follows(first));
    expect(own!.text).toContain('The review you decided on is over');
    const about = room.server.mails.filter(
      ({ text, envelope }) => text?.includes(review.id) && envelope.to[0]!.startsWith('validator-'),
    );
    expect(about).toHaveLength(4);
  });

  it('sends nothing for a step that asks nothing new of anybody', async () => {
    const { review, mailTo } = await room.open('high');
    const [copy, other] = [mailTo('validator-1'), mailTo('validator-2')];
    await room.decide(review, 'validator-1', 'APPROVED');
    // The courier has seen the step once its copies show that revision.
    await expect
      .poll(async () => (await room.database.pool.query('SELECT 1 FROM card_copies WHERE review_id = $1 AND shown_revision = 2', [review.id])).rowCount, { timeout: 10_000, interval: 20 })
      .toBe(2);
    const ids = room.server.mails.flatMap(({ header }) => header('in-reply-to') ?? []);
    expect(ids).not.toContain(copy.messageId);
    expect(ids).not.toContain(other.messageId);
  }); // prettier-ignore
});

describe('an address', () => {
  it('that the server refuses for good is tried once', async () => {
    await room.database.pool.query(`UPDATE people SET email = 'gone@example.com' WHERE handle = 'compliance-1'`);
    let asked = 0;
    room.server.hooks.recipient = (address) => {
      if (address !== 'gone@example.com') return undefined;
      asked += 1;
      return { code: 550, text: '5.1.1 no such user' };
    };
    const card = { key: uniqueName('key'), kind: 'decided', title: 'Decided', body: 'Somebody decided.', url: 'http://countersign.test/' }; // prettier-ignore
    const person = { handle: 'compliance-1', name: 'Carla', email: 'gone@example.com', slackUserId: null, timeZone: 'UTC' }; // prettier-ignore
    await expect(room.sender.tell(card, { name: 'compliance-1', person }, null)).rejects.toMatchObject({
      name: 'HardBounce',
      address: 'gone@example.com',
    });
    expect(asked).toBe(1);
    room.server.hooks.recipient = () => undefined;
  });
});
