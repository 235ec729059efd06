import { createRoute } from '@hono/zod-openapi';
import { z } from 'zod';
import { createHash, timingSafeEqual } from 'node:crypto';
import { Refused } from '../../domain/errors.ts';
import type { AppDeps } from '../app-deps.ts';
import type { RateLimiters } from '../rate-limit.ts';
import { readBody } from '../read-body.ts';
import { mailDeeds, receiveMail } from '../services/receive-mail.ts';
import { createRouter, json, problemResponses, textParameter } from './documented.ts';

const LARGEST_MAIL = 10 * 1024 * 1024;

const mailReceiptSchema = z.object({
  did: z.enum(mailDeeds).describe('What the mail did'),
  why: z.string().nullable().describe('Why it did not do more'),
});

const receiveRoute = createRoute({
  method: 'post', path: '/v1/mail/inbound', tags: ['Mail'], operationId: 'receiveMail',
  summary: 'Hand over a mail: an answer to one of ours, or a bounce',
  description: 'For the pipe of a mail server, with `Authorization: Bearer` and MAIL_INBOUND_SECRET. The body is the message as it came in. Each Message-ID is taken once; a mail that is no good is answered 202 too, with what became of it.',
  request: {
    query: z.object({ recipient: textParameter(320).optional().describe('Recipient of the envelope, where the message does not name it') }),
    body: { required: true, content: { 'message/rfc822': { schema: { type: 'string' } } } },
  },
  responses: { 202: json(mailReceiptSchema.meta({ id: 'MailReceipt' }), 'Taken'), ...problemResponses(401, 404, 413, 415, 422, 429, 500, 503) },
}); // prettier-ignore

/** Mounted before the callers of the API are asked for: a mail server is nobody. */
export function createMailRoutes(deps: AppDeps, limiters: RateLimiters) {
  const router = createRouter();
  router.openapi(receiveRoute, async (c) => {
    const { inboundMail } = deps;
    if (!inboundMail) throw new Refused('NOT_FOUND', 'No mail is taken in here.');
    const [, shown] = /^Bearer (\S{1,500})$/i.exec(c.req.header('authorization') ?? '') ?? [];
    if (shown === undefined || !isSame(shown, inboundMail.secret)) {
      await limiters.countFailure(c);
      throw new Refused('UNAUTHENTICATED', 'Send Authorization: Bearer with MAIL_INBOUND_SECRET.');
    }
    if (!/^message\/rfc822\s*(;|$)/i.test(c.req.header('content-type') ?? ''))
      throw new Refused('UNSUPPORTED_MEDIA_TYPE', 'Send Content-Type: message/rfc822.');
    const raw = await readBody(c, LARGEST_MAIL);
    return c.json(await receiveMail(deps, inboundMail, { raw, recipient: c.req.valid('query').recipient }), 202);
  });
  return router;
}

const isSame = (a: string, b: string): boolean => timingSafeEqual(digest(a), digest(b));
const digest = (text: string): Buffer => createHash('sha256').update(text).digest();
