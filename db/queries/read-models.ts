import type { Pool } from 'pg';
import { and, asc, desc, eq, inArray } from 'drizzle-orm';
import type { DbOrTx } from '../client.ts';
import { models, modelVersions, policies, processes } from '../schema/index.ts';

export interface ModelRow {
  name: string;
  createdAt: Date;
  versions: number;
  latestId: string;
}

const modelsSql = `
SELECT m.name, m.created_at AS "createdAt", v.versions, v.latest AS "latestId"
FROM models m CROSS JOIN LATERAL (
  SELECT count(*)::int AS versions, (array_agg(id ORDER BY created_at DESC, id DESC))[1] AS latest
  FROM model_versions WHERE model = m.name AND ($3::text IS NULL OR submitted_by = $3)
) v
WHERE m.name > $1 AND v.versions > 0
ORDER BY m.name LIMIT $2`;

/** Models by name after `after`, one more than `limit` when the list goes on; with `submittedBy`, those with a version of that account. */
export async function listModelRows(
  pool: Pool,
  query: { after: string; limit: number; submittedBy: string | null },
): Promise<ModelRow[]> {
  const { rows } = await pool.query<ModelRow>({
    name: 'list-models',
    text: modelsSql,
    values: [query.after, query.limit + 1, query.submittedBy],
  });
  return rows;
}

export async function findModel(db: DbOrTx, name: string) {
  const [row] = await db.select().from(models).where(eq(models.name, name));
  return row;
}

/** A model's versions, newest first. */
export async function listVersions(db: DbOrTx, model: string, submittedBy: string | null) {
  return db
    .select()
    .from(modelVersions)
    .where(
      and(
        eq(modelVersions.model, model),
        submittedBy === null ? undefined : eq(modelVersions.submittedBy, submittedBy),
      ),
    )
    .orderBy(desc(modelVersions.createdAt), desc(modelVersions.id));
}

/** A version with the digest of its policy. */
export async function findVersion(db: DbOrTx, model: string, version: string) {
  const [row] = await db
    .select({ version: modelVersions, policyDigest: policies.digest })
    .from(modelVersions)
    .innerJoin(
      policies,
      and(eq(policies.id, modelVersions.policyId), eq(policies.version, modelVersions.policyVersion)),
    )
    .where(and(eq(modelVersions.model, model), eq(modelVersions.version, version)));
  return row;
}

export async function findVersionById(db: DbOrTx, id: string) {
  const [row] = await db.select().from(modelVersions).where(eq(modelVersions.id, id));
  return row;
}

/** Oldest first, the lifecycle before what it started. */
export async function listProcesses(db: DbOrTx, modelVersionId: string) {
  return db
    .select()
    .from(processes)
    .where(eq(processes.modelVersionId, modelVersionId))
    .orderBy(asc(processes.startedAt), asc(processes.round), asc(processes.id));
}

export async function findProcess(db: DbOrTx, id: string) {
  const [row] = await db.select().from(processes).where(eq(processes.id, id));
  return row;
}

/** Those of the ids that are versions. */
export async function findVersionsById(db: DbOrTx, ids: readonly string[]) {
  return ids.length === 0
    ? []
    : db
        .select()
        .from(modelVersions)
        .where(inArray(modelVersions.id, [...ids]));
}
