// Brings copies of cards up to date, one channel at a time, so that a channel that is away holds up no other.
import type { Card, CardRecipient, CardSender, Notice } from '../domain/card.ts';
import type { CardChannel } from '../domain/reach.ts';
import type { Database } from '../db/client.ts';
import {
  findRecipient,
  gatherCopy,
  giveUpCopy,
  leaseCopies,
  leaseGathered,
  postponeCopy,
  settleCopy,
  takeOver,
  type LeasedCopy,
} from '../db/queries/card-copies.ts';
import { runLoop, type RunLoop } from '../db/run-loop.ts';
import { watchBursts } from './bursts.ts';
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
const MOST_IN_HAND_EACH = 4;
/** So many failures in a row, about ten seconds, and the person is asked by another channel too. */
const FAILURES_BEFORE_TAKE_OVER = 4;
/** How long cards of a burst are gathered. */
const GATHER_MS = 15_000;

export function deliverCopies({ database, sender, configured, publicUrl, onError, pollMs }: CopiesOptions): RunLoop {
  const { pool } = database;
  const { channel } = sender;
  const inHand = new Map<Promise<void>, string>();
  const bursts = watchBursts(() => performance.now());

  const work = async () => {
    const limit = MOST_IN_HAND - inHand.size;
    if (limit <= 0) return;
    const busy = [...Map.groupBy(inHand.values(), (recipient) => recipient)]
      .filter(([, copies]) => copies.length >= MOST_IN_HAND_EACH)
      .map(([recipient]) => recipient);
    const leased = await leaseCopies(pool, channel, { limit, leaseMs: LEASE_MS, busy, mostEach: MOST_IN_HAND_EACH });
    for (const copy of leased) {
      const sending = send(copy).finally(() => {
        inHand.delete(sending);
        loop.wake();
      });
      inHand.set(sending, copy.recipient);
    }
  };

  const send = async (copy: LeasedCopy) => {
    let takeBack: (() => void) | undefined;
    try {
      if (copy.isGathered) return await sendDigest(copy);
      const card = await readCard(pool, copy.reviewId, channel, publicUrl);
      if (!card) return;
      const isNew = copy.place === null && card.ending === null;
      if (isNew && bursts.isBurst(copy.recipient)) return await gatherCopy(pool, copy, GATHER_MS);
      if (isNew) takeBack = bursts.note(copy.recipient);
      await settleCopy(pool, copy, await deliver(card, copy));
    } catch (error) {
      // Tries that fail are no burst, and gathering them would put off whoever takes over.
      takeBack?.();
      onError(error, copy);
      await putOff(copy, error).catch(onError);
    }
  };

  const deliver = async (card: Card, copy: LeasedCopy) => {
    const recipient = await recipientOf(copy);
    const isNeedless =
      recipient === undefined ||
      // Whoever was never asked need not hear that nobody has to be.
      (copy.place === null && card.ending !== null) ||
      // A digest says what was opened, which stays true; how it stands is on the page that it links to.
      copy.place?.digest !== undefined;
    const place = isNeedless ? copy.place : await sender.deliver(card, recipient, copy.place);
    return { place, revision: card.revision };
  };

  /** Tells of all that was gathered for the recipient in one message, by a key that its first review gives it. */
  const sendDigest = async (first: LeasedCopy) => {
    const copies = await leaseGathered(pool, first, LEASE_MS);
    if (copies.length === 0) return;
    const recipient = await recipientOf(first);
    const cards: Card[] = [];
    for (const { reviewId } of copies) {
      const card = await readCard(pool, reviewId, channel, publicUrl);
      if (card) cards.push(card);
    }
    const open = cards.filter((card) => card.ending === null);
    const digest = `digest/${first.recipient}/${first.reviewId}`;
    if (recipient && open.length > 0) await sender.tell(digestOf(open, digest, publicUrl), recipient, null);
    for (const copy of copies) {
      const card = cards.find(({ reviewId }) => reviewId === copy.reviewId);
      if (card) await settleCopy(pool, copy, { place: { digest }, revision: card.revision });
    }
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
      await Promise.all(inHand.keys());
    },
  };
}

/** A line a review, its address at the end. */
const digestOf = (cards: readonly Card[], key: string, publicUrl: string): Notice => ({
  key,
  kind: 'digest',
  title: cards.length === 1 ? 'A review was opened for you' : `${cards.length} reviews were opened for you`,
  body: cards.map((card) => `${card.question} ${card.title}: ${card.url}`).join('\n'),
  url: `${publicUrl}/reviews`,
});
