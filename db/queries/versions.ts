import { and, desc, eq, ne, sql } from 'drizzle-orm';
import type { Stage } from '../../domain/stage.ts';
import type { DbOrTx } from '../client.ts';
import { modelVersions } from '../schema/index.ts';

export type VersionRow = typeof modelVersions.$inferSelect;

export async function getVersionById(db: DbOrTx, id: string): Promise<VersionRow> {
  const [row] = await db.select().from(modelVersions).where(eq(modelVersions.id, id));
  if (!row) throw new Error(`Model version ${id} is not there`);
  return row;
}

/** The version, locked: the first lock of every transaction that changes where it stands. */
export async function lockVersionById(tx: DbOrTx, id: string): Promise<VersionRow> {
  const [row] = await tx.select().from(modelVersions).where(eq(modelVersions.id, id)).for('update');
  if (!row) throw new Error(`Model version ${id} is not there`);
  return row;
}

export async function moveVersion(
  tx: DbOrTx,
  id: string,
  change: Partial<Pick<VersionRow, 'evidenceDigest' | 'approvedAt'>> & { stage: Stage },
): Promise<void> {
  await tx
    .update(modelVersions)
    .set({ ...change, updatedAt: sql`clock_timestamp()` })
    .where(eq(modelVersions.id, id));
}

/** What a candidate is compared with: the champion, or else the version of the same model that was approved last. */
export async function findIncumbent(
  db: DbOrTx,
  version: Pick<VersionRow, 'id' | 'model'>,
): Promise<VersionRow | undefined> {
  const [row] = await db
    .select()
    .from(modelVersions)
    .where(
      and(
        eq(modelVersions.model, version.model),
        ne(modelVersions.id, version.id),
        sql`${modelVersions.stage} IN ('champion', 'approved')`,
      ),
    )
    .orderBy(sql`${modelVersions.stage} = 'champion' DESC`, desc(modelVersions.approvedAt))
    .limit(1);
  return row;
}
