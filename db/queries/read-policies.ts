import { and, asc, desc, eq } from 'drizzle-orm';
import type { DbOrTx } from '../client.ts';
import { policies } from '../schema/index.ts';

export type PolicyRow = typeof policies.$inferSelect;

/** The newest version of each policy, by id. */
export async function listNewestPolicies(db: DbOrTx): Promise<PolicyRow[]> {
  return db.selectDistinctOn([policies.id]).from(policies).orderBy(asc(policies.id), desc(policies.version));
}

/** One published version, the newest when none is named. */
export async function findPolicy(db: DbOrTx, id: string, version?: number): Promise<PolicyRow | undefined> {
  const [row] = await db
    .select()
    .from(policies)
    .where(and(eq(policies.id, id), version === undefined ? undefined : eq(policies.version, version)))
    .orderBy(desc(policies.version))
    .limit(1);
  return row;
}

/** The numbers of a policy's versions, newest first. */
export async function listPolicyVersions(db: DbOrTx, id: string): Promise<number[]> {
  const rows = await db
    .select({ version: policies.version })
    .from(policies)
    .where(eq(policies.id, id))
    .orderBy(desc(policies.version));
  return rows.map((row) => row.version);
}
