// Outgoing webhooks: planned from the journal, each entry once, and sent until they are taken or given up. Any number of processes may run it.
import type { PoolClient } from 'pg';
import { systemActor } from '../domain/actor.ts';
import { cloudEventOf, webhookTypesOf } from '../domain/webhook-event.ts';
import { newId } from '../db/new-id.ts';
import { beginFollowing, followJournal, type FollowedEntry } from '../db/queries/follow-journal.ts';
import { appendEntries } from '../db/queries/journal.ts';
import {
  disableEndpoint,
  giveUpDelivery,
  insertDeliveries,
  leaseDeliveries,
  listListening,
  postponeDelivery,
  readSubjects,
  settleDelivery,
  subjectKey,
  type LeasedDelivery,
  type PlannedDelivery,
} from '../db/queries/webhooks.ts';
import type { Database } from '../db/client.ts';
import { delayAfter } from '../integrations/webhooks/retry-schedule.ts';
import { openSecret } from '../integrations/webhooks/secrets.ts';
import { sendDelivery, type DeliveryResult } from '../integrations/webhooks/send-delivery.ts';
import type { TargetGuard } from '../integrations/webhooks/target-guard.ts';
import { runLoop, type RunLoop } from '../db/run-loop.ts';

export interface WebhookOptions {
  database: Database;
  guard: TargetGuard;
  /** Opens the secrets of endpoints. 32 bytes. */
  secretKey: Buffer;
  publicUrl: string;
  now: () => Date;
  onError: (error: unknown, delivery?: LeasedDelivery) => void;
  /** How often it looks when nobody wakes it. @default 500 */
  pollMs?: number;
  /** @default 20,000 */
  timeoutMs?: number;
}

/** The journal's stream of endpoints. */
const WEBHOOKS_STREAM = 'webhooks';
const READER = 'webhooks';
const ENTRIES_AT_ONCE = 500;
/** Longer than an attempt may take, so that nothing is ever sent by two. */
const LEASE_MS = 60_000;
const MOST_OF_ONE_ENDPOINT = 5;

export async function startWebhooks(options: WebhookOptions): Promise<RunLoop> {
  const { database, publicUrl, now, onError, pollMs = 500 } = options;
  await beginFollowing(database, READER);
  const inHand = new Map<string, number>();
  const sending = new Set<Promise<void>>();

  const planning = runLoop({
    onError,
    pollMs,
    work: async () => {
      const count = await followJournal(database, READER, ENTRIES_AT_ONCE, (entries, client) =>
        planDeliveries(entries, client, { publicUrl, at: now() }),
      );
      if (count > 0) delivering.wake();
      return count === ENTRIES_AT_ONCE;
    },
  });

  const delivering = runLoop({
    onError,
    pollMs,
    work: async () => {
      const at = now();
      const busy = [...inHand].flatMap(([id, count]) => (count >= MOST_OF_ONE_ENDPOINT ? [id] : []));
      const leased = await leaseDeliveries(database.pool, {
        now: at,
        until: new Date(at.getTime() + LEASE_MS),
        perEndpoint: MOST_OF_ONE_ENDPOINT,
        busy,
      });
      for (const delivery of leased) carry(delivery);
    },
  });

  const carry = (delivery: LeasedDelivery) => {
    const { endpointId } = delivery;
    inHand.set(endpointId, (inHand.get(endpointId) ?? 0) + 1);
    const attempt = attemptDelivery(options, delivery)
      // What could not be written comes back when its lease ends.
      .catch((error: unknown) => onError(error, delivery))
      .finally(() => {
        const left = (inHand.get(endpointId) ?? 1) - 1;
        if (left === 0) inHand.delete(endpointId);
        else inHand.set(endpointId, left);
        sending.delete(attempt);
        // The next one of this subject may go now.
        delivering.wake();
      });
    sending.add(attempt);
  };

  return {
    wake: planning.wake,
    stop: async () => {
      await planning.stop();
      await delivering.stop();
      await Promise.all(sending);
    },
  };
}

