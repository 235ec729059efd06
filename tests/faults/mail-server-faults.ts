import { createServer, type Socket } from 'node:net';
import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import { createEmailSender } from '../../channels/email/sender.ts';
import { deliverCopies } from '../../courier/deliver-copies.ts';
import { connectDatabase } from '../../db/client.ts';
import { markBounced } from '../../db/queries/received-mails.ts';
import { cloneDatabase } from '../support/ground.ts';
import { openMailServer, type MailServer, type MailServerHooks, type Reply } from '../support/mail-server.ts';
import { plantReviews } from '../support/plant-reviews.ts';
import { seed } from '../support/seed.ts';
import { crowdPolicies } from './crowd.ts';
import { newCount, type Suite } from './suite.ts';

interface Fault {
  name: string;
  /** What the server does at each attempt until the fault is over; calls `hit` when it does it. */
  hooks?: (hit: () => void) => MailServerHooks;
  /** Another server in its place, by its address. */
  instead?: (hit: () => void) => Promise<{ url: string; close: () => void }>;
  isPermanent?: boolean;
  /** Nothing is ever answered, so only a time-out ends an attempt. */
  hangs?: boolean;
  /** Whether the message may have been taken at the attempt that failed, so that a second one may follow. */
  mayDouble?: boolean;
}

const reply = (code: number, text: string): Reply => ({ code, text });
const at = (step: 'connect' | 'sender' | 'recipient' | 'message', answer: Reply | 'drop-kept' | 'drop-unkept') => (hit: () => void): MailServerHooks => ({
  [step]: () => {
    hit();
    return answer;
  },
}); // prettier-ignore

/** A server of raw sockets, for what no real one would do. */
async function openRawServer(speak: (socket: Socket) => void): Promise<{ url: string; close: () => void }> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket)).on('error', () => undefined);
    speak(socket);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('nothing listens');
  const close = () => {
    for (const socket of sockets) socket.destroy();
    server.close();
  };
  return { url: `smtp://127.0.0.1:${address.port}`, close };
}

const faults: Fault[] = [
  { name: '421 at the greeting', hooks: at('connect', reply(421, '4.3.2 shutting down')) },
  { name: '450 for the mailbox', hooks: at('recipient', reply(450, '4.2.1 mailbox busy')) },
  { name: '451 after the message', hooks: at('message', reply(451, '4.3.0 local error')) },
  { name: '452 for the sender', hooks: at('sender', reply(452, '4.3.1 no space')) },
  { name: '421 after the message', hooks: at('message', reply(421, '4.7.0 try later')) },
  { name: '550 for the mailbox', hooks: at('recipient', reply(550, '5.1.1 no such user')), isPermanent: true },
  { name: '552 after the message', hooks: at('message', reply(552, '5.3.4 too big')), isPermanent: true },
  { name: '554 after the message', hooks: at('message', reply(554, '5.7.1 refused')), isPermanent: true },
  { name: 'a connection that drops after the message', hooks: at('message', 'drop-unkept') },
  { name: 'a connection that drops before the 250', hooks: at('message', 'drop-kept'), mayDouble: true },
  {
    name: '535, a password that is wrong',
    instead: async (hit) => {
      const server = await openRawServer((socket) => {
        socket.write('220 mx\r\n');
        socket.on('data', (data) => {
          const line = data.toString();
          if (line.startsWith('EHLO')) socket.write('250-mx\r\n250 AUTH PLAIN LOGIN\r\n');
          else if (line.startsWith('AUTH')) {
            hit();
            socket.write('535 5.7.8 authentication failed\r\n');
          } else socket.write('221 bye\r\n');
        });
      });
      return { ...server, url: server.url.replace('smtp://', 'smtp://user:wrong@') };
    },
  },
  {
    name: 'TLS that fails',
    instead: async (hit) => {
      const server = await openRawServer((socket) => {
        hit();
        socket.write('220 this is no TLS\r\n');
      });
      return { ...server, url: server.url.replace('smtp://', 'smtps://') };
    },
  },
  { name: 'a server that never greets', hangs: true, instead: (hit) => openRawServer(() => hit()) },
  {
    name: 'a server that stops speaking in the middle',
    hangs: true,
    instead: (hit) =>
      openRawServer((socket) => {
        socket.write('220 mx\r\n');
        socket.once('data', () => {
          hit();
          socket.write('250 mx\r\n');
        });
      }),
  },
  {
    name: 'a server that is not there',
    instead: async (hit) => {
      const server = await openRawServer(() => undefined);
      server.close();
      return { url: server.url, close: () => hit() };
    },
  },
];

