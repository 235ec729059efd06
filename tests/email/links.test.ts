import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { buildPolicy, uniqueName } from '../support/build.ts';
import { mailPolicy, openMailRoom, type MailRoom } from '../support/mail-room.ts';

let room: MailRoom;
beforeAll(async () => {
  room = await openMailRoom({
    policies: [
      mailPolicy(),
      mailPolicy((policy) => {
        Object.assign(policy, { id: 'medium', riskTier: 'medium' });
        policy.validation.signOff.quorum = 2;
        policy.notify.email.redact = ['findings', 'summary', 'reasons'];
      }),
      buildPolicy('high'),
    ],
  });
});
afterAll(() => room.close());

const reason = () => `Looked at the metrics and the model card, ${uniqueName('note')}`;
const approve = () => ({ outcome: 'APPROVED', reason: reason() });
const decisionsOn = async (reviewId: string) =>
  (await room.database.pool.query('SELECT handle, outcome, channel FROM decisions WHERE review_id = $1', [reviewId]))
    .rows;

/** The one answer of a code that does not decide, without what names the request or the review. */
const spentPage = async (answer: Response) => {
  expect(answer.status).toBe(410);
  return (await answer.text()).replaceAll(/rev_[0-9a-z]+/g, 'rev').replaceAll(/code=[\w-]*/g, 'code');
};

