// Readers of a live feed, in a process of their own: connects them, notes when each hears of what, then answers how late they heard.
import { connect } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { latenciesOf } from '../statistics.ts';
import type { ListenOrder, ListenReport } from './listeners.ts';

/** Arrivals on CLOCK_MONOTONIC, in milliseconds, by the subject of the message. */
let arrivals = new Map<string, number[]>();

process.on('message', (message: ListenOrder) => {
  void (message.do === 'connect' ? connectAll(message) : report(message)).then(
    (answer) => process.send!(answer),
    (error: unknown) => process.send!({ failed: String(error) }),
  );
});
process.on('disconnect', () => process.exit(0));
process.send!('ready');

async function connectAll({ port, path, tokens }: Extract<ListenOrder, { do: 'connect' }>) {
  arrivals = new Map();
  const atOnce = 100;
  for (let first = 0; first < tokens.length; first += atOnce)
    await Promise.all(tokens.slice(first, first + atOnce).map((token) => listen(port, path, token)));
  return { connected: tokens.length };
}

function listen(port: number, path: string, token: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1');
    let rest = '';
    let isOpen = false;
    socket.setNoDelay(true);
    socket.setEncoding('latin1');
    socket.on('data', (chunk: string) => {
      const now = Number(process.hrtime.bigint()) / 1e6;
      rest += chunk;
      if (!isOpen && rest.includes('\r\n\r\n')) {
        isOpen = true;
        if (rest.startsWith('HTTP/1.1 200')) resolve();
        else reject(new Error(rest.slice(0, 200)));
      }
      for (let end = rest.indexOf('\n\n'); end >= 0; end = rest.indexOf('\n\n')) {
        const subject = /"modelVersionId":"([^"]+)"/.exec(rest.slice(0, end))?.[1];
        rest = rest.slice(end + 2);
        if (subject === undefined) continue;
        const heard = arrivals.get(subject);
        if (heard) heard.push(now);
        else arrivals.set(subject, [now]);
      }
    });
    socket.on('error', reject);
    socket.on('close', () => reject(new Error('The server ended a connection')));
    socket.write(`GET ${path} HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer ${token}\r\n\r\n`);
  });
}

async function report({ commits, expected }: Extract<ListenOrder, { do: 'report' }>): Promise<ListenReport> {
  const heardSoFar = () => commits.reduce((sum, { subject }) => sum + (arrivals.get(subject)?.length ?? 0), 0);
  for (let waited = 0; waited < 300 && heardSoFar() < expected; waited++) await delay(100);
  const late = commits.flatMap(({ subject, at }) => (arrivals.get(subject) ?? []).map((heard) => heard - at));
  for (const { subject } of commits) arrivals.delete(subject);
  return { heard: late.length, ...latenciesOf(Float64Array.from(late)) };
}
