const second = 1_000;
const minute = 60 * second;
const hour = 60 * minute;

/** Of Standard Webhooks 1.0: how long before each attempt, 75 hours in all. */
export const retryScheduleMs: readonly number[] = [0, 5 * second, 5 * minute, 30 * minute, 2 * hour, 5 * hour, 10 * hour, 14 * hour, 20 * hour, 24 * hour]; // prettier-ignore

/** How long to wait after so many attempts failed; undefined when that was the last. A receiver that asks for more time gets it. */
export function delayAfter(attempts: number, retryAfterMs: number | null): number | undefined {
  const delay = retryScheduleMs[attempts];
  return delay === undefined ? undefined : Math.max(delay, retryAfterMs ?? 0);
}