export const mailServerFaults: Suite = {
  name: 'mail-server-faults',
  does: 'a mail server that refuses, drops, hangs or lies at each step of SMTP (F-17)',
  run: async ({ ground, isShort, say }) => {
    const count = newCount();
    // Twice 25: more at once for one reader are a burst, which is told of in one mail.
    const times = isShort ? 5 : 25;
    const passes = isShort ? [''] : ['', 'again'];
    const store = await cloneDatabase(ground.postgres);
    const database = connectDatabase({ url: store.databaseUrl, max: 12 });
    const { pool } = database;
    await seed(database, crowdPolicies);

    for (const [index, { fault, pass }] of passes
      .flatMap((pass) => faults.map((fault) => ({ fault, pass })))
      .entries()) {
      const { ids } = await plantReviews(pool, { count: times, candidates: ['validator-1', 'validator-2'], prefix: `f${pass}${index}x` }); // prettier-ignore
      // Two readers; at a permanent fault the server refuses only one of them.
      await pool.query(`INSERT INTO card_copies (review_id, channel, recipient) SELECT id, 'email', reader FROM unnest($1::text[]) id, unnest('{validator-1,validator-2}'::text[]) reader`, [ids]); // prettier-ignore
      await pool.query('DELETE FROM bounced_addresses');
      const server = await openMailServer();
      let hits = 0;
      const hit = () => void (hits += 1);
      const isRefused = (address: string | undefined) => address === 'validator-1@example.com';
      if (fault.hooks)
        Object.assign(server.hooks, fault.isPermanent ? onlyFor(fault.hooks(hit), isRefused) : fault.hooks(hit));
      const stead = await fault.instead?.(hit);
      const attempted = async () => countCopies(pool, ids, 'attempts > 0 OR shown_revision > 0');
      const failing = openPost(database, stead?.url ?? server.url, isShort && fault.hangs === true);
      await until(async () => (await attempted()) === 2 * times, `${fault.name}: every copy is tried`);
      if (!fault.isPermanent) await until(async () => (await countCopies(pool, ids, 'last_error IS NOT NULL')) === 2 * times, `${fault.name}: every copy has failed`); // prettier-ignore
      await failing.stop();
      stead?.close();
      count.injected += Math.max(hits, stead ? 2 * times : 0);
      const firstHits = hits;

      for (const key of Object.keys(server.hooks)) delete server.hooks[key as keyof MailServerHooks];
      if (fault.isPermanent) {
        await expectGivenUp(fault, firstHits);
      } else {
        const givenUp = await countCopies(pool, ids, 'is_given_up');
        if (givenUp > 0) count.lost.push(`${fault.name}: ${givenUp} copies were given up`);
        const early = await countCopies(pool, ids, `available_at < clock_timestamp() - interval '2 minutes'`);
        if (early > 0) count.undetected.push(`${fault.name}: ${early} copies do not wait before they are tried again`);
      }
      await pool.query(`UPDATE card_copies SET available_at = clock_timestamp() WHERE review_id = ANY($1)`, [ids]);
      const mending = openPost(database, server.url);
      const expected = fault.isPermanent ? times : 2 * times;
      await until(async () => (await countCopies(pool, ids, 'shown_revision > 0')) === expected, `${fault.name}: every mail goes`); // prettier-ignore
      await mending.stop();
      checkMails(fault, server, ids, expected);
      await server.close();
      say(`${fault.name}: ${hits || 2 * times} times`);

      async function expectGivenUp({ name }: Fault, tries: number) {
        await until(async () => (await countCopies(pool, ids, 'is_given_up')) === times, `${name}: is given up`);
        if (tries !== times) count.doubled.push(`${name}: ${times} mails were tried ${tries} times`);
        const bounced = await pool.query('SELECT FROM bounced_addresses');
        const isMailbox = name.includes('mailbox');
        if ((bounced.rowCount === 1) !== isMailbox) count.undetected.push(`${name}: ${bounced.rowCount} addresses are marked`); // prettier-ignore
      }
    }

    function checkMails(fault: Fault, server: MailServer, ids: readonly string[], expected: number) {
      const byName = Map.groupBy(server.mails, ({ messageId }) => messageId);
      if (byName.size !== expected) count.lost.push(`${fault.name}: ${byName.size} of ${expected} mails arrived`);
      const doubled = [...byName.values()].filter((copies) => copies.length > (fault.mayDouble ? 2 : 1));
      if (doubled.length > 0) count.doubled.push(`${fault.name}: ${doubled.length} mails arrived more than once`);
      const stray = server.mails.filter(({ text }) => !ids.some((id) => text?.includes(`/${id}?`)));
      if (stray.length > 0) count.let_through.push(`${fault.name}: ${stray.length} mails about something else`);
    }
    await database.close();
    await store.drop();
    return count;
  },
};

/** The courier's mail round, over a sender with the time-outs of production, or of a tenth: on a busy machine a server that is well may take longer than that. */
function openPost(database: ReturnType<typeof connectDatabase>, smtpUrl: string, isHasty = false) {
  const sender = createEmailSender({
    smtpUrl,
    from: { name: 'Countersign', address: 'reviews@example.com' },
    domain: 'example.com',
    publicUrl: 'http://countersign.test',
    tokenFor: async () => 'c'.repeat(43),
    bounced: (address, reason) => markBounced(database.pool, address, reason, new Date()),
    ...(isHasty ? { timeouts: { connectMs: 1_000, greetMs: 1_000, silenceMs: 3_000 } } : {}),
    now: () => new Date(),
  });
  const post = deliverCopies({
    database,
    sender,
    configured: ['email'],
    publicUrl: 'http://countersign.test',
    onError: () => undefined,
    pollMs: 50,
  });
  post.wake();
  return {
    stop: async () => {
      await post.stop();
      sender.close();
    },
  };
}

/** The same for one reader's mails only; a step before the reader is known passes. */
function onlyFor(hooks: MailServerHooks, isRefused: (address: string | undefined) => boolean): MailServerHooks {
  return {
    recipient: (address) => (isRefused(address) ? hooks.recipient?.(address) : undefined),
    message: (mail) => (isRefused(mail.envelope.to[0]) ? hooks.message?.(mail) : undefined),
  };
}

async function countCopies(pool: ReturnType<typeof connectDatabase>['pool'], ids: readonly string[], where: string): Promise<number> {
  const { rows } = await pool.query<{ n: string }>(`SELECT count(*) AS n FROM card_copies WHERE review_id = ANY($1) AND (${where})`, [ids]);
  return Number(rows[0]!.n);
} // prettier-ignore

async function until(holds: () => Promise<boolean>, what: string): Promise<void> {
  const deadline = Date.now() + 20 * 60_000;
  while (!(await holds())) {
    if (Date.now() > deadline) throw new Error(`never: ${what}`);
    await delay(50);
  }
}
