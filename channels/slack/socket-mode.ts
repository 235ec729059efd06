import { createHash } from 'node:crypto';
import { SocketModeReceiver, type App } from '@slack/bolt';
import { clientOptions, silentLogger } from './client.ts';
import type { SlackReceiver } from './receive.ts';

const TRY_AGAIN_MS = 15_000;

/** Takes Slack's requests from a connection that we open, where nobody outside can reach us; connects by and by. Answers how to end it. */
export function startSocketMode(
  receiver: Pick<SlackReceiver, 'take'>,
  appToken: string,
  apiUrl: string,
  onError: (error: unknown) => void,
): () => Promise<void> {
  const socket = new SocketModeReceiver({
    appToken,
    logger: silentLogger,
    installerOptions: { clientOptions: clientOptions(apiUrl) },
  });
  // The same envelope can come again with a number of its own: a request is known by its payload.
  const taker: Pick<App, 'processEvent'> = {
    processEvent: async ({ body, ack }) => {
      const hash = createHash('sha256')
        .update(`body ${JSON.stringify(body)}`)
        .digest('hex');
      const answer = await receiver.take(body, [`sha256:${hash}`]);
      await ack(answer.body === null ? undefined : JSON.parse(answer.body));
    },
  };
  socket.init(taker as App);
  let isEnding = false;
  let again: NodeJS.Timeout | undefined;
  const connect = async (): Promise<void> => {
    try {
      await socket.start();
    } catch (error) {
      onError(error);
      if (!isEnding) again = setTimeout(() => void connect(), TRY_AGAIN_MS);
    }
  };
  void connect();
  return async () => {
    isEnding = true;
    clearTimeout(again);
    await socket.stop().catch(onError);
  };
}
