import { and, eq } from 'drizzle-orm';
import type { DbOrTx } from '../client.ts';
import { deferredDecisions } from '../schema/index.ts';

export type DeferralRow = typeof deferredDecisions.$inferSelect;

export async function getDeferral(db: DbOrTx, id: string): Promise<DeferralRow> {
  const [row] = await db.select().from(deferredDecisions).where(eq(deferredDecisions.id, id));
  if (!row) throw new Error(`Deferral ${id} is not there`);
  return row;
}

export async function findPendingDeferral(
  db: DbOrTx,
  reviewId: string,
  handle: string,
): Promise<DeferralRow | undefined> {
  const [row] = await db
    .select()
    .from(deferredDecisions)
    .where(
      and(
        eq(deferredDecisions.reviewId, reviewId),
        eq(deferredDecisions.handle, handle),
        eq(deferredDecisions.state, 'PENDING'),
      ),
    );
  return row;
}

/** What the person deferred under an idempotency key. */
export async function findDeferralOfKey(
  db: DbOrTx,
  handle: string,
  idempotencyKey: string,
): Promise<DeferralRow | undefined> {
  const [row] = await db
    .select()
    .from(deferredDecisions)
    .where(and(eq(deferredDecisions.handle, handle), eq(deferredDecisions.idempotencyKey, idempotencyKey)));
  return row;
}

export async function insertDeferral(tx: DbOrTx, row: typeof deferredDecisions.$inferInsert): Promise<DeferralRow> {
  const [kept] = await tx.insert(deferredDecisions).values(row).returning();
  return kept!;
}

export async function listDeferrals(db: DbOrTx, reviewId: string): Promise<DeferralRow[]> {
  return db
    .select()
    .from(deferredDecisions)
    .where(eq(deferredDecisions.reviewId, reviewId))
    .orderBy(deferredDecisions.createdAt);
}

/** Once: false when it was settled before. */
export async function settleDeferralRow(
  tx: DbOrTx,
  id: string,
  settled: { state: 'COUNTED' | 'LAPSED'; reason: string; at: Date },
): Promise<boolean> {
  const rows = await tx
    .update(deferredDecisions)
    .set({ state: settled.state, reason: settled.reason, settledAt: settled.at })
    .where(and(eq(deferredDecisions.id, id), eq(deferredDecisions.state, 'PENDING')))
    .returning({ id: deferredDecisions.id });
  return rows.length > 0;
}