/** Writes what these entries tell each endpoint. */
async function planDeliveries(
  entries: readonly FollowedEntry[],
  client: PoolClient,
  { publicUrl, at }: { publicUrl: string; at: Date },
): Promise<void> {
  const told = entries.flatMap((entry) => {
    const { reviewId } = entry.data;
    const about = { entry, reviewId: typeof reviewId === 'string' ? reviewId : null };
    return webhookTypesOf(entry).map((type) => ({ ...about, type }));
  });
  if (told.length === 0) return;
  const endpoints = await listListening(client);
  if (endpoints.length === 0) return;
  const asked = new Map(told.map(({ entry: { stream }, reviewId }) => [subjectKey(stream, reviewId), { stream, reviewId }])); // prettier-ignore
  const subjects = await readSubjects(client, [...asked.values()]);
  const planned = told.flatMap(({ entry, reviewId, type }): PlannedDelivery[] => {
    const subject = subjects.get(subjectKey(entry.stream, reviewId));
    if (!subject) return [];
    const wanting = endpoints.filter(
      ({ types, model }) =>
        (types.length === 0 || types.includes(type)) && (model === null || model === subject.modelVersion.model),
    );
    const body = wanting.length === 0 ? '' : cloudEventOf(type, entry, subject, publicUrl);
    const source = `${entry.stream}/${entry.position}`;
    return wanting.map(({ id }) => ({ id: newId('event'), endpointId: id, subject: reviewId ?? entry.stream, source, type, body })); // prettier-ignore
  });
  await insertDeliveries(client, planned, at);
}

async function attemptDelivery(options: WebhookOptions, delivery: LeasedDelivery): Promise<void> {
  const { database, guard, secretKey, now, timeoutMs } = options;
  const secrets = secretsOf(delivery, secretKey);
  if (!secrets) return tryLater(options, delivery, { kind: 'failed', status: null, error: 'its secret cannot be opened: COUNTERSIGN_SECRET is another one', retryAfterMs: null }); // prettier-ignore
  const result = await sendDelivery(
    { id: delivery.id, url: delivery.url, body: delivery.body, secrets },
    { guard, now, ...(timeoutMs === undefined ? {} : { timeoutMs }) },
  );
  if (result.kind === 'delivered') return settleDelivery(database.pool, delivery.id, result.status, now());
  if (result.kind === 'gone') return stopSending(options, delivery);
  await tryLater(options, delivery, result);
}

/** undefined when they were sealed with another key. */
function secretsOf({ endpointId, secret, previousSecret }: LeasedDelivery, secretKey: Buffer): string[] | undefined {
  try {
    return [secret, previousSecret].flatMap((sealed) => (sealed === null ? [] : openSecret(secretKey, endpointId, sealed))); // prettier-ignore
  } catch {
    return undefined;
  }
}

async function tryLater(
  { database, now }: WebhookOptions,
  delivery: LeasedDelivery,
  { status, error, retryAfterMs }: Extract<DeliveryResult, { kind: 'failed' }>,
): Promise<void> {
  const at = now();
  const failed = { id: delivery.id, status, error };
  const delayMs = delayAfter(delivery.attempts, retryAfterMs);
  if (delayMs !== undefined) return postponeDelivery(database.pool, failed, new Date(at.getTime() + delayMs));
  await database.withTransaction(async (tx, client) => {
    if (!(await giveUpDelivery(client, failed))) return;
    const { id: deliveryId, endpointId, type, attempts } = delivery;
    const entry = {
      stream: WEBHOOKS_STREAM,
      type: 'delivery.given_up',
      actor: systemActor('webhooks'),
      reason: `The endpoint did not take it in ${attempts} attempts: ${error}`,
      data: { deliveryId, endpointId, type, attempts, status },
    } as const;
    await appendEntries(tx, [entry], at);
  });
}

async function stopSending({ database, now }: WebhookOptions, delivery: LeasedDelivery): Promise<void> {
  const reason = 'The endpoint answered 410: it wants no more.';
  await database.withTransaction(async (tx, client) => {
    if (!(await disableEndpoint(client, { id: delivery.endpointId, reason, removedAt: null }))) return;
    const data = { endpointId: delivery.endpointId, deliveryId: delivery.id };
    const entry = { stream: WEBHOOKS_STREAM, type: 'webhook_endpoint.disabled', actor: systemActor('webhooks'), reason, data } as const; // prettier-ignore
    await appendEntries(tx, [entry], now());
  });
}
