// Carries lines of the outbox to Temporal. Any number of relays may run; each line is done at least once, and doing one twice is harmless.
import { hash } from 'node:crypto';
import { WorkflowExecutionAlreadyStartedError, WorkflowNotFoundError, type Client } from '@temporalio/client';
import { leaseLines, postponeLine, removeLines, type OutboxLine } from '../db/queries/outbox.ts';
import type { Database } from '../db/client.ts';
import { PROCESSES_TASK_QUEUE, workflowTypes } from '../workflows/contract.ts';

export interface RelayOptions {
  database: Database;
  client: Client;
  onError: (error: unknown, line?: OutboxLine) => void;
  /** How often it looks when nobody wakes it. @default 500 */
  pollMs?: number;
}

export interface Relay {
  /** Looks at once. */
  wake: () => void;
  /** Ends after the lines in hand. */
  stop: () => Promise<void>;
}

const LEASE_MS = 15_000;
/** Shorter than the lease, so that a line is never with two relays. Longer than the five seconds in which Temporal settles a lost worker's task. */
const TELL_WITHIN_MS = 10_000;
const BATCH = 50;
const LONGEST_DELAY_MS = 30_000;

export function startRelay({ database, client, onError, pollMs = 500 }: RelayOptions): Relay {
  let isStopping = false;
  let isWoken = false;
  let endNap: (() => void) | undefined;

  const wake = () => {
    isWoken = true;
    endNap?.();
  };

  const nap = () =>
    new Promise<void>((resolve) => {
      const timer = setTimeout(done, pollMs);
      function done() {
        clearTimeout(timer);
        endNap = undefined;
        resolve();
      }
      endNap = done;
      if (isWoken || isStopping) done();
    });

  const run = async () => {
    while (!isStopping) {
      isWoken = false;
      try {
        const lines = await leaseLines(database.db, { limit: BATCH, leaseMs: LEASE_MS });
        if (lines.length > 0) {
          await deliver(lines);
          continue;
        }
      } catch (error) {
        onError(error);
      }
      await nap();
    }
  };

  const deliver = async (lines: OutboxLine[]) => {
    const done = await Promise.all(
      lines.map(async (line) => {
        try {
          await deliverLine(client, line);
          return line.id;
        } catch (error) {
          onError(error, line);
          const delayMs = Math.min(LONGEST_DELAY_MS, 250 * 2 ** Math.min(line.attempts, 10));
          await postponeLine(database.db, line.id, delayMs, error instanceof Error ? error.message : String(error));
          return undefined;
        }
      }),
    );
    await removeLines(
      database.db,
      done.filter((id) => id !== undefined),
    );
  };

  const running = run();
  return {
    wake,
    stop: async () => {
      isStopping = true;
      endNap?.();
      await running;
    },
  };
}

/** Starts the line's workflow or tells it what happened. One that was started before, or has ended, needs nothing more. */
export async function deliverLine(
  client: Client,
  { workflowId, message }: Pick<OutboxLine, 'workflowId' | 'message'>,
): Promise<void> {
  if (message.do === 'start') {
    try {
      await client.workflow.start(workflowTypes[message.kind], {
        workflowId,
        taskQueue: PROCESSES_TASK_QUEUE,
        args: [message.input],
        workflowIdReusePolicy: 'REJECT_DUPLICATE',
        requestEagerStart: true,
      });
    } catch (error) {
      if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error;
    }
    return;
  }
  try {
    await client.withDeadline(Date.now() + TELL_WITHIN_MS, () =>
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
