// The demo's mail server: takes every mail on a loopback port, sends none, and keeps them over restarts.
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import PostalMime from 'postal-mime';
import { SMTPServer } from 'smtp-server';
import { z } from 'zod';
import type { CaughtMail, Mailbox } from '../api/services/mailbox.ts';
import { readState, writeState } from '../local/state-file.ts';

const keptSchema = z.object({
  /** Newest first; `pictures` names bytes below by their digest. */
  mails: z.array(
    z.object({
      id: z.string(),
      at: z.string(),
      from: z.string(),
      to: z.string(),
      subject: z.string(),
      text: z.string(),
      html: z.string(),
      headers: z.record(z.string(), z.string()),
      pictures: z.record(z.string(), z.object({ mediaType: z.string(), digest: z.string() })),
    }),
  ),
  bytes: z.record(z.string(), z.string()),
});

const MOST_KEPT = 500;
const LARGEST = 10 * 1024 * 1024;
const WRITE_AFTER_MS = 300;

export interface MailCatcher extends Mailbox {
  stop: () => Promise<void>;
}

export async function startMailCatcher({ port, home }: { port: number; home: string }): Promise<MailCatcher> {
  const path = join(home, 'demo-mail.json');
  let mails = readMails(path);
  let writing: NodeJS.Timeout | undefined;

  const write = () => {
    writing = undefined;
    writeState(path, foldPictures(mails));
  };
  const keep = (caught: CaughtMail) => {
    // A mail that is sent again under its own name is the same mail.
    const id = caught.headers['message-id'];
    const isRepeat =
      id !== undefined && mails.some((mail) => mail.headers['message-id'] === id && mail.to === caught.to);
    if (isRepeat) return;
    mails = [caught, ...mails].slice(0, MOST_KEPT);
    writing ??= setTimeout(write, WRITE_AFTER_MS);
  };

  const server = new SMTPServer({
    authOptional: true,
    disabledCommands: ['AUTH', 'STARTTLS'],
    size: LARGEST,
    rejectOversized: true,
    banner: 'Countersign demo, nothing leaves this machine',
    onData: (stream, session, done) => {
      const to = session.envelope.rcptTo.map(({ address }) => address);
      void readWhole(stream)
        .then((raw) => parseMail(raw, to))
        .then(
          (caught) => {
            keep(caught);
            done();
          },
          (error: unknown) => done(error instanceof Error ? error : new Error(String(error))),
        );
    },
  });
  // A client that goes away in the middle ends nothing of ours.
  server.on('error', () => undefined);
  await new Promise<void>((resolve, reject) => {
    server.server.once('error', reject);
    server.listen(port, '127.0.0.1', () => resolve());
  });

  return {
    list: () => mails,
    find: (id) => mails.find((mail) => mail.id === id),
    stop: async () => {
      await new Promise<void>((resolve) => server.close(() => resolve()));
      clearTimeout(writing);
      if (writing) write();
    },
  };
}

async function readWhole(stream: Readable): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

async function parseMail(raw: Buffer, to: readonly string[]): Promise<CaughtMail> {
  const mail = await PostalMime.parse(raw, { attachmentEncoding: 'base64' });
  const pictures = mail.attachments.flatMap(({ contentId, mimeType, content }) =>
    contentId && typeof content === 'string'
      ? [[contentId.replace(/^<|>$/g, ''), { mediaType: mimeType, base64: content }] as const]
      : [],
  );
  return {
    id: createHash('sha256').update(raw).digest('hex').slice(0, 16),
    at: new Date().toISOString(),
    from: mail.from?.address ?? '',
    to: to.join(', '),
    subject: mail.subject ?? '',
    text: mail.text ?? '',
    html: mail.html ?? '',
    headers: Object.fromEntries(mail.headers.map(({ key, value }) => [key, value])),
    pictures: Object.fromEntries(pictures),
  };
}

const digestOf = (base64: string) => createHash('sha256').update(base64).digest('hex');

/** A picture that went to ten people is kept once. */
function foldPictures(mails: readonly CaughtMail[]): z.infer<typeof keptSchema> {
  const bytes: Record<string, string> = {};
  const folded = mails.map((mail) => ({
    ...mail,
    pictures: Object.fromEntries(
      Object.entries(mail.pictures).map(([cid, { mediaType, base64 }]) => {
        const digest = digestOf(base64);
        bytes[digest] = base64;
        return [cid, { mediaType, digest }];
      }),
    ),
  }));
  return { mails: folded, bytes };
}

function readMails(path: string): CaughtMail[] {
  const kept = readState(path, keptSchema);
  return (kept?.mails ?? []).map((mail) => ({
    ...mail,
    pictures: Object.fromEntries(
      Object.entries(mail.pictures).map(([cid, { mediaType, digest }]) => [
        cid,
        { mediaType, base64: kept?.bytes[digest] ?? '' },
      ]),
    ),
  }));
}
