import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { WebSocketServer, type WebSocket } from 'ws';
import { createSlackInbox } from '../../api/services/slack-inbox.ts';
import { startSocketMode } from '../../channels/slack/socket-mode.ts';
import { uniqueName } from '../support/build.ts';
import { openSlackRoom, slackUserOf, type SlackRoom } from '../support/slack-room.ts';

// The part of Slack that Socket Mode talks to: an address on asking, then envelopes, each to be acknowledged by its id.
let room: SlackRoom;
let stop: () => Promise<void>;
let connection: WebSocket;
const acknowledged: { envelope_id: string; payload?: unknown }[] = [];
const http = createServer((request, response) => {
  const { port } = http.address() as AddressInfo;
  const isRight = request.url === '/api/apps.connections.open' && request.headers.authorization === 'Bearer xapp-test';
  response
    .writeHead(200, { 'content-type': 'application/json' })
    .end(JSON.stringify(isRight ? { ok: true, url: `ws://127.0.0.1:${port}/link` } : { ok: false, error: 'invalid_auth' }));
}); // prettier-ignore
const sockets = new WebSocketServer({ server: http });

beforeAll(async () => {
  room = await openSlackRoom({ withWorkers: false });
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve));
  const connected = new Promise<WebSocket>((resolve) => sockets.once('connection', resolve));
  const { port } = http.address() as AddressInfo;
  const inbox = createSlackInbox({ ...room.deps, cursorKey: Buffer.alloc(32) }, room.settings, () => undefined);
  stop = startSocketMode(inbox, 'xapp-test', `http://127.0.0.1:${port}/api/`, () => undefined);
  connection = await connected;
  connection.on('message', (data: Buffer) => {
    acknowledged.push(JSON.parse(data.toString()) as (typeof acknowledged)[number]);
  });
  connection.send(JSON.stringify({ type: 'hello', num_connections: 1, connection_info: { app_id: 'A1' } }));
});
afterAll(async () => {
  await stop();
  sockets.close();
  await new Promise((resolve) => http.close(resolve));
  await room.close();
});

const waiting = { timeout: 10_000, interval: 20 };
const answerTo = (id: string) => acknowledged.filter(({ envelope_id: answered }) => answered === id);

it('takes a command from the connection that we opened, and answers on it', async () => {
  const id = uniqueName('envelope');
  const command = { type: 'slash', team_id: room.settings.teamId, user_id: slackUserOf('validator-1'), channel_id: 'C1', command: '/countersign', text: '', trigger_id: id, token: 'x' }; // prettier-ignore
  connection.send(JSON.stringify({ type: 'slash_commands', envelope_id: id, accepts_response_payload: true, payload: command })); // prettier-ignore
  await expect.poll(() => answerTo(id), waiting).toHaveLength(1);
  expect(JSON.stringify(answerTo(id)[0]?.payload)).toContain('Nothing waits for you.');
});

it('takes an event that comes in two envelopes once, and acknowledges both', async () => {
  const ids = [uniqueName('envelope'), uniqueName('envelope')];
  const event = { type: 'event_callback', team_id: room.settings.teamId, event_id: 'Ev1', event: { type: 'app_home_opened', tab: 'home', user: slackUserOf('auditor'), channel: 'D1' } }; // prettier-ignore
  for (const id of ids) {
    connection.send(JSON.stringify({ type: 'events_api', envelope_id: id, accepts_response_payload: false, payload: event })); // prettier-ignore
    await expect.poll(() => answerTo(id), waiting).toHaveLength(1);
  }
  const homes = () => room.workspace.everything().homes.filter(({ user }) => user === slackUserOf('auditor'));
  await expect.poll(homes, waiting).toHaveLength(1);
});
