// Carries lines of the outbox to Temporal. Any number of relays may run; each line is done at least once, and doing one twice is harmless.
import { hash } from 'node:crypto';
import { WorkflowExecutionAlreadyStartedError, WorkflowNotFoundError, type Client } from '@temporalio/client';
import { gather } from '../db/gather.ts';
import { leaseLines, postponeLine, removeLines, type OutboxLine } from '../db/queries/outbox.ts';
import type { Database } from '../db/client.ts';
import { runLoop, type RunLoop } from '../db/run-loop.ts';
import { PROCESSES_TASK_QUEUE, workflowTypes } from '../workflows/contract.ts';

export interface RelayOptions {
  database: Database;
  client: Client;
  onError: (error: unknown, line?: OutboxLine) => void;
  /** How often it looks when nobody wakes it. @default 500 */
  pollMs?: number;
}

export type Relay = RunLoop;

const LEASE_MS = 15_000;
/** Shorter than the lease, so that a line is never with two relays. Longer than the five seconds in which Temporal settles a lost worker's task. */
const DELIVER_WITHIN_MS = 10_000;
const MOST_IN_HAND = 50;
const LONGEST_DELAY_MS = 30_000;

export function startRelay({ database, client, onError, pollMs = 500 }: RelayOptions): Relay {
  // Each line goes its own way: one whose workflow answers late holds up nobody else's.
  const inHand = new Set<Promise<void>>();

  const takeLines = async () => {
    const limit = MOST_IN_HAND - inHand.size;
    if (limit === 0) return;
    for (const line of await leaseLines(database.pool, { limit, leaseMs: LEASE_MS })) {
      const carrying = carry(line).finally(() => {
        inHand.delete(carrying);
        // The next line of this workflow may go now, or one that found no free hand.
        loop.wake();
      });
      inHand.add(carrying);
    }
  };

  const carry = async (line: OutboxLine) => {
    try {
      await deliverLine(client, line);
      await remove(line.id);
    } catch (error) {
      onError(error, line);
      const delayMs = Math.min(LONGEST_DELAY_MS, 250 * 2 ** Math.min(line.attempts, 10));
      const reason = error instanceof Error ? error.message : String(error);
      // Unless it can be written, the line comes back when its lease ends.
      await postponeLine(database.pool, line.id, delayMs, reason).catch(onError);
    }
  };

  /** Lines that are done at the same time leave in one statement. */
  const remove = gather(
    async (ids: readonly number[]) => {
      await removeLines(database.pool, ids);
      return ids.map(() => undefined);
    },
    (id) => String(id),
    { inFlight: 1 },
  );

  const loop = runLoop({ work: takeLines, onError, pollMs });
  return {
    wake: loop.wake,
    stop: async () => {
      await loop.stop();
      await Promise.all(inHand);
    },
  };
}

/** Starts the line's workflow or tells it what happened. One that was started before, or has ended, needs nothing more. */
async function deliverLine(
  client: Client,
  { workflowId, message }: Pick<OutboxLine, 'workflowId' | 'message'>,
): Promise<void> {
  if (message.do === 'start') {
    try {
      await client.withDeadline(Date.now() + DELIVER_WITHIN_MS, () =>
        client.workflow.start(workflowTypes[message.kind], {
          workflowId,
          taskQueue: PROCESSES_TASK_QUEUE,
          args: [message.input],
          workflowIdReusePolicy: 'REJECT_DUPLICATE',
          requestEagerStart: true,
        }),
      );
    } catch (error) {
      if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error;
    }
    return;
  }
  try {
    await client.withDeadline(Date.now() + DELIVER_WITHIN_MS, () =>
      client.workflow.getHandle(workflowId).startUpdate(message.what, {
        args: [message.payload],
        updateId: `${message.what}/${hash('sha256', JSON.stringify(message.payload), 'hex')}`,
        waitForStage: 'ACCEPTED',
      }),
    );
  } catch (error) {
    if (!(error instanceof WorkflowNotFoundError)) throw error;
  }
}
