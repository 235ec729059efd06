// A reader of /v1/events over real HTTP, as a browser's EventSource reads it. Knows no test runner.
import { request, type IncomingHttpHeaders } from 'node:http';
import type { LiveEvent } from '../../domain/live-event.ts';

export interface LiveClient {
  status: number;
  headers: IncomingHttpHeaders;
  /** Names of events that are no messages. */
  named: string[];
  messages: LiveEvent[];
  lastId: () => string | undefined;
  /** Resolves when the other side ends it. */
  ended: Promise<void>;
  close: () => void;
}

export function connectLive(
  port: number,
  { token, lastEventId, onMessage }: { token: string; lastEventId?: string; onMessage?: (data: string) => void },
): Promise<LiveClient> {
  return new Promise((resolve, reject) => {
    const asking = request(
      {
        host: '127.0.0.1',
        port,
        path: '/v1/events',
        agent: false,
        headers: {
          authorization: `Bearer ${token}`,
          ...(lastEventId === undefined ? {} : { 'last-event-id': lastEventId }),
        },
      },
      (answer) => {
        const messages: LiveEvent[] = [];
        const named: string[] = [];
        let lastId: string | undefined;
        let text = '';
        answer.setEncoding('utf8');
        answer.on('data', (chunk: string) => {
          text += chunk;
          const frames = text.split('\n\n');
          text = frames.pop()!;
          for (const frame of frames) {
            const fields = new Map(frame.split('\n').map((line) => line.split(/: (.*)/s) as [string, string]));
            lastId = fields.get('id') ?? lastId;
            const name = fields.get('event');
            const data = fields.get('data');
            if (name !== undefined) named.push(name);
            else if (data !== undefined && onMessage) onMessage(data);
            else if (data !== undefined) messages.push(JSON.parse(data) as LiveEvent);
          }
        });
        const ended = new Promise<void>((done) => answer.once('close', done));
        answer.on('error', () => undefined);
        resolve({ status: answer.statusCode ?? 0, headers: answer.headers, named, messages, lastId: () => lastId, ended, close: () => asking.destroy() }); // prettier-ignore
      },
    );
    asking.on('error', reject);
    asking.end();
  });
}
