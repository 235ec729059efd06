import type { MiddlewareHandler } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import { Refused } from '../domain/errors.ts';
import type { WebEnv } from './context.ts';

/** Where a page sends a file. */
const attachmentPath = /^\/reviews\/[^/]+\/attachments$/;

/** Many times what a decision with an answer to every finding takes. */
const MAX_FORM_BYTES = 4 * 1024 * 1024;
/** Around a file of the largest size that is taken. */
const ROOM_BYTES = 16 * 1024;

const limitTo = (maxSize: number) =>
  bodyLimit({
    maxSize,
    onError: () => {
      throw new Refused('TOO_LARGE', `The form has more than ${MAX_FORM_BYTES} bytes.`);
    },
  });
const limit = limitTo(MAX_FORM_BYTES);
const limitWithFile = limitTo(MAX_FORM_BYTES + ROOM_BYTES);

/** Refuses what is no form of ours: pages read a form whole, so another kind would fail in them, and an endless one would fill our memory. */
export const requireForm: MiddlewareHandler<WebEnv> = async (context, next) => {
  if (context.req.method !== 'POST') return next();
  const type = context.req.header('content-type');
  const hasFile = attachmentPath.test(context.req.path);
  const expected = hasFile ? /^multipart\/form-data\s*;/i : /^application\/x-www-form-urlencoded\s*(;|$)/i;
  if (type !== undefined && !expected.test(type))
    throw new Refused('UNSUPPORTED_MEDIA_TYPE', 'Send the form as the page sends it.');
  if (context.req.header('content-encoding') !== undefined)
    throw new Refused('UNSUPPORTED_MEDIA_TYPE', 'Send the form as it is, without Content-Encoding.');
  return (hasFile ? limitWithFile : limit)(context, next);
};
