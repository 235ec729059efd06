import { AskedToWait, PermanentRefusal } from '../domain/card.ts';

/** Longer than any attempt may take, so that nothing is ever with two couriers. */
export const LEASE_MS = 60_000;
const LONGEST_DELAY_MS = 5 * 60_000;

/** What a failed attempt comes to: never again, or not before so many milliseconds. */
export function verdictOn(error: unknown, attempts: number): { isFinal: boolean; delayMs: number; reason: string } {
  const reason = error instanceof Error ? error.message : String(error);
  if (error instanceof PermanentRefusal) return { isFinal: true, delayMs: 0, reason };
  const delayMs =
    error instanceof AskedToWait ? error.waitMs : Math.min(LONGEST_DELAY_MS, 500 * 2 ** Math.min(attempts, 12));
  return { isFinal: false, delayMs, reason };
}
