// Endpoints of outgoing webhooks and what is on its way to them.
import type { Pool, PoolClient } from 'pg';
import type { WebhookSubject } from '../../domain/webhook-event.ts';

/** An endpoint as a plan sees it. */
export interface ListeningEndpoint {
  id: string;
  types: string[];
  model: string | null;
}

export async function listListening(client: PoolClient): Promise<ListeningEndpoint[]> {
  const { rows } = await client.query<ListeningEndpoint>(
    'SELECT id, types, model FROM webhook_endpoints WHERE is_active AND removed_at IS NULL ORDER BY id',
  );
  return rows;
}

const subjectsSql = `
SELECT v.id AS stream, v.id, v.model, v.version, v.stage, v.risk_tier AS "riskTier", r.review
FROM json_to_recordset($1) AS asked (stream text, review_id text) JOIN model_versions v ON v.id = asked.stream
LEFT JOIN LATERAL (
  SELECT json_build_object('id', r.id, 'signOff', r.sign_off, 'kind', r.kind, 'state', r.state, 'outcome', r.outcome, 'revision', r.revision,
    'dueAt', to_char(r.due_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'), 'evidenceDigest', r.evidence_digest,
    'quorum', json_build_object('required', r.quorum_required, 'approvals', r.approvals, 'rejections', r.rejections, 'missingRoles', r.missing_roles)) AS review
  FROM reviews r WHERE r.id = asked.review_id
) r ON true`;

export const subjectKey = (stream: string, reviewId: string | null): string => `${stream} ${reviewId ?? ''}`;

/** What entries of these streams and reviews are about, by `subjectKey`; streams that are no version are absent. */
export async function readSubjects(
  client: PoolClient,
  asked: readonly { stream: string; reviewId: string | null }[],
): Promise<Map<string, WebhookSubject>> {
  type Row = WebhookSubject['modelVersion'] & { stream: string; review: WebhookSubject['review'] };
  const { rows } = await client.query<Row>(subjectsSql, [
    JSON.stringify(asked.map(({ stream, reviewId }) => ({ stream, review_id: reviewId }))),
  ]);
  const found = new Map<string, WebhookSubject>();
  for (const { stream, review, ...modelVersion } of rows) {
    const subject = { modelVersion: { id: modelVersion.id, model: modelVersion.model, version: modelVersion.version, stage: modelVersion.stage, riskTier: modelVersion.riskTier }, review }; // prettier-ignore
    found.set(subjectKey(stream, review?.id ?? null), subject);
  }
  return found;
}

export interface PlannedDelivery {
  id: string;
  endpointId: string;
  subject: string;
  source: string;
  type: string;
  body: string;
}

/** Writes deliveries that are not there yet, in this order. */
export async function insertDeliveries(
  client: Pool | PoolClient,
  planned: readonly PlannedDelivery[],
  at: Date,
): Promise<void> {
  if (planned.length === 0) return;
  await client.query(
    `INSERT INTO webhook_deliveries (id, endpoint_id, subject, source, type, body, available_at, created_at)
     SELECT id, endpoint_id, subject, source, type, body, $2, $2 FROM json_to_recordset($1)
       AS planned (place int, id text, endpoint_id text, subject text, source text, type text, body text) ORDER BY place
     ON CONFLICT DO NOTHING`,
    [
      JSON.stringify(
        planned.map((one, place) => ({
          place,
          id: one.id,
          endpoint_id: one.endpointId,
          subject: one.subject,
          source: one.source,
          type: one.type,
          body: one.body,
        })),
      ),
      at,
    ],
  );
}

export interface LeasedDelivery {
  id: string;
  endpointId: string;
  type: string;
  body: string;
  /** This one included. */
  attempts: number;
  url: string;
  /** Sealed. */
  secret: string;
  /** Sealed; null outside of a rotation. */
  previousSecret: string | null;
}

