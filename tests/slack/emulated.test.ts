import { eq } from 'drizzle-orm';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { decisions, people } from '../../db/schema/index.ts';
import { uniqueName } from '../support/build.ts';
import { openEmulatedSlack, type EmulatedSlack } from '../support/emulated-slack.ts';
import { openSlackRoom, slackPolicy, type SlackRoom } from '../support/slack-room.ts';

/** The emulator's only workspace. */
const team = 'T000000001';

let slack: EmulatedSlack;
let room: SlackRoom;
beforeAll(async () => {
  slack = await openEmulatedSlack();
  room = await openSlackRoom({
    slack: { token: slack.token, apiUrl: slack.apiUrl, teamId: team },
    policies: [slackPolicy((policy) => (policy.notify.slack.channel = slack.channelId))],
  });
  for (const handle of ['validator-1', 'validator-2', 'compliance-1'])
    await room.database.db.update(people).set({ slackUserId: await slack.userOf(handle) }).where(eq(people.handle, handle)); // prettier-ignore
});
afterAll(async () => {
  await room.close();
  await slack.close();
});

const waiting = { timeout: 15_000, interval: 20 };
const textOf = (value: unknown) => JSON.stringify(value ?? '');

it('in a Slack that nobody here wrote, a review is asked, answered in a modal, and closed in every copy', async () => {
  const { review } = await room.open('low');
  const vera = await slack.userOf('validator-1');
  const direct = (await slack.client.conversations.open({ users: vera })).channel?.id ?? '';
  const cardIn = async (channel: string) =>
    (await slack.history(channel)).find(({ blocks }) => textOf(blocks).includes(review.id));
  await expect.poll(async () => (await cardIn(direct)) && (await cardIn(slack.channelId)), waiting).toBeDefined();

  const card = (await cardIn(slack.channelId))!;
  const press = {
    ...room.pressOf('validator-1', { channel: slack.channelId, ts: card.ts!, blocks: card.blocks as unknown[] }, 'decide:APPROVED', { team }),
    user: { id: vera, team_id: team },
    trigger_id: await slack.trigger(vera),
  }; // prettier-ignore
  expect((await room.postPayload(press)).status).toBe(200);
  // The policy asks for a reason: the emulator takes the modal, and the id that it gave comes back with what was typed.
  const opened = async () =>
    ((await (await fetch(`${slack.apiUrl.replace('/api/', '')}/?tab=views`)).text()).match(/V[A-Z0-9]{8,}/) ?? [])[0];
  await expect.poll(opened, waiting).toBeDefined();
  const seen = `${review.id}/${review.revision}/${review.evidenceDigest}`;
  const view = { id: (await opened())!, type: 'modal', callback_id: 'decision', title: { type: 'plain_text', text: 'Approve' }, blocks: [], private_metadata: JSON.stringify({ seen, outcome: 'APPROVED' }) }; // prettier-ignore
  const reason = `Read the plan and the intervals, ${uniqueName('note')}`;
  const submission = { ...room.submissionOf('validator-1', view, { reason: { reason: { value: reason } } }, { team }), user: { id: vera, team_id: team } }; // prettier-ignore
  const answer = await room.postPayload(submission);
  expect([answer.status, await answer.text()]).toEqual([200, '']);
  expect(await room.database.db.select().from(decisions).where(eq(decisions.reviewId, review.id))).toMatchObject([{ handle: 'validator-1', reason }]); // prettier-ignore
  for (const channel of [direct, slack.channelId]) {
    await expect.poll(async () => textOf((await cardIn(channel))?.blocks), waiting).toContain(reason);
    expect(textOf((await cardIn(channel))?.blocks)).not.toContain('decide:');
  }
  expect(room.failures).toEqual([]);
});
