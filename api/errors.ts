// The one place where a refusal becomes HTTP: problem details of RFC 9457.
import type { Context } from 'hono';
import type { ContentfulStatusCode } from 'hono/utils/http-status';
import type { z } from 'zod';
import { isDatabaseUnavailable, isUnstorableText } from '../db/client.ts';
import { Refused, type ErrorCode, type FieldError } from '../domain/errors.ts';
import type { AppEnv } from './app-deps.ts';

export const problems = {
  MALFORMED_JSON: { status: 400, title: 'The body is not acceptable JSON' },
  UNAUTHENTICATED: { status: 401, title: 'Nobody is signed in' },
  BAD_SIGNATURE: { status: 401, title: 'The signature does not hold' },
  STALE_TIMESTAMP: { status: 401, title: 'The timestamp is too far from now' },
  FORBIDDEN: { status: 403, title: 'Not allowed' },
  SELF_REVIEW: { status: 403, title: 'Nobody decides on their own work' },
  NOT_ELIGIBLE: { status: 403, title: 'The review asks other people' },
  ASSURANCE_TOO_LOW: { status: 403, title: 'This channel proves too little' },
  NOT_FOUND: { status: 404, title: 'Not found' },
  METHOD_NOT_ALLOWED: { status: 405, title: 'The method is not offered here' },
  DELIVERY_CONFLICT: { status: 409, title: 'The delivery is known with another body' },
  VERSION_CONFLICT: { status: 409, title: 'The version is known with other content' },
  IDEMPOTENCY_CONFLICT: { status: 409, title: 'The key was used for something else' },
  ALREADY_CLAIMED: { status: 409, title: 'Somebody else has the review' },
  ALREADY_DECIDED: { status: 409, title: 'The decision stands' },
  WRONG_STATE: { status: 409, title: 'Not possible in this state' },
  EVIDENCE_CHANGED: { status: 412, title: 'It changed since you read it' },
  TOO_LARGE: { status: 413, title: 'The body is too large' },
  UNSUPPORTED_MEDIA_TYPE: { status: 415, title: 'The media type is not accepted' },
  INVALID: { status: 422, title: 'Something sent is not valid' },
  REASON_REQUIRED: { status: 422, title: 'A reason is required' },
  REASON_BOILERPLATE: { status: 422, title: 'The reason says too little' },
  DISPOSITION_REQUIRED: { status: 422, title: 'Findings wait for an answer' },
  RATE_LIMITED: { status: 429, title: 'Too many requests' },
  REMINDER_THROTTLED: { status: 429, title: 'Too many reminders' },
  INTERNAL: { status: 500, title: 'A fault of ours' },
  NOT_READY: { status: 503, title: 'Not ready' },
} as const satisfies Record<ErrorCode, { status: ContentfulStatusCode; title: string }>;

const RETRY_AFTER_SECONDS = 5;

/** A refusal as `application/problem+json`. `extra.retryAfter`, in seconds, becomes the header Retry-After. */
export function problemResponse(c: Context<AppEnv>, refused: Refused): Response {
  const { status, title } = problems[refused.code];
  const { retryAfter, ...extra } = refused.extra;
  c.set('problem', refused.code);
  if (refused.code === 'UNAUTHENTICATED') c.header('WWW-Authenticate', 'Bearer realm="countersign"');
  if (status === 429 || status === 503)
    c.header('Retry-After', String(typeof retryAfter === 'number' ? retryAfter : RETRY_AFTER_SECONDS));
  c.header('Cache-Control', 'no-store');
  return c.body(
    JSON.stringify({
      ...extra,
      type: `${c.get('publicUrl')}/docs#${refused.code}`,
      title,
      status,
      code: refused.code,
      detail: refused.message,
      instance: `urn:uuid:${c.get('requestId')}`,
      ...(refused.errors.length > 0 ? { errors: refused.errors } : {}),
    }),
    status,
    { 'Content-Type': 'application/problem+json' },
  );
}

/** Whatever a handler threw, as the refusal that its sender may see. Faults of ours are logged and say nothing of their cause. */
export function refusalFrom(
  { logger, requestId }: Pick<AppEnv['Variables'], 'logger' | 'requestId'>,
  error: unknown,
): Refused {
  if (error instanceof Refused) return error;
  if (isUnstorableText(error)) return new Refused('INVALID', 'What was sent holds a character that is not text.');
  const isAway = isDatabaseUnavailable(error);
  logger[isAway ? 'warn' : 'error'](
    { requestId, fault: faultOf(error) },
    isAway ? 'the database is away' : 'request failed',
  );
  if (isAway) return new Refused('NOT_READY', 'The database does not answer. Nothing was written; try again.');
  return new Refused('INTERNAL', 'Something went wrong on our side. Name the request id when you report it.', {
    extra: { requestId },
  });
}

/** What went wrong, without what it went wrong on: messages and details of the database driver quote what people sent. */
function faultOf(error: unknown): Record<string, unknown> {
  const fault = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  if (!(fault instanceof Error)) return { name: typeof fault };
  const { code, table, constraint } = fault as Error & Record<'code' | 'table' | 'constraint', unknown>;
  return { name: fault.name, message: fault.message, code, table, constraint, stack: fault.stack };
}

const MAXIMUM_ERRORS = 50;

/** 422 with a JSON pointer for each field that is wrong, missing or unknown. */
export function invalid(error: z.ZodError, at = ''): Refused {
  const errors = error.issues.flatMap((issue): FieldError[] => {
    const pointer = at + issue.path.map((part) => `/${pointerToken(String(part))}`).join('');
    if (issue.code !== 'unrecognized_keys') return [{ pointer, message: issue.message }];
    return issue.keys.map((key) => ({ pointer: `${pointer}/${pointerToken(key)}`, message: 'is not known here' }));
  });
  return new Refused('INVALID', errors.length === 1 ? 'One field is wrong.' : `${errors.length} fields are wrong.`, {
    errors: errors.slice(0, MAXIMUM_ERRORS),
  });
}

const pointerToken = (key: string) => key.replaceAll('~', '~0').replaceAll('/', '~1');
