import { eq } from 'drizzle-orm';
import type { DbOrTx } from '../client.ts';
import { documents, evidencePacks } from '../schema/index.ts';

export async function findEvidencePack(db: DbOrTx, digest: string) {
  const [row] = await db.select().from(evidencePacks).where(eq(evidencePacks.digest, digest));
  return row;
}

export async function getEvidencePack(db: DbOrTx, digest: string) {
  const row = await findEvidencePack(db, digest);
  if (!row) throw new Error(`Evidence ${digest} is not there`);
  return row;
}

/** Keeps a pack under its digest; keeping it twice changes nothing. */
export async function insertEvidencePack(tx: DbOrTx, pack: typeof evidencePacks.$inferInsert): Promise<void> {
  await tx.insert(evidencePacks).values(pack).onConflictDoNothing();
}

export async function insertDocuments(tx: DbOrTx, rows: readonly (typeof documents.$inferInsert)[]): Promise<void> {
  if (rows.length > 0)
    await tx
      .insert(documents)
      .values([...rows])
      .onConflictDoNothing();
}

export async function findDocument(db: DbOrTx, digest: string) {
  const [row] = await db.select().from(documents).where(eq(documents.digest, digest));
  return row;
}
