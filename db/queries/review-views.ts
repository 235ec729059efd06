// What was before whom: the ground of "how long did they look" and "did they open the evidence".
import type { Pool } from 'pg';
import type { Channel } from '../../domain/actor.ts';

export interface Viewing {
  handle: string;
  channel: Channel;
  at: Date;
}

/** That somebody who is asked had the review before them; the first time of each revision counts. */
export async function recordReviewView(pool: Pool, reviewId: string, { handle, channel, at }: Viewing): Promise<void> {
  await pool.query({
    name: 'record-review-view',
    text: `INSERT INTO review_views (review_id, handle, revision, what, channel, opened_at)
           SELECT r.id, c.handle, r.revision, 'review', $3, $4 FROM reviews r JOIN review_candidates c ON c.review_id = r.id
           WHERE r.id = $1 AND c.handle = $2 AND r.closed_at IS NULL ON CONFLICT DO NOTHING`,
    values: [reviewId, handle, channel, at],
  });
}

/** That somebody opened this evidence, or a document of it, while it was up for their review. */
export async function recordEvidenceView(
  pool: Pool,
  { evidenceDigest, document }: { evidenceDigest: string; document?: string },
  { handle, channel, at }: Viewing,
): Promise<void> {
  await pool.query({
    name: 'record-evidence-view',
    text: `INSERT INTO review_views (review_id, handle, revision, what, channel, opened_at)
           SELECT r.id, c.handle, r.revision, $3, $4, $5 FROM review_candidates c JOIN reviews r ON r.id = c.review_id
           WHERE c.handle = $2 AND c.closed_at IS NULL AND r.evidence_digest = $1 AND r.closed_at IS NULL ON CONFLICT DO NOTHING`,
    values: [evidenceDigest, handle, document ?? 'evidence', channel, at],
  });
}

export interface ReviewerFigures {
  handle: string;
  name: string;
  decisions: number;
  approvals: number;
  /** Decisions on reviews that are closed with an answer. */
  settled: number;
  /** Of those, how many said what the review came to. */
  agreed: number;
  /** Approvals that a settled conflict, a second look or a review after the fact took back. */
  overturned: number;
  /** Median; null where nobody's looking was seen. */
  secondsOpen: number | null;
  /** Median from the opening of the review to the decision. */
  secondsToDecide: number | null;
  withoutEvidence: number;
}

const figuresSql = `
WITH given AS (
  SELECT d.handle, d.review_id, d.outcome, d.decided_at, r.outcome AS review_outcome, r.closed_at, r.created_at, r.process_id, r.sign_off, r.kind,
    (SELECT min(v.opened_at) FROM review_views v WHERE v.review_id = d.review_id AND v.handle = d.handle AND v.opened_at <= d.decided_at) AS opened_at,
    EXISTS (SELECT FROM review_views v WHERE v.review_id = d.review_id AND v.handle = d.handle AND v.what <> 'review' AND v.opened_at <= d.decided_at) AS saw_evidence
  FROM decisions d JOIN reviews r ON r.id = d.review_id
  WHERE d.carried_from IS NULL AND d.decided_at >= $1 AND ($2::text IS NULL OR r.model = $2) AND ($3::text IS NULL OR d.handle = $3)
    AND ($4::text IS NULL OR EXISTS (SELECT FROM model_versions v WHERE v.id = r.model_version_id AND v.submitted_by = $4))
), judged AS (
  SELECT given.*, given.outcome = 'APPROVED' AND EXISTS (
    SELECT FROM reviews later WHERE later.process_id = given.process_id AND later.sign_off = given.sign_off AND later.kind <> 'sign_off' AND given.kind = 'sign_off' AND later.outcome = 'REJECTED') AS is_overturned
  FROM given
)
SELECT p.handle, p.name, count(*)::int AS decisions, count(*) FILTER (WHERE outcome = 'APPROVED')::int AS approvals,
  count(*) FILTER (WHERE review_outcome IN ('APPROVED', 'REJECTED', 'CHANGES_REQUESTED', 'CONFLICT'))::int AS settled,
  count(*) FILTER (WHERE outcome = review_outcome)::int AS agreed,
  count(*) FILTER (WHERE is_overturned)::int AS overturned,
  percentile_cont(0.5) WITHIN GROUP (ORDER BY extract(epoch FROM decided_at - opened_at)) AS "secondsOpen",
  percentile_cont(0.5) WITHIN GROUP (ORDER BY extract(epoch FROM decided_at - judged.created_at)) AS "secondsToDecide",
  count(*) FILTER (WHERE NOT saw_evidence)::int AS "withoutEvidence"
FROM judged JOIN people p ON p.handle = judged.handle GROUP BY p.handle, p.name ORDER BY p.handle`;

export interface AskedFigures {
  since: Date;
  /** Each null for all. */
  model: string | null;
  handle: string | null;
  submittedBy: string | null;
}

/** How people decided since an instant, a row a person. */
export async function readReviewerFigures(
  pool: Pool,
  { since, model, handle, submittedBy }: AskedFigures,
): Promise<ReviewerFigures[]> {
  const { rows } = await pool.query<ReviewerFigures>(figuresSql, [since, model, handle, submittedBy]);
  return rows;
}
