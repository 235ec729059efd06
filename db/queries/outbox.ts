import type { Pool } from 'pg';
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

const leaseSql = `
UPDATE outbox SET available_at = clock_timestamp() + make_interval(secs => $2), attempts = attempts + 1
WHERE id IN (
  SELECT line.id FROM outbox line
  WHERE line.available_at <= clock_timestamp()
    AND NOT EXISTS (SELECT FROM outbox earlier WHERE earlier.workflow_id = line.workflow_id AND earlier.id < line.id)
  ORDER BY line.id LIMIT $1 FOR UPDATE SKIP LOCKED)
RETURNING id, workflow_id, message, attempts`;

/**
 * Takes lines for `leaseMs`; a relay that dies gives them back when the lease ends.
 * A line waits for every earlier line of its workflow, so that a signal never overtakes the start.
 */
export async function leaseLines(pool: Pool, options: { limit: number; leaseMs: number }): Promise<OutboxLine[]> {
  const leased = await pool.query<{ id: string; workflow_id: string; message: OutboxMessage; attempts: number }>({
    name: 'lease-lines',
    text: leaseSql,
    values: [options.limit, options.leaseMs / 1000],
  });
  return leased.rows
    .map((row) => ({ id: Number(row.id), workflowId: row.workflow_id, message: row.message, attempts: row.attempts }))
    .sort((a, b) => a.id - b.id);
}

/** Temporal has these lines. */
export async function removeLines(pool: Pool, ids: readonly number[]): Promise<void> {
  if (ids.length === 0) return;
  await pool.query({ name: 'remove-lines', text: 'DELETE FROM outbox WHERE id = ANY($1::bigint[])', values: [ids] });
}

/** Temporal did not take this line; it is tried again after `delayMs`. */
export async function postponeLine(pool: Pool, id: number, delayMs: number, error: string): Promise<void> {
  await pool.query(
    'UPDATE outbox SET available_at = clock_timestamp() + make_interval(secs => $2), last_error = $3 WHERE id = $1',
    [id, delayMs / 1000, error.slice(0, 500)],
  );
}
