import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { buildPolicy, uniqueName } from '../support/build.ts';
import { authservId, inboundSecret, mailPolicy, openMailRoom, type MailRoom } from '../support/mail-room.ts';
import type { SentMail } from '../support/mail-server.ts';

let room: MailRoom;
beforeAll(async () => {
  room = await openMailRoom({
    policies: [
      mailPolicy(),
      mailPolicy((policy) => void Object.assign(policy, { id: 'medium', riskTier: 'medium' })),
      buildPolicy('high'),
    ],
  });
});
afterAll(() => room.close());
beforeEach(() => room.database.pool.query('DELETE FROM bounced_addresses'));

interface Answer {
  from?: string;
  to?: string;
  text: string;
  id?: string;
  headers?: string[];
}

const proof = `Authentication-Results: ${authservId}; dmarc=pass header.from=example.com`;
const replyTo = (mail: SentMail): string => mail.replyTo![0]!.address!;

const compose = (asked: SentMail, { from = asked.envelope.to[0]!, to = replyTo(asked), text, id, headers = [proof] }: Answer) =>
  [
    ...headers,
    `From: Somebody <${from}>`,
    `To: Countersign <${to}>`,
    `Subject: Re: ${uniqueName('subject')}`,
    `Message-ID: ${id ?? `<${uniqueName('answer')}@example.com>`}`,
    'Content-Type: text/plain; charset=utf-8',
    '',
    text,
    '',
    'On Tue, 24 Nov 2026 at 10:00, Countersign <reviews@countersign.test> wrote:',
    '> approve: this is what I quote, not what I say',
  ].join('\n'); // prettier-ignore

const send = async (raw: string) => (await room.handOver(raw)).json() as Promise<{ did: string; why: string | null }>;
const commentsOn = async (reviewId: string) =>
  (
    await room.database.pool.query<{ kind: string; handle: string; text: string; channel: string }>(
      'SELECT kind, handle, text, channel FROM review_comments WHERE review_id = $1 ORDER BY created_at',
      [reviewId],
    )
  ).rows;
const decisionsOn = async (reviewId: string) =>
  (await room.database.pool.query('SELECT handle, outcome, reason FROM decisions WHERE review_id = $1', [reviewId]))
    .rows;

describe('an answer to the mail of a review', () => {
  it('becomes a comment by whoever it was sent to, without what it quotes', async () => {
    const { review, mailTo } = await room.open();
    expect(await send(compose(mailTo('validator-1'), { text: 'Which year is the data from?' }))).toEqual({
      did: 'commented',
      why: null,
    });
    expect(await commentsOn(review.id)).toEqual([
      { kind: 'comment', handle: 'validator-1', text: 'Which year is the data from?', channel: 'email' },
    ]);
  });

  it('is cut where a comment ends, between two characters', async () => {
    const { review, mailTo } = await room.open();
    const receipt = await send(compose(mailTo('validator-1'), { text: `${'x'.repeat(3_999)}😀 and more` }));
    expect(receipt.did).toBe('commented');
    expect(await commentsOn(review.id)).toMatchObject([{ text: 'x'.repeat(3_999) }]);
  });

  it('is taken once, however often it is handed over', async () => {
    const { review, mailTo } = await room.open();
    const raw = compose(mailTo('validator-1'), { text: 'Once is enough.' });
    const receipts = await Promise.all([send(raw), send(raw), send(raw)]);
    expect(receipts.map(({ did }) => did).sort()).toEqual(['commented', 'repeated', 'repeated']);
    expect(await commentsOn(review.id)).toHaveLength(1);
  });

  it('asks for information with its first word, and the answer of whoever is asked lets the review go on', async () => {
    const { review, mailTo } = await room.open();
    const asked = await send(compose(mailTo('validator-1'), { text: 'ask: Where does the label come from?' }));
    expect(asked.did).toBe('asked');
    const [waiting] = await room.reviewsOf(review.modelVersionId);
    expect(waiting?.state).toBe('SUSPENDED');
    const owner = 'data-scientist-1';
    const to = room.answerAddress(review.id, owner);
    const answer = { from: `${owner}@example.com`, to, text: 'From the register of 2025.' };
    expect((await send(compose(mailTo('validator-1'), answer))).did).toBe('answered');
    const [going] = await room.reviewsOf(review.modelVersionId);
    expect(going?.state).toBe('READY');
    expect((await commentsOn(review.id)).map(({ kind }) => kind)).toEqual(['question', 'answer']);
  });

  it.each([
    ['from somebody else', { from: 'validator-2@example.com' }],
    ['from nobody we know', { from: 'stranger@example.com' }],
    ['to an address with another signature', { to: 'review+rev_00000000000000000000.00000000000000000000000000@countersign.test' }],
    ['by a machine', { headers: [proof, 'Auto-Submitted: auto-replied'] }],
    ['from a list', { headers: [proof, 'Precedence: list'] }],
    ['with two senders', { headers: [proof, 'From: validator-1@example.com'], from: 'stranger@example.com' }],
  ] as [string, Partial<Answer>][])('does nothing %s', async (_name, change) => {
    const { review, mailTo } = await room.open();
    const receipt = await send(compose(mailTo('validator-1'), { text: 'A word from the side.', ...change }));
    expect(receipt.did).toBe('ignored');
    expect(await commentsOn(review.id)).toEqual([]);
  }); // prettier-ignore

  it('that says nothing but what it quotes does nothing', async () => {
    const { review, mailTo } = await room.open();
    expect((await send(compose(mailTo('validator-1'), { text: '' }))).did).toBe('ignored');
    expect(await commentsOn(review.id)).toEqual([]);
  });

  it('is heard from the mail server only', async () => {
    const { mailTo } = await room.open();
    const raw = compose(mailTo('validator-1'), { text: 'Let me in.' });
    const statuses = await Promise.all(
      ['Bearer wrong', `Bearer ${inboundSecret}x`, `Basic ${inboundSecret}`, ''].map(
        async (authorization) => (await room.handOver(raw, { authorization })).status,
      ),
    );
    expect(statuses).toEqual([401, 401, 401, 401]);
  });
});

