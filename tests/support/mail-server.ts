// A real SMTP server that keeps what it is sent, as a MIME parser reads it; it can be told to refuse. Knows no test runner.
import { once } from 'node:events';
import type { AddressInfo, Socket } from 'node:net';
import type { Readable } from 'node:stream';
import PostalMime, { type Email } from 'postal-mime';
import { SMTPServer } from 'smtp-server';

export interface SentMail extends Email {
  envelope: { from: string; to: string[] };
  raw: string;
  /** Of the header, joined where it stands several times; undefined where it does not stand. */
  header: (name: string) => string | undefined;
}

/** Called at a step of a session; an SMTP reply refuses it, nothing lets it pass. */
export interface MailServerHooks {
  connect?: () => Reply | undefined;
  sender?: () => Reply | undefined;
  recipient?: (address: string) => Reply | undefined;
  /** After the whole message came in; `drop` ends the connection without a word, and the message counts as taken or not. */
  message?: (mail: SentMail) => Reply | 'drop-unkept' | 'drop-kept' | undefined;
}

export interface Reply {
  code: number;
  text: string;
}

export type MailServer = Awaited<ReturnType<typeof openMailServer>>;

export async function openMailServer(hooks: MailServerHooks = {}) {
  const mails: SentMail[] = [];
  const sockets = new Set<Socket>();
  const waiting = new Set<() => void>();
  const refusal = (reply: Reply | undefined) =>
    reply && Object.assign(new Error(reply.text), { responseCode: reply.code });
  const server: SMTPServer = new SMTPServer({
    authOptional: true,
    disabledCommands: ['AUTH', 'STARTTLS'],
    logger: false,
    onConnect: (_session, done) => done(refusal(hooks.connect?.()) ?? null),
    onMailFrom: (_address, _session, done) => done(refusal(hooks.sender?.()) ?? null),
    onRcptTo: ({ address }, _session, done) => done(refusal(hooks.recipient?.(address)) ?? null),
    onData: (stream, session, done) => {
      const { mailFrom, rcptTo } = session.envelope;
      const envelope = {
        from: mailFrom === false ? '' : mailFrom.address,
        to: rcptTo.map(({ address }) => address),
      };
      const answer = (mail: SentMail) => {
        const verdict = hooks.message?.(mail);
        if (verdict === undefined || verdict === 'drop-kept') {
          mails.push(mail);
          for (const look of waiting) look();
        }
        if (typeof verdict !== 'string') done(refusal(verdict) ?? null);
        else for (const socket of sockets) if (socket.remotePort === session.remotePort) socket.destroy();
      };
      // A client that goes away in the middle has sent nothing.
      readWhole(stream)
        .then((raw) => readSent(raw, envelope))
        .then(answer, () => undefined);
    },
  });
  server.on('error', () => undefined);
  server.server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket)).on('error', () => undefined);
  });
  server.listen(0, '127.0.0.1');
  await once(server.server, 'listening');
  const { port } = server.server.address() as AddressInfo;

  /** Resolves with the mails that fit, once there are this many. */
  const arrived = (count: number, fits: (mail: SentMail) => boolean = () => true): Promise<SentMail[]> =>
    new Promise((resolve) => {
      const look = () => {
        const found = mails.filter(fits);
        if (found.length < count) return;
        waiting.delete(look);
        resolve(found);
      };
      waiting.add(look);
      look();
    });

  return {
    url: `smtp://127.0.0.1:${port}`,
    mails,
    hooks,
    arrived,
    close: async () => {
      for (const socket of sockets) socket.destroy();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}

async function readWhole(stream: Readable): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

async function readSent(raw: Buffer, envelope: SentMail['envelope']): Promise<SentMail> {
  const mail = await PostalMime.parse(raw);
  const header = (name: string) => {
    const values = mail.headers.filter(({ key }) => key === name.toLowerCase()).map(({ value }) => value);
    return values.length === 0 ? undefined : values.join(', ');
  };
  return { ...mail, envelope, raw: raw.toString('latin1'), header };
}
