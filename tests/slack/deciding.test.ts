import { eq } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { decisions, people, reviews, slackRequests } from '../../db/schema/index.ts';
import { channel } from '../../demo/slack/settings.ts';
import { buildPolicy, uniqueName } from '../support/build.ts';
import { openSlackRoom, slackPolicy, slackUserOf, type SlackRoom } from '../support/slack-room.ts';

let room: SlackRoom;
beforeAll(async () => {
  room = await openSlackRoom({
    policies: [
      // Low: one press is enough. Medium: a reason is needed, by two people. High: Slack proves too little to approve.
      slackPolicy((policy) => {
        policy.reason = { required: 'onReject', minimumLength: 12, unlikeLast: 3 };
      }),
      buildPolicy('medium', (policy) => {
        policy.validation.signOff.quorum = 2;
        policy.notify.slack.channel = channel.id;
        policy.assurance = { approve: 'slack', reject: 'slack', requestChanges: 'slack' };
        policy.reason = { required: 'always', minimumLength: 12, unlikeLast: 3 };
      }),
      buildPolicy('high', (policy) => {
        policy.assurance = { approve: 'web', reject: 'slack', requestChanges: 'slack' };
        policy.notify.slack.channel = channel.id;
      }),
    ],
  });
});
afterAll(() => room.close());

const waiting = { timeout: 15_000, interval: 20 };
const textOf = (value: unknown) => JSON.stringify(value);

async function copies(reviewId: string, count = 3) {
  await expect.poll(() => room.copiesOf(reviewId).length, waiting).toBe(count);
  return room.copiesOf(reviewId);
}
const decisionsOn = (reviewId: string) => room.database.db.select().from(decisions).where(eq(decisions.reviewId, reviewId)); // prettier-ignore
const inChannel = (items: Awaited<ReturnType<typeof copies>>) => items.find((item) => item.channel === channel.id)!;
const notesTo = (handle: string) =>
  room.items().filter(({ user, blocks, channel: where }) => user === slackUserOf(handle) && where === channel.id && blocks.length > 0); // prettier-ignore
const reasonIn = (text: string) => ({ reason: { reason: { type: 'plain_text_input', value: text } } });

describe('one press', () => {
  it('decides where nothing has to be said, and every copy loses its buttons and keeps what happened', async () => {
    const { review } = await room.open('low');
    const cards = await copies(review.id);
    expect(cards.map(({ user }) => user).sort()).toEqual(
      [slackUserOf('validator-1'), slackUserOf('validator-2'), 'U0COUNTBOT'].sort(),
    );
    const answer = await room.postPayload(room.pressOf('validator-1', inChannel(cards), 'decide:APPROVED'));
    expect([answer.status, await answer.text()]).toEqual([200, '']);
    expect(await decisionsOn(review.id)).toMatchObject([{ handle: 'validator-1', outcome: 'APPROVED', channel: 'slack' }]); // prettier-ignore
    await expect
      .poll(() => room.copiesOf(review.id).every((copy) => !textOf(copy.blocks).includes('decide:')), waiting)
      .toBe(true);
    for (const copy of room.copiesOf(review.id)) {
      expect(textOf(copy.blocks)).toMatch(/Approved.*by Vera Okafor/);
      expect(textOf(copy.blocks)).toContain('1 of 1 approved');
    }
  });

  it('told of again and again, signed anew or not, is one decision', async () => {
    const { review } = await room.open('low');
    const press = room.pressOf('validator-1', inChannel(await copies(review.id)), 'decide:APPROVED');
    const answers = await Promise.all([
      room.postPayload(press),
      room.postPayload(press),
      room.postPayload(press, { headers: { 'x-slack-retry-num': '1', 'x-slack-retry-reason': 'http_timeout' } }),
      room.postPayload(press, { signedAt: 2_000 }),
      room.postPayload(press, { signedAt: -240_000 }),
    ]);
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 200, 200]);
    expect(await decisionsOn(review.id)).toHaveLength(1);
    expect(notesTo('validator-1')).toEqual([]);
  });

  it('that was decided but not answered before the server died is the same decision when it comes again', async () => {
    const { review } = await room.open('low');
    const press = room.pressOf('validator-2', inChannel(await copies(review.id)), 'decide:APPROVED');
    await room.postPayload(press);
    await room.database.db.delete(slackRequests);
    const again = await room.postPayload(press);
    expect(again.status).toBe(200);
    expect(await decisionsOn(review.id)).toHaveLength(1);
    expect(notesTo('validator-2')).toEqual([]);
  });

  it('that comes too late reads who decided and when, alone', async () => {
    const { review } = await room.open('low');
    const card = inChannel(await copies(review.id));
    await room.postPayload(room.pressOf('validator-1', card, 'decide:APPROVED'));
    const before = notesTo('validator-2').length;
    expect((await room.postPayload(room.pressOf('validator-2', card, 'decide:REJECTED'))).status).toBe(200);
    await expect.poll(() => notesTo('validator-2').length, waiting).toBe(before + 1);
    expect(textOf(notesTo('validator-2').at(-1))).toMatch(/decided before.*Approved by Vera Okafor on \d{4}-/);
    expect(await decisionsOn(review.id)).toHaveLength(1);
  });

  it('of somebody who is not asked says why, alone, and the review waits on', async () => {
    const { review } = await room.open('low');
    const card = inChannel(await copies(review.id));
    await room.postPayload(room.pressOf('compliance-1', card, 'decide:APPROVED'));
    await expect.poll(() => notesTo('compliance-1').length, waiting).toBe(1);
    expect(textOf(notesTo('compliance-1'))).toContain('asks other people');
    await room.postPayload(room.pressOf('data-scientist-1', card, 'decide:APPROVED'));
    await expect
      .poll(() => textOf(notesTo('data-scientist-1')), waiting)
      .toContain('of this version; somebody independent');
    expect(await decisionsOn(review.id)).toEqual([]);
  });

  it('claims the review, and every copy says for whom', async () => {
    const { review } = await room.open('low');
    await room.postPayload(room.pressOf('validator-2', inChannel(await copies(review.id)), 'claim'));
    await expect
      .poll(() => room.copiesOf(review.id).every((copy) => textOf(copy.blocks).includes('claimed by Victor Lindqvist')), waiting)
      .toBe(true); // prettier-ignore
  });
});