// A delivery waits for every earlier one of its subject at the same endpoint; one slow endpoint has only so many hands.
const leaseSql = `
WITH due AS (
  SELECT d.id FROM webhook_endpoints e CROSS JOIN LATERAL (
    SELECT d.id FROM webhook_deliveries d
    WHERE d.endpoint_id = e.id AND d.delivered_at IS NULL AND NOT d.is_given_up AND d.available_at <= $1
      AND NOT EXISTS (SELECT FROM webhook_deliveries earlier WHERE earlier.endpoint_id = e.id AND earlier.subject = d.subject AND earlier.number < d.number
        AND earlier.delivered_at IS NULL AND NOT earlier.is_given_up)
    ORDER BY d.number LIMIT $3 FOR UPDATE SKIP LOCKED
  ) d WHERE e.is_active AND e.removed_at IS NULL AND e.id <> ALL ($4::text[])
), leased AS (
  UPDATE webhook_deliveries d SET attempts = d.attempts + 1, available_at = $2 FROM due WHERE d.id = due.id
  RETURNING d.id, d.number, d.endpoint_id, d.type, d.body, d.attempts
)
SELECT l.id, l.endpoint_id AS "endpointId", l.type, l.body, l.attempts, e.url, e.secret,
  CASE WHEN e.previous_secret_until > $1 THEN e.previous_secret END AS "previousSecret"
FROM leased l JOIN webhook_endpoints e ON e.id = l.endpoint_id ORDER BY l.number`;

/** Takes what is due until `until`; a process that dies gives it back then. `busy`: endpoints that have enough in hand. */
export async function leaseDeliveries(
  pool: Pool,
  options: { now: Date; until: Date; perEndpoint: number; busy: readonly string[] },
): Promise<LeasedDelivery[]> {
  const { rows } = await pool.query<LeasedDelivery>({
    name: 'lease-webhooks',
    text: leaseSql,
    values: [options.now, options.until, options.perEndpoint, options.busy],
  });
  return rows;
}

export async function settleDelivery(pool: Pool, id: string, status: number, at: Date): Promise<void> {
  await pool.query(
    'UPDATE webhook_deliveries SET delivered_at = $2, last_status = $3, last_error = NULL WHERE id = $1',
    [id, at, status],
  );
}

export interface FailedAttempt {
  id: string;
  status: number | null;
  error: string;
}

export async function postponeDelivery(pool: Pool, failed: FailedAttempt, availableAt: Date): Promise<void> {
  await pool.query('UPDATE webhook_deliveries SET available_at = $2, last_status = $3, last_error = $4 WHERE id = $1', [
    failed.id,
    availableAt,
    failed.status,
    failed.error.slice(0, 500),
  ]);
}

/** False when it was given up before. */
export async function giveUpDelivery(client: PoolClient, failed: FailedAttempt): Promise<boolean> {
  const { rowCount } = await client.query(
    'UPDATE webhook_deliveries SET is_given_up = true, last_status = $2, last_error = $3 WHERE id = $1 AND NOT is_given_up',
    [failed.id, failed.status, failed.error.slice(0, 500)],
  );
  return rowCount === 1;
}

/** Ends an endpoint and what was on its way to it. False when it was not active. */
export async function disableEndpoint(
  client: PoolClient,
  { id, reason, removedAt }: { id: string; reason: string; removedAt: Date | null },
): Promise<boolean> {
  const { rowCount } = await client.query(
    `UPDATE webhook_endpoints SET is_active = false, disabled_reason = $2, removed_at = $3, secret = CASE WHEN $3::timestamptz IS NULL THEN secret ELSE '' END,
       previous_secret = NULL WHERE id = $1 AND removed_at IS NULL AND (is_active OR $3::timestamptz IS NOT NULL)`,
    [id, reason, removedAt],
  );
  if (rowCount === 0) return false;
  await client.query(
    `UPDATE webhook_deliveries SET is_given_up = true, last_error = 'The endpoint was disabled.' WHERE endpoint_id = $1 AND delivered_at IS NULL AND NOT is_given_up`,
    [id],
  );
  return true;
}
