import type { MiddlewareHandler } from 'hono';
import { Refused } from '../../domain/errors.ts';
import type { AppEnv } from '../app-deps.ts';
import type { RateLimiters } from '../rate-limit.ts';
import type { Deps } from '../services/deps.ts';
import { identifyCaller } from './identify-caller.ts';

/** Lets through who is signed in, as `caller`; everybody else gets 401, and 429 when they keep guessing. */
export function requireCaller(deps: Pick<Deps, 'database' | 'now'>, limiters: RateLimiters): MiddlewareHandler<AppEnv> {
  return async (c, next) => {
    // Webhooks prove themselves by their signature, mail servers by a secret of their own.
    if (c.req.path.startsWith('/v1/hooks/') || c.req.path === '/v1/mail/inbound') return next();
    const caller = await identifyCaller(deps, c);
    if (!caller) {
      if (c.req.header('authorization') !== undefined) await limiters.countFailure(c);
      throw new Refused('UNAUTHENTICATED', 'Send Authorization: Bearer with an access token, or sign in.');
    }
    await limiters.countCaller(caller.person.handle);
    c.set('caller', caller);
    await next();
  };
}
