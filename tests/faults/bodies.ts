import { readFileSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';
import { z } from 'zod';
import { findFreePort } from '../../local/free-port.ts';
import { cloneDatabase, makeFolder } from '../support/ground.ts';
import { startProgram } from '../support/start-program.ts';
import { newCount, type Suite } from './suite.ts';

const MIB = 1024 ** 2;
/** How much memory a server may take on for all of this. */
const MOST_GROWTH_MIB = 128;
/** The server ends a request that has not arrived by then; Node looks every half minute. */
const SLOW_MS = 50_000;

const demoSchema = z.object({ people: z.array(z.object({ handle: z.string(), token: z.string() })) });

export const bodies: Suite = {
  name: 'bodies',
  does: 'bodies and headers that are too large, endless, packed or slow, against server.ts over raw sockets (A-04)',
  run: async ({ ground, isShort, say }) => {
    const count = newCount();
    const folder = makeFolder();
    const store = await cloneDatabase(ground.postgres);
    const port = await findFreePort();
    const server = await startProgram('server.ts', {
      DATABASE_URL: store.databaseUrl,
      TEMPORAL_ADDRESS: ground.temporalAddress,
      COUNTERSIGN_HOME: folder.path,
      COUNTERSIGN_DEMO: 'on',
      PORT: String(port),
      LOG_LEVEL: 'silent',
    });
    const { people } = demoSchema.parse(JSON.parse(readFileSync(`${folder.path}/demo.json`, 'utf8')));
    const token = people.find((person) => person.handle === 'admin')!.token;
    const origin = `http://localhost:${port}`;
    const targets = [
      { path: '/v1/hooks/generic', type: 'application/json', extra: '' },
      { path: '/v1/policies', type: 'application/json', extra: `authorization: Bearer ${token}\r\n` },
      { path: '/sign-in', type: 'application/x-www-form-urlencoded', extra: `origin: ${origin}\r\n` },
      { path: '/theme', type: 'application/x-www-form-urlencoded', extra: `origin: ${origin}\r\n` },
    ];
    const headOf = ({ path, type, extra }: (typeof targets)[number], more: string) =>
      `POST ${path} HTTP/1.1\r\nhost: localhost:${port}\r\ncontent-type: ${type}\r\n${extra}${more}\r\n`;

    const expectRefusal = async (name: string, answer: Promise<number | 'closed'>, allowed: readonly number[]) => {
      count.injected++;
      const status = await answer;
      if (status !== 'closed' && !allowed.includes(status)) count.let_through.push(`${name} was answered ${status}`);
    };
    const memory = () =>
      Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${server.child.pid}/status`, 'utf8'))![1]) / 1024;
    // Loaded and warm, so that what it grows by is what the requests cost.
    for (let n = 0; n < 200; n++) await fetch(`${origin}/healthz`).then((answer) => answer.text());
    const before = memory();
    let peak = before;
    const watch = setInterval(() => (peak = Math.max(peak, memory())), 50);

    const times = isShort ? 2 : 50;
    const slow: Promise<void>[] = [];
    for (const target of targets) {
      const { path } = target;
      const large = 4 * MIB + 1;
      for (let time = 0; time < times; time++) {
        await expectRefusal(
          `${path}: one byte too many, declared`,
          send(port, [headOf(target, `content-length: ${large}\r\n`)]),
          [413, 401],
        );
        await expectRefusal(
          `${path}: ten thousand headers`,
          send(port, [headOf(target, 'x-a: b\r\n'.repeat(10_000))]),
          [431, 400],
        );
        await expectRefusal(
          `${path}: one header of 100 KB`,
          send(port, [headOf(target, `x-a: ${'b'.repeat(100_000)}\r\n`)]),
          [431],
        );
        const packed = gzipSync(Buffer.alloc(16 * MIB));
        await expectRefusal(
          `${path}: a bomb of 1:1000`,
          send(port, [headOf(target, `content-encoding: gzip\r\ncontent-length: ${packed.length}\r\n`), packed]),
          [415, 422, 401, 400],
        );
        await expectRefusal(
          `${path}: two lengths`,
          send(port, [headOf(target, 'content-length: 3\r\ncontent-length: 4\r\n'), 'abcd']),
          [400],
        );
        await expectRefusal(
          `${path}: length and chunks`,
          send(port, [headOf(target, 'content-length: 4\r\ntransfer-encoding: chunked\r\n'), '0\r\n\r\n']),
          [400],
        );
      }
      for (let time = 0; time < (isShort ? 1 : 10); time++)
        await expectRefusal(
          `${path}: 200 MB in chunks`,
          sendEndlessly(port, headOf(target, 'transfer-encoding: chunked\r\n'), 200 * MIB),
          [413],
        );
      if (!isShort)
        for (let time = 0; time < 10; time++) {
          slow.push(expectRefusal(`${path}: headers one letter a second`, sendSlowly(port, headOf(target, '')), [408]));
          slow.push(
            expectRefusal(
              `${path}: a body one letter a second`,
              sendSlowly(port, 'x'.repeat(1_000), headOf(target, 'content-length: 1000\r\n')),
              [408, 401, 415],
            ),
          );
        }
    }
    await Promise.all(slow);
    clearInterval(watch);
    const health = await fetch(`${origin}/healthz`).catch(() => undefined);
    if (!health?.ok) count.lost.push('the server is gone');
    if (peak - before > MOST_GROWTH_MIB) count.let_through.push(`the server took on ${(peak - before).toFixed(0)} MiB`);
    say(`memory at most ${(peak - before).toFixed(0)} MiB above ${before.toFixed(0)} MiB`);
    await server.kill();
    await store.drop();
    folder.remove();
    return count;
  },
};

/** Sends all of it; answers the status, or that the server closed without one. */
function send(port: number, parts: readonly (string | Buffer)[]): Promise<number | 'closed'> {
  return answerTo(port, async (socket) => {
    for (const part of parts) socket.write(part);
    await Promise.resolve();
  });
}

function sendEndlessly(port: number, head: string, bytes: number): Promise<number | 'closed'> {
  const chunk = Buffer.alloc(64 * 1024, 'a');
  return answerTo(port, async (socket) => {
    socket.write(head);
    for (let sent = 0; sent < bytes && !socket.destroyed; sent += chunk.length) {
      socket.write(`${chunk.length.toString(16)}\r\n`);
      socket.write(chunk);
      if (!socket.write('\r\n')) await Promise.race([drained(socket), delay(1_000)]);
    }
  });
}

function sendSlowly(port: number, text: string, head = ''): Promise<number | 'closed'> {
  return answerTo(port, async (socket) => {
    socket.write(head);
    for (const letter of text) {
      if (socket.destroyed) return;
      socket.write(letter);
      await delay(1_000);
    }
  });
}

const drained = (socket: Socket): Promise<void> => new Promise((resolve) => socket.once('drain', () => resolve()));

function answerTo(port: number, write: (socket: Socket) => Promise<void>): Promise<number | 'closed'> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    let heard = '';
    const end = () => {
      const status = /^HTTP\/1\.1 (\d{3})/.exec(heard)?.[1];
      socket.destroy();
      resolve(status === undefined ? 'closed' : Number(status));
    };
    const patience = setTimeout(() => {
      socket.destroy();
      // Neither answered nor closed: it may stay open for ever.
      resolve(0);
    }, SLOW_MS);
    socket.on('data', (chunk: Buffer) => {
      heard += chunk.toString('latin1');
      if (heard.includes('\r\n\r\n')) end();
    });
    socket.on('error', () => undefined);
    socket.on('close', () => {
      clearTimeout(patience);
      end();
    });
    void write(socket).catch(() => undefined);
  });
}