describe('an answer that decides', () => {
  const reason = () => `I read the card and compared the groups, ${uniqueName('note')}`;

  it('counts at tier low, where the policy says so and the sender is proved', async () => {
    const { review, mailTo } = await room.open();
    const why = reason();
    expect(await send(compose(mailTo('validator-1'), { text: `Approve: ${why}` }))).toEqual({ did: 'decided', why: null });
    expect(await decisionsOn(review.id)).toEqual([{ handle: 'validator-1', outcome: 'APPROVED', reason: why }]);
  }); // prettier-ignore

  it.each([
    ['nobody proved the sender', [] as string[]],
    ['another server says so', ['Authentication-Results: mx.evil.example; dmarc=pass header.from=example.com']],
    ['the server says it twice', [proof, proof]],
    ['DMARC failed', [`Authentication-Results: ${authservId}; dmarc=fail header.from=example.com; dkim=pass header.d=example.com`]],
    ['it was proved for another domain', [`Authentication-Results: ${authservId}; dmarc=pass header.from=evil.example`]],
    ['the signature is of a domain below', [`Authentication-Results: ${authservId}; dkim=pass header.d=a.example.com`]],
    ['the pass stands in a comment', [`Authentication-Results: ${authservId}; spf=none (dmarc=pass header.from=example.com)`]],
  ])('is a comment where %s', async (_name, headers) => {
    const { review, mailTo } = await room.open();
    const receipt = await send(compose(mailTo('validator-1'), { text: `approve: ${reason()}`, headers }));
    expect(receipt.did).toBe('commented');
    expect(receipt.why).toContain('did not prove');
    expect(await decisionsOn(review.id)).toEqual([]);
  }); // prettier-ignore

  it('is a comment above tier low, and its writer is told why, in the thread', async () => {
    const { review, mailTo } = await room.open('medium');
    const mail = mailTo('validator-1');
    const receipt = await send(compose(mail, { text: `approve: ${reason()}` }));
    expect(receipt.did).toBe('commented');
    expect(await decisionsOn(review.id)).toEqual([]);
    const [told] = await room.server.arrived(1, (each) => each.header('in-reply-to') === mail.messageId);
    expect(told!.subject).toBe('Your answer was kept as a comment');
    expect(told!.text).toContain('takes no decision on this review by an answer to a mail');
  });

  it('is a comment once the evidence is another than the mail showed', async () => {
    const { review, mailTo } = await room.open();
    const mail = mailTo('validator-1');
    await room.database.pool.query(`UPDATE card_copies SET place = place || '{"evidence": "older"}' WHERE review_id = $1`, [review.id]); // prettier-ignore
    expect((await send(compose(mail, { text: `reject: ${reason()}` }))).did).toBe('commented');
    expect(await decisionsOn(review.id)).toEqual([]);
  });

  it('with a reason that is longer than a reason may be is a comment, and its writer is told why', async () => {
    const { review, mailTo } = await room.open();
    const receipt = await send(compose(mailTo('validator-1'), { text: `approve: ${'word '.repeat(900)}` }));
    expect(receipt).toEqual({ did: 'commented', why: expect.stringContaining('4000 characters') as string });
    expect(await decisionsOn(review.id)).toEqual([]);
  });

  it('with too thin a reason is a comment', async () => {
    const { review, mailTo } = await room.open();
    expect((await send(compose(mailTo('validator-1'), { text: 'approve: ok' }))).did).toBe('commented');
    expect(await decisionsOn(review.id)).toEqual([]);
  });
});

describe('a bounce', () => {
  const report = (asked: SentMail, { status = '5.1.1', action = 'failed', recipient = asked.envelope.to[0]! } = {}) =>
    `Return-Path: <>
From: MAILER-DAEMON@mx.example.com
To: ${asked.envelope.from}
Message-ID: <${uniqueName('bounce')}@mx.example.com>
Subject: Undelivered Mail Returned to Sender
Auto-Submitted: auto-replied
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="b"

--b
Content-Type: text/plain

No such user.
--b
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.example.com

Final-Recipient: rfc822; ${recipient}
Action: ${action}
Status: ${status}
Diagnostic-Code: smtp; 550 no such user

--b--
`;
  const bounced = async () =>
    (await room.database.pool.query<{ address: string }>('SELECT address FROM bounced_addresses')).rows.map(
      ({ address }) => address,
    );

  it('marks the address that we wrote to', async () => {
    const { mailTo } = await room.open();
    expect((await send(report(mailTo('validator-1')))).did).toBe('bounced');
    expect(await bounced()).toEqual(['validator-1@example.com']);
  });

  it.each([
    ['that is not for good', { status: '4.2.2', action: 'delayed' }],
    ['of somebody whom the address is not for', { recipient: 'validator-2@example.com' }],
    ['of a stranger', { recipient: 'stranger@example.com' }],
  ])('%s marks nothing', async (_name, change) => {
    const { mailTo } = await room.open();
    expect((await send(report(mailTo('validator-1'), change))).did).toBe('ignored');
    expect(await bounced()).toEqual([]);
  });
});