describe('a modal', () => {
  const openModal = async (handle: string, reviewId: string, action = 'decide:APPROVED', count = 3) => {
    const press = room.pressOf(handle, inChannel(await copies(reviewId, count)), action);
    await room.postPayload(press);
    await expect.poll(() => room.modalOf(press), waiting).toBeDefined();
    return room.modalOf(press)!;
  };

  it.each([
    ['is no text', 'Half a sign stands here: \ud83d'],
    ['is longer than the page takes', 'x'.repeat(12_000)],
  ])('says at the reason that it %s, and records nothing', async (_, reason) => {
    const { review } = await room.open('medium');
    const modal = await openModal('validator-1', review.id);
    const answer = await room.postPayload(room.submissionOf('validator-1', modal, reasonIn(reason)));
    expect(answer.status).toBe(200);
    expect(await answer.json()).toMatchObject({ response_action: 'errors', errors: { reason: expect.any(String) } });
    expect(await decisionsOn(review.id)).toEqual([]);
  });

  it('takes the reason, and the progress shows in every copy', async () => {
    const { review } = await room.open('medium');
    const modal = await openModal('validator-1', review.id);
    const reason = `Read the plan and the intervals, ${uniqueName('note')}`;
    const answer = await room.postPayload(room.submissionOf('validator-1', modal, reasonIn(reason)));
    expect([answer.status, await answer.text()]).toEqual([200, '']);
    expect(await decisionsOn(review.id)).toMatchObject([{ handle: 'validator-1', reason }]);
    await expect
      .poll(() => room.copiesOf(review.id).every((copy) => textOf(copy.blocks).includes('1 of 2 approved')), waiting)
      .toBe(true);
    expect(textOf(room.copiesOf(review.id)[0]?.blocks)).toContain(reason);
  });

  it('says at the reason what is wrong with it, and stays open', async () => {
    const { review } = await room.open('medium');
    const modal = await openModal('validator-1', review.id);
    const answer = await room.postPayload(room.submissionOf('validator-1', modal, reasonIn('ok')));
    expect(await answer.json()).toMatchObject({ response_action: 'errors', errors: { reason: expect.any(String) } });
    expect(await decisionsOn(review.id)).toEqual([]);
  });

  it('sent again is one decision, and sent again with other words changes nothing', async () => {
    const { review } = await room.open('medium');
    const modal = await openModal('validator-1', review.id);
    const submission = room.submissionOf('validator-1', modal, reasonIn(`Looked at all of it, ${uniqueName('note')}`));
    for (let time = 0; time < 3; time++) expect((await room.postPayload(submission)).status).toBe(200);
    const other = room.submissionOf('validator-1', modal, reasonIn(`Something else entirely, ${uniqueName('note')}`));
    expect(await (await room.postPayload(other)).json()).toMatchObject({ response_action: 'update' });
    expect(await decisionsOn(review.id)).toHaveLength(1);
  });

  it('counts for whoever Slack signed for, whomever its fields name', async () => {
    const { review } = await room.open('medium');
    const modal = await openModal('validator-1', review.id);
    const submission = room.submissionOf('compliance-1', modal, reasonIn('Vera said that I may decide for her.'));
    const answer = await room.postPayload({ ...submission, user_id: slackUserOf('validator-1') });
    expect(await answer.json()).toMatchObject({ response_action: 'update' });
    expect(await decisionsOn(review.id)).toEqual([]);
  });

  it.each(['', '{"seen":"rev_x"}', 'not json'])(
    'with metadata that is not ours decides nothing: %s',
    async (metadata) => {
      const { review } = await room.open('medium');
      const modal = await openModal('validator-1', review.id);
      const answer = await room.postPayload(room.submissionOf('validator-1', modal, reasonIn('Read all of it today.'), { metadata })); // prettier-ignore
      expect(await answer.json()).toMatchObject({ response_action: 'update' });
      expect(await decisionsOn(review.id)).toEqual([]);
    },
  );
});

