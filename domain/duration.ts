import { z } from 'zod';

/** ISO 8601 duration of days, hours, minutes and seconds: `P3D`, `PT12H`, `PT30S`. */
export const durationSchema = z
  .string()
  .regex(/^P(?!$)(\d+D)?(T(?!$)(\d+H)?(\d+M)?(\d+S)?)?$/, 'is an ISO 8601 duration such as P3D or PT12H');

const unitMs = { D: 86_400_000, H: 3_600_000, M: 60_000, S: 1_000 } as const;

/** Milliseconds of an ISO 8601 duration that `durationSchema` accepts. */
export function durationMs(duration: string): number {
  let total = 0;
  for (const [, count, unit] of duration.matchAll(/(\d+)([DHMS])/g))
    total += Number(count) * unitMs[unit as keyof typeof unitMs];
  return total;
}
