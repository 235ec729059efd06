import { and, eq } from 'drizzle-orm';
import type { ProcessOutcome } from '../../domain/process.ts';
import type { DbOrTx } from '../client.ts';
import { processes } from '../schema/index.ts';

export type ProcessRow = typeof processes.$inferSelect;

export async function getProcessById(db: DbOrTx, id: string): Promise<ProcessRow> {
  const [row] = await db.select().from(processes).where(eq(processes.id, id));
  if (!row) throw new Error(`Process ${id} is not there`);
  return row;
}

export async function findRunningProcesses(db: DbOrTx, modelVersionId: string): Promise<ProcessRow[]> {
  return db
    .select()
    .from(processes)
    .where(and(eq(processes.modelVersionId, modelVersionId), eq(processes.state, 'RUNNING')));
}

/** Starts a process; undefined when this version has one of the kind and round already. */
export async function insertProcess(
  tx: DbOrTx,
  process: typeof processes.$inferInsert,
): Promise<ProcessRow | undefined> {
  const [row] = await tx.insert(processes).values(process).onConflictDoNothing().returning();
  return row;
}

/** Ends a running process; undefined when it ended before. */
export async function completeProcess(
  tx: DbOrTx,
  id: string,
  end: { outcome: ProcessOutcome; reason: string; at: Date },
): Promise<ProcessRow | undefined> {
  const [row] = await tx
    .update(processes)
    .set({ state: 'COMPLETED', outcome: end.outcome, outcomeReason: end.reason, endedAt: end.at })
    .where(and(eq(processes.id, id), eq(processes.state, 'RUNNING')))
    .returning();
  return row;
}
