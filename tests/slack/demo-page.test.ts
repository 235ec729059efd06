import { eq } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { absences, decisions } from '../../db/schema/index.ts';
import { channel } from '../../demo/slack/settings.ts';
import { openSlackRoom, slackPolicy, slackUserOf, type SlackRoom } from '../support/slack-room.ts';

let room: SlackRoom;
beforeAll(async () => {
  room = await openSlackRoom({ policies: [slackPolicy()] });
});
afterAll(() => room.close());

const waiting = { timeout: 15_000, interval: 20 };
const vera = slackUserOf('validator-1');
const send = (path: string, fields: Record<string, string>) =>
  room.app.request(path, {
    method: 'POST',
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    body: new URLSearchParams(fields).toString(),
  });
const pageOf = async (query: string) => (await room.app.request(`/demo/slack?${query}`)).text();

/** The fields of the form around a button with this label, as a browser without scripts would send them. */
function formAround(html: string, label: string): Record<string, string> {
  const end = html.lastIndexOf(`>${label}</button>`);
  const form = html.slice(html.lastIndexOf('<form', end), end);
  return Object.fromEntries(
    [...form.matchAll(/<input type="hidden" name="([^"]+)" value="([^"]*)"/g)].map(([, name, value]) => [name, value]),
  );
}

describe('without an account and without scripts, a newcomer', () => {
  it('sees a card, approves it by press and modal, and sees how it ended', async () => {
    const { review } = await room.open('low');
    await expect.poll(() => room.copiesOf(review.id).length, waiting).toBe(3);
    const fields = formAround(await pageOf(`as=${vera}&in=${channel.id}`), 'Approve');
    expect(fields).toMatchObject({ '.as': vera, '.in': channel.id });
    expect((await send('/demo/slack/press', fields)).status).toBe(303);

    await expect.poll(() => pageOf(`as=${vera}&in=${channel.id}`), waiting).toContain('role="dialog"');
    const modal = await pageOf(`as=${vera}&in=${channel.id}`);
    const empty = formAround(modal, 'Approve');
    await send('/demo/slack/submit', empty);
    expect(await pageOf(`as=${vera}`)).toContain('Please complete this required field.');
    await send('/demo/slack/submit', { ...empty, reason: 'ok' });
    expect(await pageOf(`as=${vera}`)).toContain('Say what you looked at');
    await send('/demo/slack/submit', { ...empty, reason: 'Read the plan & the <intervals>, all of them.' });
    expect(await pageOf(`as=${vera}`)).not.toContain('role="dialog"');
    expect(await room.database.db.select().from(decisions).where(eq(decisions.reviewId, review.id))).toHaveLength(1);
    await expect
      .poll(() => pageOf(`as=${vera}&in=dm`), waiting)
      .toContain('Read the plan &amp; the &lt;intervals&gt;, all of them.');
  });

  it('asks by command, and reads the answer alone', async () => {
    await send('/demo/slack/command', { '.as': vera, '.in': channel.id, text: '/countersign' });
    expect(await pageOf(`as=${vera}`)).toContain('Only visible to you');
    expect(await pageOf(`as=${slackUserOf('admin')}`)).not.toContain('Only visible to you');
  });

  it('opens the Home, says who stands in, and comes back', async () => {
    await send('/demo/slack/home', { '.as': vera, '.in': 'home' });
    const home = () => pageOf(`as=${vera}&in=home`);
    await expect.poll(home, waiting).toContain('Set out of office');
    await send('/demo/slack/press', formAround(await home(), 'Set out of office'));
    await expect.poll(home, waiting).toContain('role="dialog"');
    const day = (days: number) => new Date(Date.now() + days * 86_400_000).toISOString().slice(0, 10);
    const victor = slackUserOf('validator-2');
    await send('/demo/slack/submit', { ...formAround(await home(), 'Set'), from: day(2), to: day(3), deputy: victor });
    await expect.poll(home, waiting).toContain('Victor Lindqvist stands in');
    expect(await room.database.db.select().from(absences)).toMatchObject([{ handle: 'validator-1', deputy: 'validator-2' }]); // prettier-ignore
    await send('/demo/slack/press', formAround(await home(), 'I am back'));
    await expect.poll(home, waiting).toContain('You are here.');
  });
});

