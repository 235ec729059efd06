import { and, eq } from 'drizzle-orm';
import type { Pool } from 'pg';
import type { ChainedEntry } from '../../domain/journal.ts';
import type { Submission } from '../../domain/submission.ts';
import type { OutboxMessage } from '../../workflows/contract.ts';
import type { DbOrTx } from '../client.ts';
import { deliveries, modelVersions } from '../schema/index.ts';
import { entryRow } from './journal.ts';

export interface NewVersion {
  delivery: { source: string; deliveryId: string; bodyDigest: string; answer: Record<string, unknown> };
  version: { id: string; submittedBy: string; submission: Submission };
  lifecycle: { id: string; workflowId: string; start: OutboxMessage };
  /** The first entry of the version's stream. */
  entry: ChainedEntry;
}

// One statement, one round trip, one commit: nothing is looked up before, because every clash breaks a key.
// An owner, author or policy that does not exist comes out as null and breaks its NOT NULL.
const insertSql = `
WITH pinned AS (
  SELECT id, version FROM policies WHERE risk_tier = $9 ORDER BY published_at DESC, version DESC LIMIT 1
), delivery AS (
  INSERT INTO deliveries (source, delivery_id, body_digest, answer) VALUES ($1, $2, $3, $4)
), model AS (
  INSERT INTO models (name) VALUES ($7) ON CONFLICT DO NOTHING
), version AS (
  INSERT INTO model_versions (id, model, version, stage, risk_tier, owner, author, contributors, artifact_digest, submission, submitted_by, policy_id, policy_version)
  VALUES ($6, $7, $8, 'registered', $9, (SELECT handle FROM people WHERE handle = $10 AND is_active), (SELECT handle FROM people WHERE handle = $11 AND is_active),
    $12, $13, $14, $5, (SELECT id FROM pinned), (SELECT version FROM pinned))
), process AS (
  INSERT INTO processes (id, model_version_id, kind, round, state, workflow_id, policy_id, policy_version)
  VALUES ($15, $6, 'lifecycle', 0, 'RUNNING', $16, (SELECT id FROM pinned), (SELECT version FROM pinned))
), head AS (
  INSERT INTO journal_heads (stream, position, hash) VALUES ($6, 1, $22)
), entry AS (
  INSERT INTO journal.entries (stream, position, type, at, actor_type, actor_id, content, hash) VALUES ($6, 1, $17, $18, $19, $20, $21, $22)
)
INSERT INTO outbox (workflow_id, message) VALUES ($16, $23)`;

/** Takes a new version in. Throws, having written nothing: a unique violation when the delivery or the version is known, a null violation for what does not exist. */
export async function insertNewVersion(pool: Pool, { delivery, version, lifecycle, entry }: NewVersion): Promise<void> {
  const { submission } = version;
  const row = entryRow(entry);
  await pool.query({
    name: 'insert-new-version',
    text: insertSql,
    values: [
      delivery.source, delivery.deliveryId, delivery.bodyDigest, JSON.stringify(delivery.answer), version.submittedBy,
      version.id, submission.model, submission.version, submission.riskTier, submission.owner, submission.author, submission.contributors,
      submission.artifact.digest, JSON.stringify(submission), lifecycle.id, lifecycle.workflowId,
      row.type, row.at, row.actorType, row.actorId, row.content, row.hash, JSON.stringify(lifecycle.start),
    ],
  }); // prettier-ignore
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