describe('where Slack proves too little', () => {
  it('the button is a link to the page that asks for that very answer, and a forged press gets the same link', async () => {
    const { review } = await room.open('high');
    const card = inChannel(await copies(review.id));
    const link = `${room.url}/reviews/${review.id}?outcome=APPROVED#decision`;
    expect(textOf(card.blocks)).toContain(`"action_id":"confirm:APPROVED"`);
    expect(textOf(card.blocks)).toContain(link.replace(room.url, ''));
    const before = notesTo('validator-1').length;
    await room.postPayload(room.pressOf('validator-1', card, 'decide:APPROVED', { value: `${review.id}/${review.revision}/${review.evidenceDigest}` })); // prettier-ignore
    await expect.poll(() => notesTo('validator-1').length, waiting).toBe(before + 1);
    expect(textOf(notesTo('validator-1').at(-1))).toContain(link);
    expect(await decisionsOn(review.id)).toEqual([]);
  });

  it('a forged modal is not taken either', async () => {
    const { review } = await room.open('high');
    await copies(review.id);
    const seen = `${review.id}/${review.revision}/${review.evidenceDigest}`;
    const view = { id: 'V1', type: 'modal', callback_id: 'decision', title: { type: 'plain_text', text: 'x' }, blocks: [], private_metadata: JSON.stringify({ seen, outcome: 'APPROVED' }) }; // prettier-ignore
    const answer = await room.postPayload(room.submissionOf('validator-1', view, reasonIn('Looked at everything there is.'))); // prettier-ignore
    expect(textOf(await answer.json())).toContain('Slack proves too little');
    expect(await decisionsOn(review.id)).toEqual([]);
  });
});