describe('the link of a mail', () => {
  it('shows the review to whoever opens it, and a press decides for the person it was sent to', async () => {
    const { review, mailTo } = await room.open();
    const link = room.linkIn(mailTo('validator-1'));
    const shown = await room.page(link);
    expect(shown.status).toBe(200);
    const html = await shown.text();
    expect(html).toContain(review.question);
    expect(html).toContain('Vera Okafor');

    const pressed = await room.press(link, approve());
    expect(pressed.status).toBe(200);
    expect(await pressed.text()).toContain('You approved');
    expect(await decisionsOn(review.id)).toEqual([{ handle: 'validator-1', outcome: 'APPROVED', channel: 'email' }]);
    const [closed] = await room.reviewsOf(review.modelVersionId);
    expect(closed?.outcome).toBe('APPROVED');
  });

  it('signs nobody in, neither by looking nor by a press', async () => {
    const { mailTo } = await room.open();
    const link = room.linkIn(mailTo('validator-1'));
    const answers = [await room.page(link), await room.press(link, approve())];
    for (const answer of answers) expect(answer.headers.get('set-cookie')).toBeNull();
    expect((await room.page('/reviews')).headers.get('location')).toContain('/sign-in');
  });

  it('is kept as a hash only, with 256 bits of chance', async () => {
    const { review, mailTo } = await room.open();
    const code = new URL(room.linkIn(mailTo('validator-1')), room.url).searchParams.get('code')!;
    expect(Buffer.from(code, 'base64url')).toHaveLength(32);
    const { rows } = await room.database.pool.query('SELECT * FROM mail_tokens WHERE review_id = $1', [review.id]);
    expect(rows).toHaveLength(2);
    expect(JSON.stringify(rows)).not.toContain(code);
  });

  it('takes what was wrong in the form back to the person, and is not used up by it', async () => {
    const { mailTo } = await room.open();
    const link = room.linkIn(mailTo('validator-1'));
    const short = await room.press(link, { outcome: 'APPROVED', reason: 'ok' });
    expect(short.status).toBe(422);
    expect(await short.text()).toContain('Nothing was recorded');
    expect((await room.press(link, approve())).status).toBe(200);
  });

  it('decides nothing where a field of the form comes twice', async () => {
    const { review, mailTo } = await room.open();
    const link = room.linkIn(mailTo('validator-1'));
    const twice = await room.press(link, [['outcome', 'REJECTED'], ...Object.entries(approve())]);
    expect(twice.status).toBe(422);
    expect(await decisionsOn(review.id)).toEqual([]);
    expect((await room.press(link, approve())).status).toBe(200);
  });

  it('leads to the signed-in page where the policy asks for more than a mail proves', async () => {
    const { review, mailTo } = await room.open('high');
    const link = room.linkIn(mailTo('validator-1'));
    const html = await (await room.page(link)).text();
    expect(html).toContain(`href="/reviews/${review.id}"`);
    expect(html).not.toContain('data-decision-form');
    const pressed = await room.press(`${link}`, {
      ...approve(),
      code: new URL(link, room.url).searchParams.get('code')!,
      formToken: 'made up',
      revision: String(review.revision),
      evidenceDigest: review.evidenceDigest,
    });
    expect(pressed.status).toBe(403);
    expect(await decisionsOn(review.id)).toEqual([]);
  });

  it('holds back what the policy holds back from mail', async () => {
    const { review, mailTo } = await room.open('medium');
    const mail = mailTo('validator-1');
    const html = await (await room.page(room.linkIn(mail))).text();
    expect(review.summary).not.toBe('');
    for (const text of [mail.text!, mail.html!, html]) expect(text).not.toContain(review.summary);
    expect(html).toContain('shown to whoever is signed in');
  });

  it('answers the same, whatever the cause that it does not decide', async () => {
    const used = await room.open();
    const usedLink = room.linkIn(used.mailTo('validator-1'));
    await room.press(usedLink, approve());
    const decidedByAnother = room.linkIn(used.mailTo('validator-2'));

    const claimed = await room.open();
    await room.house.database.pool.query(`UPDATE reviews SET assignee = 'validator-2', state = 'RESERVED' WHERE id = $1`, [claimed.review.id]);
    const changed = await room.open();
    await room.house.database.pool.query('UPDATE reviews SET revision = 5, material_revision = 5 WHERE id = $1', [changed.review.id]);
    const removed = await room.open();
    await room.house.database.pool.query(`DELETE FROM review_candidates WHERE review_id = $1 AND handle = 'validator-1'`, [removed.review.id]);
    const other = await room.open();
    const elsewhere = room.linkIn(other.mailTo('validator-1'));
    const code = new URL(elsewhere, room.url).searchParams.get('code')!;

    const links = {
      used: usedLink,
      'decided by another': decidedByAnother,
      'claimed by another': room.linkIn(claimed.mailTo('validator-1')),
      'about older evidence': room.linkIn(changed.mailTo('validator-1')),
      'of somebody not asked any more': room.linkIn(removed.mailTo('validator-1')),
      'of another review': `/mail/reviews/${changed.review.id}?code=${code}`,
      'of no review': `/mail/reviews/rev_00000000000000000000?code=${code}`,
      'with a wrong code': elsewhere.replace(code, 'A'.repeat(43)),
      'with a short code': elsewhere.replace(code, 'A'),
      'with no code': elsewhere.split('?')[0]!,
    };
    const pages = await Promise.all(Object.values(links).map(async (link) => spentPage(await room.page(link))));
    expect(new Set(pages).size).toBe(1);
    for (const link of Object.values(links)) {
      const { searchParams, pathname } = new URL(link, room.url);
      const pressed = await room.page(pathname, {
        method: 'POST',
        headers: { 'content-type': 'application/x-www-form-urlencoded', 'sec-fetch-site': 'same-origin' },
        body: new URLSearchParams({ ...approve(), code: searchParams.get('code') ?? '', formToken: 'x', revision: '1', evidenceDigest: used.review.evidenceDigest }).toString(),
      });
      expect((await spentPage(pressed)).length).toBeGreaterThan(0);
    }
    expect(await decisionsOn(other.review.id)).toEqual([]);
  }); // prettier-ignore

  it('decides for nobody else who is signed in, though they hold it', async () => {
    const { review, mailTo } = await room.open();
    const link = room.linkIn(mailTo('validator-1'));
    const signedIn = await room.page('/sign-in', {
      method: 'POST',
      headers: { 'content-type': 'application/x-www-form-urlencoded', 'sec-fetch-site': 'same-origin' },
      body: 'handle=validator-2',
    });
    const cookie = signedIn.headers.get('set-cookie')!.split(';')[0]!;
    expect((await room.page(link, { headers: { cookie } })).status).toBe(410);
    expect((await room.press(link, approve(), { cookie })).status).toBe(410);
    expect(await decisionsOn(review.id)).toEqual([]);
  });

  it('keeps as refused what was pressed on its page after somebody else had decided', async () => {
    const { review, mailTo } = await room.open();
    const link = room.linkIn(mailTo('validator-1'));
    const shown = await (await room.page(link)).text();
    await room.press(room.linkIn(mailTo('validator-2')), approve());
    const said = reason();
    const late = await room.page(link.split('?')[0]!, {
      method: 'POST',
      headers: { 'content-type': 'application/x-www-form-urlencoded', 'sec-fetch-site': 'same-origin' },
      body: new URLSearchParams([...room.hiddenIn(shown), ['outcome', 'REJECTED'], ['reason', said]]).toString(),
    });
    await spentPage(late);
    const refused = (await room.journalOf(review.modelVersionId)).filter(({ type }) => type === 'decision.refused');
    expect(refused).toMatchObject([{ actor: { id: 'validator-1' }, reason: said, data: { code: 'ALREADY_DECIDED' } }]);
    expect(await decisionsOn(review.id)).toMatchObject([{ handle: 'validator-2' }]);
  });

  it('is too old after a week', async () => {
    const { mailTo } = await room.open();
    const link = room.linkIn(mailTo('validator-1'));
    room.advance(7 * 86_400_000 + 1_000);
    try {
      expect((await room.page(link)).status).toBe(410);
    } finally {
      room.advance(-(7 * 86_400_000 + 1_000));
    }
  });

  it('records one decision however many presses come at once, with whatever outcome', async () => {
    const { review, mailTo } = await room.open();
    const link = room.linkIn(mailTo('validator-1'));
    const outcomes = ['APPROVED', 'REJECTED', 'CHANGES_REQUESTED'];
    const answers = await Promise.all(
      Array.from({ length: 9 }, (_, n) => room.press(link, { outcome: outcomes[n % 3]!, reason: reason() })),
    );
    expect(answers.filter(({ status }) => status === 200).length).toBe(1);
    expect(await decisionsOn(review.id)).toHaveLength(1);
  });
});