it('lists messages and views as JSON', async () => {
  const { items, nextCursor, views } = (await (await room.app.request('/demo/slack?format=json')).json()) as {
    items: Record<string, unknown>[];
    nextCursor: null;
    views: Record<string, unknown>[];
  };
  expect(nextCursor).toBeNull();
  expect(items.some(({ user, channel: where }) => user === vera && String(where).startsWith('D'))).toBe(true);
  for (const item of items)
    expect(item).toMatchObject({ channel: expect.any(String), ts: expect.stringMatching(/^\d+\.\d{6}$/), user: expect.any(String), text: expect.any(String), blocks: expect.any(Array) }); // prettier-ignore
  expect(views.some(({ user }) => user === vera)).toBe(true);
});

describe('the double is strict: it refuses', () => {
  const call = async (method: string, args: Record<string, unknown>, token = room.settings.token) =>
    (await (
      await fetch(`${room.settings.apiUrl}${method}`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
        body: JSON.stringify(args),
      })
    ).json()) as { ok: boolean; error?: string };
  const section = (text: string) => [{ type: 'section', text: { type: 'plain_text', text } }];

  it.each<[string, string, Record<string, unknown>, string]>([
    ['a method that we do not call', 'chat.delete', {}, 'unknown_method'],
    ['a channel that is not there', 'chat.postMessage', { channel: 'C1', text: 'x' }, 'channel_not_found'],
    ['nothing said', 'chat.postMessage', { channel: channel.id }, 'no_text'],
    ['a text that is too long', 'chat.postMessage', { channel: channel.id, text: 'x'.repeat(40_001) }, 'msg_too_long'],
    ['a block that is too long', 'chat.postMessage', { channel: channel.id, blocks: section('x'.repeat(3_001)) }, 'invalid_blocks'],
    ['a block that is none', 'chat.postMessage', { channel: channel.id, blocks: [{ type: 'banner' }] }, 'invalid_blocks'],
    ['a field that Slack does not know', 'chat.postMessage', { channel: channel.id, blocks: [{ ...section('x')[0], colour: 'red' }] }, 'invalid_blocks'],
    ['51 blocks', 'chat.postMessage', { channel: channel.id, blocks: Array.from({ length: 51 }, () => ({ type: 'divider' })) }, 'invalid_blocks'],
    ['an edit of nothing', 'chat.update', { channel: channel.id, ts: '1.000001', text: 'x' }, 'message_not_found'],
    ['a modal without a trigger', 'views.open', { trigger_id: '', view: { type: 'modal', title: { type: 'plain_text', text: 'x' }, blocks: [] } }, 'invalid_trigger_id'],
    ['a title that is too long', 'views.open', { trigger_id: 't', view: { type: 'modal', title: { type: 'plain_text', text: 'x'.repeat(25) }, blocks: [] } }, 'invalid_arguments'],
    ['nobody', 'conversations.open', { users: 'U1' }, 'user_not_found'],
  ])('%s', async (_, method, args, error) => {
    expect(await call(method, args)).toMatchObject({ ok: false, error });
  }); // prettier-ignore

  it('a token that is not the bot’s', async () => {
    expect(await call('auth.test', {}, 'xoxb-other')).toMatchObject({ ok: false, error: 'invalid_auth' });
  });

  it('a trigger that was used', async () => {
    const view = { type: 'modal', title: { type: 'plain_text', text: 'x' }, blocks: [] };
    expect(await call('views.open', { trigger_id: 'once', view })).toMatchObject({ ok: true });
    expect(await call('views.open', { trigger_id: 'once', view })).toMatchObject({ error: 'exchanged_trigger_id' });
  });
});
