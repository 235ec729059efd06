// Brings copies of cards up to date, one channel at a time, so that a channel that is away holds up no other.
import type { Card, CardRecipient, CardSender } from '../domain/card.ts';
import type { CardChannel } from '../domain/reach.ts';
import type { Database } from '../db/client.ts';
import {
  findRecipient,
  giveUpCopy,
  leaseCopies,
  postponeCopy,
  settleCopy,
  takeOver,
  type LeasedCopy,
} from '../db/queries/card-copies.ts';
import { runLoop, type RunLoop } from '../relay/run-loop.ts';
import { LEASE_MS, verdictOn } from './delivery.ts';
import { readCard } from './read-card.ts';

export interface CopiesOptions {
  database: Database;
  sender: CardSender;
  configured: readonly CardChannel[];
  publicUrl: string;
  onError: (error: unknown, copy?: LeasedCopy) => void;
  pollMs: number;
}

const MOST_IN_HAND = 32;
/** So many failures in a row, about ten seconds, and the person is asked by another channel too. */
const FAILURES_BEFORE_TAKE_OVER = 4;

export function deliverCopies({ database, sender, configured, publicUrl, onError, pollMs }: CopiesOptions): RunLoop {
  const { pool } = database;
  const inHand = new Set<Promise<void>>();

  const work = async () => {
    const limit = MOST_IN_HAND - inHand.size;
    if (limit <= 0) return;
    for (const copy of await leaseCopies(pool, sender.channel, { limit, leaseMs: LEASE_MS })) {
      const sending = send(copy).finally(() => {
        inHand.delete(sending);
        loop.wake();
      });
      inHand.add(sending);
    }
  };

  const send = async (copy: LeasedCopy) => {
    try {
      const card = await readCard(pool, copy.reviewId, sender.channel, publicUrl);
      if (card) await settleCopy(pool, copy, await deliver(card, copy));
    } catch (error) {
      onError(error, copy);
      await putOff(copy, error).catch(onError);
    }
  };

  const deliver = async (card: Card, copy: LeasedCopy) => {
    const recipient = await recipientOf(copy);
    // Whoever was never asked need not hear that nobody has to be.
    const isNeedless = recipient === undefined || (copy.place === null && card.ending !== null);
    const place = isNeedless ? copy.place : await sender.deliver(card, recipient, copy.place);
    return { place, revision: card.revision };
  };

  const recipientOf = async ({ recipient: name }: LeasedCopy): Promise<CardRecipient | undefined> => {
    if (name.startsWith('#')) return { name, person: null };
    const person = await findRecipient(pool, name);
    return person && { name, person };
  };

  const putOff = async (copy: LeasedCopy, error: unknown) => {
    const { isFinal, delayMs, reason } = verdictOn(error, copy.attempts);
    if (isFinal) await giveUpCopy(pool, copy, reason);
    else await postponeCopy(pool, copy, { delayMs, reason });
    if (isFinal || copy.attempts === FAILURES_BEFORE_TAKE_OVER) await takeOver(pool, copy, configured);
  };

  const loop = runLoop({ work, onError, pollMs });
  return {
    wake: loop.wake,
    stop: async () => {
      await loop.stop();
      await Promise.all(inHand);
    },
  };
}
