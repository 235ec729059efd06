// Answers the courier as Slack would, at once, and notes when each message was changed.
import { createServer } from 'node:http';

export interface SlackSink {
  apiUrl: string;
  /** When each message was last changed, by `channel/ts`; monotonic milliseconds. */
  changedAt: Map<string, number>;
  stop: () => Promise<void>;
}

export async function startSlackSink(): Promise<SlackSink> {
  const changedAt = new Map<string, number>();
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const asked = new URLSearchParams(Buffer.concat(chunks).toString());
      const [channel, ts] = [asked.get('channel'), asked.get('ts')];
      if (request.url !== '/api/chat.update' || !channel || !ts) {
        response.writeHead(400).end(`the bench expects no ${request.url}`);
        return;
      }
      changedAt.set(`${channel}/${ts}`, performance.now());
      response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify({ ok: true, channel, ts }));
    });
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the sink has no port');
  return {
    apiUrl: `http://127.0.0.1:${address.port}/api/`,
    changedAt,
    stop: () => new Promise((done) => (server.close(() => done()), server.closeAllConnections())),
  };
}
