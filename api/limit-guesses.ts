import type { Context } from 'hono';
import type { AppEnv } from './app-deps.ts';
import { createRateLimiters, type RateLimits } from './rate-limit.ts';

/** Counts a wrong code from the address behind the request. Throws RATE_LIMITED once there were too many; right codes pass all the same. */
export function createGuessLimit(limits: Partial<RateLimits> = {}): (context: Context) => Promise<void> {
  const { countFailure } = createRateLimiters(limits);
  return (context) => countFailure(context as Context<AppEnv>);
}
