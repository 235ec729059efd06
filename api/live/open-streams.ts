import { RESPONSE_ALREADY_SENT } from '@hono/node-server/utils/response';
import type { MiddlewareHandler } from 'hono';
import type { AppEnv } from '../app-deps.ts';

/** Outermost of all: a handler that writes to the socket itself begins when everything inside has said its headers. */
export const openStreams: MiddlewareHandler<AppEnv> = async (c, next) => {
  await next();
  const open = c.get('openStream');
  if (!open || c.res.status !== 200) return;
  open(c.res.headers);
  // Set anew: Hono would copy the headers into a response that is sent.
  c.res = undefined;
  c.res = RESPONSE_ALREADY_SENT;
};
