import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { slackRequests } from '../../db/schema/index.ts';
import { createPlainApp } from '../support/plain-app.ts';
import { openSlackRoom, slackUserOf, type SlackRoom } from '../support/slack-room.ts';

let room: SlackRoom;
beforeAll(async () => {
  room = await openSlackRoom({ withWorkers: false });
});
afterAll(() => room.close());

const json = 'application/json';
const challenge = JSON.stringify({ type: 'url_verification', challenge: '3eZbrw1aB10FEMAGAZd4FyFQ' });

it('answers the challenge with which Slack checks the address', async () => {
  const answer = await room.post(challenge, { contentType: json });
  expect(await answer.json()).toEqual({ challenge: '3eZbrw1aB10FEMAGAZd4FyFQ' });
});

describe('refuses, before it looks at the body, what', () => {
  it.each([
    ['is signed by somebody else', { secret: 'another-secret-of-somebody-else' }],
    ['was signed six minutes ago', { signedAt: -360_000 }],
    ['will be signed in six minutes', { signedAt: 360_000 }],
    ['has no signature', { headers: { 'x-slack-signature': '' } }],
    ['has no time', { headers: { 'x-slack-request-timestamp': '' } }],
  ])('%s', async (_, how) => {
    const answer = await room.post('{"no json', { contentType: json, ...how });
    expect(answer.status).toBe(401);
    expect(answer.headers.get('content-type')).toBe('application/problem+json');
  });
});

it.each([
  ['a body that is no JSON', '{"a":', json, 400],
  ['a body that is no object', '[]', json, 400],
  ['a body that is no UTF-8', Buffer.from([0x22, 0xff, 0x22]), json, 400],
  ['a form with two payloads', 'payload=%7B%7D&payload=%7B%7D', 'application/x-www-form-urlencoded', 400],
  ['another kind of body', 'a', 'text/plain', 415],
  ['a payload that nothing answers', JSON.stringify({ type: 'nonsense' }), json, 404],
  ['a step of a workflow of Slack', JSON.stringify({ type: 'event_callback', event: { type: 'function_executed' } }), json, 404],
  ['a press on a button of nobody', `payload=${encodeURIComponent(JSON.stringify({ type: 'block_actions', user: { id: 'U1' }, actions: [{ action_id: 'x', type: 'button' }] }))}`, 'application/x-www-form-urlencoded', 404],
])('refuses %s, though it is signed', async (_, body, contentType, status) => {
  expect((await room.post(body, { contentType })).status).toBe(status);
}); // prettier-ignore

it.each([
  ['a modal without a view', { type: 'view_submission', user: { id: 'U1' } }],
  ['a modal of nobody', { type: 'view_submission', view: { id: 'V1' } }],
  ['a press of nobody', { type: 'block_actions', actions: [{ action_id: 'claim', type: 'button' }] }],
  ['a press on nothing', { type: 'block_actions', user: { id: 'U1' }, actions: null }],
  ['a press on a button without a name', { type: 'block_actions', user: { id: 'U1' }, actions: [{ action_id: null }] }],
  ['an event that is none', { type: 'event_callback', event: null }],
  ['a command of nobody', { command: '/countersign', text: '' }],
  ['a shortcut of nobody', { type: 'shortcut' }],
])('refuses %s as malformed, though it is signed', async (_, payload) => {
  const answer = await room.post(JSON.stringify(payload), { contentType: json });
  expect([answer.status, ((await answer.json()) as { code: string }).code]).toEqual([400, 'MALFORMED_JSON']);
});

it('remembers nothing of what it refused', async () => {
  expect(await room.database.db.select().from(slackRequests)).toEqual([]);
});

it('takes an event that comes three times once', async () => {
  const event = JSON.stringify({
    type: 'event_callback',
    team_id: 'T0COUNTERS',
    event_id: 'Ev1',
    event: { type: 'app_home_opened', tab: 'home', user: slackUserOf('auditor'), channel: 'D1' },
  });
  for (let time = 0; time < 3; time++)
    expect((await room.post(event, { contentType: json, signedAt: time * 1_000, headers: { 'x-slack-retry-num': String(time) } })).status).toBe(200); // prettier-ignore
  const homes = () => room.workspace.everything().homes.filter(({ user }) => user === slackUserOf('auditor'));
  await expect.poll(homes, { timeout: 10_000, interval: 20 }).toHaveLength(1);
});

it('is not there where Slack is not set up, nor is the demo of it', async () => {
  const app = createPlainApp(room.database, { demo: false });
  for (const path of ['/demo/slack', '/demo/slack?format=json']) expect((await app.request(path)).status).toBe(404);
  for (const path of ['/slack/events', '/demo/slack/api/auth.test', '/demo/slack/press'])
    expect((await app.request(path, { method: 'POST', headers: { 'content-type': 'application/x-www-form-urlencoded' } })).status).toBe(404); // prettier-ignore
});
