import { sql } from 'drizzle-orm';
import { afterTheFactOf, type AfterTheFact } from '../../domain/override.ts';
import type { ProcessOutcome } from '../../domain/process.ts';
import type { ReviewOutcome } from '../../domain/review.ts';
import type { DbOrTx } from '../client.ts';

/** A review that somebody closed by breaking the glass, and what others say of it. */
export interface OverrideRow {
  reviewId: string;
  processId: string;
  round: number;
  /** The title of its sign-off. */
  title: string;
  by: string;
  reason: string;
  outcome: ReviewOutcome;
  /** RFC 3339. */
  at: string;
  afterTheFact: AfterTheFact;
  /** The review after the fact; null until it is opened. */
  afterReviewId: string | null;
}

type Row = Omit<OverrideRow, 'at' | 'afterTheFact'> & { at: string; afterOutcome: ProcessOutcome | ReviewOutcome | null }; // prettier-ignore

/** Oldest first. */
export async function listOverrides(db: DbOrTx, modelVersionId: string): Promise<OverrideRow[]> {
  const { rows } = await db.execute<Row & Record<string, unknown>>(sql`
    SELECT r.id AS "reviewId", r.process_id AS "processId", r.round, r.title, r.closed_by AS by, r.closed_reason AS reason, r.outcome,
      r.closed_at AS at, coalesce(f.outcome, a.outcome) AS "afterOutcome", a.id AS "afterReviewId"
    FROM processes f JOIN reviews r ON r.id = f.details->'followUp'->>'reviewId'
    LEFT JOIN reviews a ON a.process_id = f.id AND a.kind = 'after_the_fact'
    WHERE f.model_version_id = ${modelVersionId} AND f.kind = 'follow_up' AND f.details->'followUp'->>'what' = 'post_review' AND r.closed_at IS NOT NULL
    ORDER BY f.started_at, f.id`);
  return rows.map(({ afterOutcome, at, ...row }) => ({
    ...row,
    at: new Date(at).toISOString(),
    afterTheFact: afterTheFactOf(afterOutcome),
  }));
}