describe('who somebody is', () => {
  it('is not asked of another workspace, even with the right user id', async () => {
    const { review } = await room.open('low');
    const card = inChannel(await copies(review.id));
    await room.postPayload(room.pressOf('validator-1', card, 'decide:APPROVED', { team: 'T0STRANGER' }));
    const shared = room.pressOf('validator-1', card, 'decide:APPROVED');
    await room.postPayload({ ...shared, user: { ...shared.user, team_id: 'T0STRANGER' } });
    expect(await decisionsOn(review.id)).toEqual([]);
  });

  it('is said once, on a signed-in page; the link is used up and the step is journaled', async () => {
    const { review } = await room.open('low');
    const card = inChannel(await copies(review.id));
    await room.database.db.update(people).set({ slackUserId: null }).where(eq(people.handle, 'admin'));
    const before = notesTo('admin').length;
    await room.postPayload(room.pressOf('admin', card, 'decide:APPROVED'));
    await expect.poll(() => notesTo('admin').length, waiting).toBe(before + 1);
    const path = /\/slack\/link\?code=[\w-]+/.exec(textOf(notesTo('admin').at(-1)))?.[0] ?? '';
    const signedOut = await room.app.request(path);
    expect([signedOut.status, signedOut.headers.get('location')]).toEqual([303, `/sign-in?next=${encodeURIComponent(path)}`]); // prettier-ignore

    const signIn = (handle: string) =>
      room.app.request('/sign-in', { method: 'POST', headers: { 'content-type': 'application/x-www-form-urlencoded' }, body: `handle=${handle}` }); // prettier-ignore
    const cookie = (await signIn('admin')).headers.get('set-cookie')?.split(';')[0] ?? '';
    const ask = (method: string, body?: string) =>
      room.app.request(method === 'GET' ? path : '/slack/link', { method, headers: { cookie, 'content-type': 'application/x-www-form-urlencoded' }, ...(body ? { body } : {}) }); // prettier-ignore
    expect(await (await ask('GET')).text()).toContain('Is this Slack account yours?');
    const code = path.split('=')[1] ?? '';
    expect((await ask('POST', `code=${code}`)).status).toBe(200);
    expect((await ask('POST', `code=${code}`)).status).toBe(404);
    expect(await room.journalOf('people')).toContainEqual(
      expect.objectContaining({ type: 'person.linked', data: { handle: 'admin', slackUserId: slackUserOf('admin') } }),
    );
  });

  it('is nobody else: a Slack user that is linked cannot be linked to a second person', async () => {
    const { linkSlack, issueSlackLink } = await import('../../api/services/link-slack.ts');
    const url = await issueSlackLink(room.deps, slackUserOf('validator-1'));
    const [auditor] = await room.database.db.select().from(people).where(eq(people.handle, 'auditor'));
    await expect(linkSlack(room.deps, { person: auditor!, channel: 'web' }, url.split('code=')[1]!)).rejects.toThrow(/somebody else/); // prettier-ignore
  });
});

describe('the command', () => {
  it('lists what waits for me', async () => {
    const { review } = await room.open('low');
    await copies(review.id);
    const answer = (await (await room.command('validator-1', '')).json()) as Record<string, unknown>;
    expect(answer.response_type).toBe('ephemeral');
    expect(textOf(answer)).toMatch(/reviews? waits? for you/);
    expect(textOf(answer)).toContain('/reviews/rev_');
    for (const said of ['reviews', 'my reviews'])
      expect(textOf(await (await room.command('validator-1', said)).json())).toContain('/reviews/rev_');
  });

  it('says where a version stands, and nothing of one that is not there', async () => {
    const { review, model } = await room.open('low');
    await copies(review.id);
    expect(textOf(await (await room.command('auditor', `status ${model} 1`)).json())).toContain('is validating');
    expect(textOf(await (await room.command('auditor', 'status nothing 1')).json())).toContain('There is no version');
    expect(textOf(await (await room.command('auditor', 'help me')).json())).toContain('/countersign status');
  });
});

it('shows my reviews in the Home of the app', async () => {
  const { review } = await room.open('low');
  await copies(review.id);
  await room.workspace.openHome(slackUserOf('validator-1'));
  await expect.poll(() => textOf(room.workspace.look(slackUserOf('validator-1'), 'home')?.home), waiting).toContain(review.id); // prettier-ignore
});

it('a press names an open review that is gone, or none, and nothing happens', async () => {
  const { review } = await room.open('low');
  const card = inChannel(await copies(review.id));
  for (const value of [
    '',
    'rev_none/1/x',
    `rev_none/1/${review.evidenceDigest}`,
    `${review.id}/9/${review.evidenceDigest}`,
    '../../x/1/2',
    `${review.id}/1/sha256:${'0'.repeat(64)}`,
  ])
    // prettier-ignore
    expect((await room.postPayload(room.pressOf('validator-1', card, 'decide:APPROVED', { value }))).status).toBe(200);
  expect(await decisionsOn(review.id)).toEqual([]);
  expect((await room.database.db.select().from(reviews).where(eq(reviews.id, review.id)))[0]?.state).toBe('READY');
});
