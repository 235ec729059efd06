import { setTimeout as delay } from 'node:timers/promises';
import { AskedToWait } from '../../domain/card.ts';

/** Slack takes about one new message a second in each conversation. */
const EVERY_MS = 1_000;
/** Who would wait longer comes back later, so that nobody behind them waits too. */
const LONGEST_WAIT_MS = 2_000;

/** Lets one new message a second into each conversation. Throws `AskedToWait` when the line is long. */
export function createPace(now: () => Date, everyMs = EVERY_MS): (conversation: string) => Promise<void> {
  const free = new Map<string, number>();
  return async (conversation) => {
    const at = now().getTime();
    const turn = Math.max(at, free.get(conversation) ?? 0);
    const waitMs = turn - at;
    if (waitMs > LONGEST_WAIT_MS) throw new AskedToWait('The conversation has had enough for now', waitMs);
    free.set(conversation, turn + everyMs);
    if (free.size > 10_000) for (const [name, until] of free) if (until < at) free.delete(name);
    if (waitMs > 0) await delay(waitMs);
  };
}