describe('the form behind the link', () => {
  const posts: Record<string, Record<string, string>> = {
    'from another site': { 'sec-fetch-site': 'cross-site' },
    'from a neighbour of ours': { 'sec-fetch-site': 'same-site' },
    'from another origin, in an old browser': { origin: 'https://evil.example', 'sec-fetch-site': '' },
    'as plain text': { 'content-type': 'text/plain' },
    'as JSON': { 'content-type': 'application/json' },
  };
  it.each(Object.entries(posts))('is refused when it comes %s', async (_name, headers) => {
    const { review, mailTo } = await room.open();
    const answer = await room.press(room.linkIn(mailTo('validator-1')), approve(), headers);
    expect([403, 415]).toContain(answer.status);
    expect(await decisionsOn(review.id)).toEqual([]);
  });

  it('is good for two hours, and for its own link only', async () => {
    const one = await room.open();
    const two = await room.open();
    const tokenOf = async (link: string) =>
      /name="formToken" value="([^"]+)"/.exec(await (await room.page(link)).text())![1]!;
    const [first, second] = [room.linkIn(one.mailTo('validator-1')), room.linkIn(two.mailTo('validator-1'))];
    const foreign = await room.page(first.split('?')[0]!, {
      method: 'POST',
      headers: { 'content-type': 'application/x-www-form-urlencoded', 'sec-fetch-site': 'same-origin' },
      body: new URLSearchParams({
        ...approve(),
        code: new URL(first, room.url).searchParams.get('code')!,
        formToken: await tokenOf(second),
        revision: String(one.review.revision),
        evidenceDigest: one.review.evidenceDigest,
      }).toString(),
    });
    expect(foreign.status).toBe(403);
    expect(await decisionsOn(one.review.id)).toEqual([]);
  });
});
