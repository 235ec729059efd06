// Slack as somebody else emulates it (emulate 0.12.2): keeps messages, threads, views and files. It checks neither blocks nor limits, and presses nothing.
import { createEmulator } from 'emulate';
import { webApi } from '@slack/bolt';
import { findFreePort } from '../../local/free-port.ts';
import { demoPeople } from '../../demo/people.ts';

const token = 'xoxb-test';

export async function openEmulatedSlack() {
  const port = await findFreePort();
  const names = demoPeople.map(({ handle, email }) => ({ name: handle, email }));
  const emulator = await createEmulator({
    service: 'slack',
    port,
    baseUrl: `http://127.0.0.1:${port}`,
    seed: { slack: { users: names, channels: [{ name: 'model-reviews' }], bots: [{ name: 'countersign' }], tokens: [{ token, user_id: 'U000000001' }] } },
  }); // prettier-ignore
  const apiUrl = `http://127.0.0.1:${port}/api/`;
  const client = new webApi.WebClient(token, { slackApiUrl: apiUrl, retryConfig: { retries: 0 } });
  const { channels = [] } = await client.conversations.list({});
  const channelId = channels.find(({ name }) => name === 'model-reviews')?.id;
  if (channelId === undefined) throw new Error('The emulator has no channel');
  const userOf = async (handle: string): Promise<string> => {
    const { user } = await client.users.lookupByEmail({ email: `${handle}@example.com` });
    if (user?.id === undefined) throw new Error(`${handle} is nobody of the emulator`);
    return user.id;
  };
  return {
    token,
    apiUrl,
    client,
    channelId,
    userOf,
    history: async (channel: string) => (await client.conversations.history({ channel, include_all_metadata: true, limit: 200 })).messages ?? [], // prettier-ignore
    replies: async (channel: string, ts: string) =>
      (await client.conversations.replies({ channel, ts })).messages ?? [],
    /** A trigger as a press would bring it. */
    trigger: async (userId: string): Promise<string> => {
      const answer = await fetch(`${apiUrl}views.generateTriggerId`, {
        method: 'POST',
        headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
        body: JSON.stringify({ user_id: userId }),
      });
      return ((await answer.json()) as { trigger_id: string }).trigger_id;
    },
    close: () => emulator.close(),
  };
}
export type EmulatedSlack = Awaited<ReturnType<typeof openEmulatedSlack>>;
