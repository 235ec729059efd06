import { and, desc, eq } from 'drizzle-orm';
import type { PinnedPolicy } from '../../domain/policy.ts';
import type { DbOrTx } from '../client.ts';
import { policies } from '../schema/index.ts';

/** A published version; throws when it is not there, because nothing may run without its rules. */
export async function getPinnedPolicy(db: DbOrTx, id: string, version: number): Promise<PinnedPolicy> {
  const [row] = await db
    .select()
    .from(policies)
    .where(and(eq(policies.id, id), eq(policies.version, version)));
  if (!row) throw new Error(`Policy ${id} version ${version} is not published`);
  return { id: row.id, version: row.version, digest: row.digest, rules: row.rules };
}

/** The newest version of a policy; undefined when none is published. */
export async function findLatestPolicy(db: DbOrTx, id: string) {
  const [row] = await db.select().from(policies).where(eq(policies.id, id)).orderBy(desc(policies.version)).limit(1);
  return row;
}
