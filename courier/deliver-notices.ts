import type { NoticeSender } from '../domain/card.ts';
import type { Database } from '../db/client.ts';
import { findPlace, findRecipient } from '../db/queries/card-copies.ts';
import { giveUpNotice, leaseNotices, postponeNotice, settleNotice, type LeasedNotice } from '../db/queries/notices.ts';
import { runLoop, type RunLoop } from '../db/run-loop.ts';
import { LEASE_MS, verdictOn } from './delivery.ts';

export interface NoticesOptions {
  database: Database;
  sender: NoticeSender;
  onError: (error: unknown, notice?: LeasedNotice) => void;
  pollMs: number;
}

const MOST_AT_ONCE = 20;

/** Sends each notice once, in the thread of the review's card where there is one. */
export function deliverNotices({ database, sender, onError, pollMs }: NoticesOptions): RunLoop {
  const { pool } = database;

  const work = async () => {
    const notices = await leaseNotices(pool, sender.channel, { limit: MOST_AT_ONCE, leaseMs: LEASE_MS });
    await Promise.all(notices.map(send));
    return notices.length > 0;
  };

  const send = async (notice: LeasedNotice) => {
    try {
      const person = await findRecipient(pool, notice.handle);
      const { channel } = sender;
      const copy = { reviewId: notice.reviewId ?? '', recipient: notice.handle };
      const place = channel === 'push' ? null : await findPlace(pool, { ...copy, channel });
      if (person) await sender.tell(notice, { name: notice.handle, person }, place);
      await settleNotice(pool, notice.id);
    } catch (error) {
      onError(error, notice);
      const { isFinal, delayMs, reason } = verdictOn(error, notice.attempts);
      await (
        isFinal || notice.attempts >= (sender.mostAttempts ?? Infinity)
          ? giveUpNotice(pool, notice.id, reason)
          : postponeNotice(pool, notice.id, { delayMs, reason })
      ).catch(onError);
    }
  };

  return runLoop({ work, onError, pollMs });
}
