import { sql } from 'drizzle-orm';
import type { OutboxMessage } from '../../workflows/contract.ts';
import type { DbOrTx } from '../client.ts';
import { outbox } from '../schema/index.ts';

/** Tells a workflow, once this transaction stands. */
export async function enqueue(
  tx: DbOrTx,
  lines: readonly { workflowId: string; message: OutboxMessage }[],
): Promise<void> {
  if (lines.length > 0) await tx.insert(outbox).values([...lines]);
}

export interface OutboxLine {
  id: number;
  workflowId: string;
  message: OutboxMessage;
  attempts: number;
}

/**
 * Takes lines for `leaseMs`; a relay that dies gives them back when the lease ends.
 * A line waits for every earlier line of its workflow, so that a signal never overtakes the start.
 */
export async function leaseLines(db: DbOrTx, options: { limit: number; leaseMs: number }): Promise<OutboxLine[]> {
  const leased = await db.execute<{ id: string; workflow_id: string; message: OutboxMessage; attempts: number }>(sql`
    UPDATE outbox SET available_at = clock_timestamp() + make_interval(secs => ${options.leaseMs / 1000}), attempts = attempts + 1
    WHERE id IN (
      SELECT line.id FROM outbox line
      WHERE line.available_at <= clock_timestamp()
        AND NOT EXISTS (SELECT FROM outbox earlier WHERE earlier.workflow_id = line.workflow_id AND earlier.id < line.id)
      ORDER BY line.id LIMIT ${options.limit} FOR UPDATE SKIP LOCKED)
    RETURNING id, workflow_id, message, attempts`);
  return leased.rows
    .map((row) => ({ id: Number(row.id), workflowId: row.workflow_id, message: row.message, attempts: row.attempts }))
    .sort((a, b) => a.id - b.id);
}

/** Temporal has these lines. */
export async function removeLines(db: DbOrTx, ids: readonly number[]): Promise<void> {
  if (ids.length > 0) await db.execute(sql`DELETE FROM outbox WHERE id = ANY(${sql.param(ids)}::bigint[])`);
}

/** Temporal did not take this line; it is tried again after `delayMs`. */
export async function postponeLine(db: DbOrTx, id: number, delayMs: number, error: string): Promise<void> {
  await db.execute(
    sql`UPDATE outbox SET available_at = clock_timestamp() + make_interval(secs => ${delayMs / 1000}), last_error = ${error.slice(0, 500)} WHERE id = ${id}`,
  );
}
