import type { Context, MiddlewareHandler } from 'hono';
import { RateLimiterMemory, RateLimiterRes } from 'rate-limiter-flexible';
import { Refused } from '../domain/errors.ts';
import type { AppEnv } from './app-deps.ts';

export interface RateLimit {
  requests: number;
  seconds: number;
}

/** Counted in each server process by itself. */
export interface RateLimits {
  /** Of one person or service account. @default 100,000 in 10 s */
  caller: RateLimit;
  /** Of one address without a sign-in: webhooks, sign-in pages. @default 200,000 in 10 s */
  address: RateLimit;
  /** Wrong tokens from one address. Right ones pass all the same, so nobody can be locked out. @default 30 in 60 s */
  failures: RateLimit;
}

const defaults: RateLimits = {
  caller: { requests: 100_000, seconds: 10 },
  address: { requests: 200_000, seconds: 10 },
  failures: { requests: 30, seconds: 60 },
};

export interface RateLimiters {
  countCaller: (handle: string) => Promise<void>;
  countAddress: (c: Context<AppEnv>) => Promise<void>;
  countFailure: (c: Context<AppEnv>) => Promise<void>;
}

/** Each counts one request and throws RATE_LIMITED, with the seconds to wait, once there were too many. */
export function createRateLimiters(limits: Partial<RateLimits> = {}): RateLimiters {
  const limiterOf = ({ requests, seconds }: RateLimit) =>
    new RateLimiterMemory({ points: requests, duration: seconds });
  const caller = limiterOf(limits.caller ?? defaults.caller);
  const address = limiterOf(limits.address ?? defaults.address);
  const failures = limiterOf(limits.failures ?? defaults.failures);
  return {
    countCaller: (handle) => count(caller, handle),
    countAddress: (c) => count(address, addressOf(c)),
    countFailure: (c) => count(failures, addressOf(c)),
  };
}

export const limitByAddress =
  (limiters: RateLimiters): MiddlewareHandler<AppEnv> =>
  async (c, next) => {
    await limiters.countAddress(c);
    await next();
  };

async function count(limiter: RateLimiterMemory, key: string): Promise<void> {
  try {
    await limiter.consume(key);
  } catch (exceeded) {
    if (!(exceeded instanceof RateLimiterRes)) throw exceeded;
    const retryAfter = Math.max(1, Math.ceil(exceeded.msBeforeNext / 1000));
    throw new Refused('RATE_LIMITED', `Too many requests. Try again in ${retryAfter} s.`, { extra: { retryAfter } });
  }
}

/** The peer of the connection. Headers such as X-Forwarded-For are not believed: anybody can send them. */
const addressOf = (c: Context<AppEnv>): string => c.env?.incoming?.socket.remoteAddress ?? 'unknown';
