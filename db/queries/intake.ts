import { and, eq } from 'drizzle-orm';
import type { Pool } from 'pg';
import type { ChainedEntry } from '../../domain/journal.ts';
import type { Submission } from '../../domain/submission.ts';
import type { OutboxMessage } from '../../workflows/contract.ts';
import { runStatement, type DbOrTx } from '../client.ts';
import type { DeliveryAnswer } from '../schema/deliveries.ts';
import { deliveries, modelVersions } from '../schema/index.ts';
import { gather } from '../gather.ts';
import { searchableCopies } from './journal.ts';

export interface NewVersion {
  delivery: { source: string; deliveryId: string; bodyDigest: string; answer: DeliveryAnswer };
  version: { id: string; submittedBy: string; submission: Submission };
  lifecycle: { id: string; workflowId: string; start: OutboxMessage };
  /** The first entry of the version's stream. */
  entry: ChainedEntry;
}

// One statement, one round trip, one commit, for all versions that arrive at the same moment: nothing is looked up before, because every
// clash breaks a key. An owner, author or policy that does not exist comes out as null and breaks its NOT NULL.
const insertSql = `
WITH item AS MATERIALIZED (
  SELECT * FROM json_to_recordset($1) AS item (
    source text, delivery_id text, body_digest text, answer jsonb, id text, submitted_by text, submission jsonb, process_id text, workflow_id text,
    start jsonb, type text, at timestamptz, actor_type text, actor_id text, content text, hash text)
), pinned AS MATERIALIZED (
  SELECT DISTINCT ON (risk_tier) risk_tier, id, version FROM policies ORDER BY risk_tier, published_at DESC, version DESC
), delivery AS (
  INSERT INTO deliveries (source, delivery_id, body_digest, answer) SELECT source, delivery_id, body_digest, answer FROM item
), model AS (
  INSERT INTO models (name) SELECT DISTINCT submission->>'model' FROM item ORDER BY 1 ON CONFLICT DO NOTHING
), version AS (
  INSERT INTO model_versions (id, model, version, stage, risk_tier, owner, author, contributors, artifact_digest, submission, submitted_by, policy_id, policy_version)
  SELECT id, submission->>'model', submission->>'version', 'registered', submission->>'riskTier',
    (SELECT handle FROM people WHERE handle = submission->>'owner' AND is_active), (SELECT handle FROM people WHERE handle = submission->>'author' AND is_active),
    ARRAY(SELECT jsonb_array_elements_text(submission->'contributors')), submission->'artifact'->>'digest', submission, submitted_by,
    (SELECT pinned.id FROM pinned WHERE risk_tier = submission->>'riskTier'), (SELECT pinned.version FROM pinned WHERE risk_tier = submission->>'riskTier')
  FROM item RETURNING id, policy_id, policy_version
), process AS (
  INSERT INTO processes (id, model_version_id, kind, round, state, workflow_id, policy_id, policy_version)
  SELECT process_id, id, 'lifecycle', 0, 'RUNNING', workflow_id, policy_id, policy_version FROM item JOIN version USING (id)
), head AS (
  INSERT INTO journal_heads (stream, position, hash) SELECT id, 1, hash FROM item
), entry AS (
  INSERT INTO journal.entries (stream, position, type, at, actor_type, actor_id, content, hash)
  SELECT id, 1, type, at, actor_type, actor_id, convert_to(content, 'UTF8'), hash FROM item
)
INSERT INTO outbox (workflow_id, message) SELECT workflow_id, start FROM item`;

const inserters = new WeakMap<Pool, (version: NewVersion) => Promise<void>>();

/** Takes a new version in. Throws, having written nothing: a unique violation when the delivery or the version is known, a null violation for what does not exist. */
export function insertNewVersion(pool: Pool, version: NewVersion): Promise<void> {
  let insert = inserters.get(pool);
  if (!insert) {
    insert = gather(
      (versions: readonly NewVersion[]) => insertVersions(pool, versions),
      ({ version: { submission } }) => `${submission.model}/${submission.version}`,
    );
    inserters.set(pool, insert);
  }
  return insert(version);
}

async function insertVersions(pool: Pool, versions: readonly NewVersion[]): Promise<void[]> {
  const items = versions.map(({ delivery, version, lifecycle, entry }) => ({
    source: delivery.source,
    delivery_id: delivery.deliveryId,
    body_digest: delivery.bodyDigest,
    answer: delivery.answer,
    id: version.id,
    submitted_by: version.submittedBy,
    submission: version.submission,
    process_id: lifecycle.id,
    workflow_id: lifecycle.workflowId,
    start: lifecycle.start,
    ...searchableCopies(entry),
    content: entry.bytes,
  }));
  await runStatement(pool, { name: 'insert-new-versions', text: insertSql, values: [JSON.stringify(items)] });
  return versions.map(() => undefined);
}

export async function findDelivery(db: DbOrTx, source: string, deliveryId: string) {
  const [row] = await db
    .select()
    .from(deliveries)
    .where(and(eq(deliveries.source, source), eq(deliveries.deliveryId, deliveryId)));
  return row;
}

/** Writes a delivery down; false when another one with its id came first. */
export async function insertDelivery(tx: DbOrTx, delivery: NewVersion['delivery']): Promise<boolean> {
  const inserted = await tx
    .insert(deliveries)
    .values(delivery)
    .onConflictDoNothing()
    .returning({ id: deliveries.deliveryId });
  return inserted.length === 1;
}

/** The version, locked: the first lock of every transaction that changes where it stands. */
export async function lockVersion(tx: DbOrTx, model: string, version: string) {
  const [row] = await tx
    .select()
    .from(modelVersions)
    .where(and(eq(modelVersions.model, model), eq(modelVersions.version, version)))
    .for('update');
  return row;
}
