// Carries reviews to people and keeps every copy of a card as the review stands: follows the journal, plans, delivers. Any number of couriers may run.
import type { PoolClient } from 'pg';
import type { CardSender, NoticeSender } from '../domain/card.ts';
import type { CardChannel } from '../domain/reach.ts';
import type { Database } from '../db/client.ts';
import { planCopies, type LeasedCopy } from '../db/queries/card-copies.ts';
import { beginFollowing, followJournal, type FollowedEntry } from '../db/queries/follow-journal.ts';
import type { LeasedNotice } from '../db/queries/notices.ts';
import { runLoop, type RunLoop } from '../db/run-loop.ts';
import { deliverCopies } from './deliver-copies.ts';
import { deliverNotices } from './deliver-notices.ts';

export interface CourierOptions {
  database: Database;
  /** One a channel that this installation has; none plans nothing. */
  senders: readonly CardSender[];
  /** Channels that take notices and no cards. */
  noticeSenders?: readonly NoticeSender[];
  publicUrl: string;
  onError: (error: unknown, what?: LeasedCopy | LeasedNotice) => void;
  /** What else is planned from the journal, in the same transaction. */
  plan?: (entries: readonly FollowedEntry[], client: PoolClient) => Promise<void>;
  /** How often it looks when nobody wakes it. @default 500 */
  pollMs?: number;
}

const READER = 'cards';
const ENTRIES_AT_ONCE = 500;

export async function startCourier(options: CourierOptions): Promise<RunLoop> {
  const { database, senders, noticeSenders = [], onError, pollMs = 500, plan = async () => undefined } = options;
  await beginFollowing(database, READER);
  const configured: CardChannel[] = senders.map((sender) => sender.channel);
  const deliveries = [
    ...senders.map((sender) => deliverCopies({ ...options, sender, configured, pollMs })),
    ...[...senders, ...noticeSenders].map((sender) => deliverNotices({ database, sender, onError, pollMs })),
  ];

  const planning = runLoop({
    onError,
    pollMs,
    work: async () => {
      const count = await followJournal(database, READER, ENTRIES_AT_ONCE, async (entries, client) => {
        await planCopies(client, reviewsIn(entries), configured);
        await plan(entries, client);
      });
      if (count > 0) for (const delivery of deliveries) delivery.wake();
      return count === ENTRIES_AT_ONCE;
    },
  });

  return {
    wake: planning.wake,
    stop: async () => {
      await planning.stop();
      await Promise.all(deliveries.map((delivery) => delivery.stop()));
    },
  };
}

/** A refused attempt changes no card, nor does a comment; both tell of a review. */
const unseen: ReadonlySet<string> = new Set([
  'decision.refused',
  'review.commented',
  'review.attached',
  'review.reminded',
]);

const reviewsIn = (entries: readonly FollowedEntry[]): string[] => [
  ...new Set(
    entries.flatMap(({ type, data }) =>
      typeof data.reviewId === 'string' && !unseen.has(type) ? [data.reviewId] : [],
    ),
  ),
];
