// The courier alone, as a worker runs it, with Slack behind it.
import { connectDatabase } from '../../db/client.ts';
import { createSlackSender } from '../../channels/slack/sender.ts';
import { startCourier } from '../../courier/courier.ts';
import { listenForWakeUps } from '../../relay/wake-up.ts';

const [databaseUrl, apiUrl] = process.argv.slice(2);
const database = connectDatabase({ url: databaseUrl! });
const courier = await startCourier({
  database,
  senders: [createSlackSender({ token: 'xoxb-bench', apiUrl: apiUrl!, now: () => new Date() })],
  publicUrl: 'http://localhost:8080',
  onError: (error) => console.error(error),
});
listenForWakeUps(databaseUrl!, courier.wake);
process.send?.('ready');
