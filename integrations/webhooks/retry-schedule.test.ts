import { expect, it } from 'vitest';
import { delayAfter, retryScheduleMs } from './retry-schedule.ts';
import { retryAfterMs } from './send-delivery.ts';

it('is tried ten times within 75 hours and 35 minutes, and not once more', () => {
  expect(retryScheduleMs.reduce((sum, ms) => sum + ms, 0)).toBe(((75 * 60 + 35) * 60 + 5) * 1000);
  expect(delayAfter(1, null)).toBe(5_000);
  expect(delayAfter(9, null)).toBe(24 * 3_600_000);
  expect(delayAfter(10, null)).toBeUndefined();
});

it('waits longer when the receiver asks for it, never shorter, and a day at most', () => {
  const now = new Date('2026-11-21T10:00:00Z');
  expect(delayAfter(1, retryAfterMs('120', now))).toBe(120_000);
  expect(delayAfter(3, retryAfterMs('1', now))).toBe(30 * 60_000);
  expect(retryAfterMs('Sat, 21 Nov 2026 10:00:30 GMT', now)).toBe(30_000);
  expect(retryAfterMs('999999999', now)).toBe(24 * 3_600_000);
  for (const nonsense of [undefined, '', 'soon', '-5', '0', 'Sat, 21 Nov 2020 10:00:30 GMT', '9'.repeat(400)])
    expect(retryAfterMs(nonsense, now)).toBeNull();
});
