import type { Pool } from 'pg';
import type { ReviewOutcome } from '../../domain/review.ts';
import type { ProcessKind, ProcessOutcome } from '../../domain/process.ts';
import type { Stage } from '../../domain/stage.ts';

export interface GateRow {
  id: string;
  stage: Stage;
  round: number;
  /** The latest process that ended, the lifecycle aside; null when none has. */
  lastEnded: { kind: ProcessKind; outcome: ProcessOutcome; reason: string; round: number } | null;
  /** Sign-offs whose reviews are open, each with the roles that have not approved. */
  waitingFor: { signOff: string; missingRoles: string[] }[];
  /** Instants as the database spells them. */
  conditions: { id: string; text: string; owner: string; dueAt: string; expiresAt: string; state: 'OPEN' | 'FULFILLED' | 'EXPIRED' }[]; // prettier-ignore
  /** Sign-offs of the round that a broken glass let through; how others see it, null while nobody has said. */
  overrides: { signOff: string; afterOutcome: ProcessOutcome | ReviewOutcome | null }[];
}

const gatesSql = `
SELECT v.id, v.stage, v.round,
  (SELECT json_build_object('kind', p.kind, 'outcome', p.outcome, 'reason', p.outcome_reason, 'round', p.round) FROM processes p
    WHERE p.model_version_id = v.id AND p.kind <> 'lifecycle' AND p.state = 'COMPLETED' ORDER BY p.ended_at DESC LIMIT 1) AS "lastEnded",
  (SELECT coalesce(json_agg(json_build_object('signOff', r.sign_off, 'missingRoles', r.missing_roles) ORDER BY r.created_at), '[]') FROM reviews r
    WHERE r.model_version_id = v.id AND r.closed_at IS NULL AND r.kind NOT IN ('after_the_fact', 'condition')) AS "waitingFor",
  (SELECT coalesce(json_agg(json_build_object('id', c.id, 'text', c.text, 'owner', c.owner, 'dueAt', c.due_at, 'expiresAt', c.expires_at, 'state', c.state) ORDER BY c.due_at, c.id), '[]')
    FROM conditions c WHERE c.model_version_id = v.id) AS conditions,
  (SELECT coalesce(json_agg(json_build_object('signOff', r.sign_off, 'afterOutcome', coalesce(f.outcome, a.outcome)) ORDER BY f.started_at), '[]')
    FROM processes f JOIN reviews r ON r.id = f.details->'followUp'->>'reviewId' AND r.outcome = 'APPROVED'
    LEFT JOIN reviews a ON a.process_id = f.id AND a.kind = 'after_the_fact'
    WHERE f.model_version_id = v.id AND f.round = v.round AND f.kind = 'follow_up' AND f.details->'followUp'->>'what' = 'post_review') AS overrides
FROM model_versions v WHERE v.id = ANY($1)`;

/** Where the gates of these versions stand, by version id. */
export async function readGates(pool: Pool, versionIds: readonly string[]): Promise<Map<string, GateRow>> {
  const { rows } = await pool.query<GateRow>({ name: 'read-gates', text: gatesSql, values: [versionIds] });
  return new Map(rows.map((row) => [row.id, row]));
}
