import type { Pool } from 'pg';
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
}

const gatesSql = `
SELECT v.id, v.stage, v.round,
  (SELECT json_build_object('kind', p.kind, 'outcome', p.outcome, 'reason', p.outcome_reason, 'round', p.round) FROM processes p
    WHERE p.model_version_id = v.id AND p.kind <> 'lifecycle' AND p.state = 'COMPLETED' ORDER BY p.ended_at DESC LIMIT 1) AS "lastEnded",
  (SELECT coalesce(json_agg(json_build_object('signOff', r.sign_off, 'missingRoles', r.missing_roles) ORDER BY r.created_at), '[]') FROM reviews r
    WHERE r.model_version_id = v.id AND r.closed_at IS NULL) AS "waitingFor"
FROM model_versions v WHERE v.id = ANY($1)`;

/** Where the gates of these versions stand, by version id. */
export async function readGates(pool: Pool, versionIds: readonly string[]): Promise<Map<string, GateRow>> {
  const { rows } = await pool.query<GateRow>({ name: 'read-gates', text: gatesSql, values: [versionIds] });
  return new Map(rows.map((row) => [row.id, row]));
}
