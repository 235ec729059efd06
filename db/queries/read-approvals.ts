import type { Pool } from 'pg';
import type { RiskTier } from '../../domain/submission.ts';
import type { ReviewOutcome } from '../../domain/review.ts';

export interface ApprovalRow {
  stream: string;
  position: number;
  hash: string;
  type: 'decision.recorded' | 'decision.carried' | 'policy.overridden';
  /** RFC 3339, as it was journaled. */
  at: string;
  reason: string | null;
  /** Handle of whose approval it is. */
  by: string;
  name: string | null;
  department: string | null;
  /** What the entry is about; null where the rows that it names are gone. */
  about: {
    model: string;
    version: string;
    riskTier: RiskTier;
    process: string;
    round: number;
    /** Null while the review is open. */
    reviewOutcome: ReviewOutcome | null;
    policy: { id: string; version: number };
  } | null;
  /** As it was journaled. */
  data: unknown;
}

/** Entries from the first to the last, both included, by the order of writing. */
export interface JournalSpan {
  first: number;
  last: number;
}

/** The entries at or after `from` and before `to`; undefined when there are none. */
export async function findJournalSpan(pool: Pool, from: Date, to: Date): Promise<JournalSpan | undefined> {
  // OFFSET 0 has the window found by its own index: by that of sequence, PostgreSQL would read all before it.
  const { rows } = await pool.query<{ first: string | null; last: string | null }>(
    `SELECT min(sequence) AS first, max(sequence) AS last
     FROM (SELECT sequence FROM journal.entries WHERE at >= $1 AND at < $2 OFFSET 0) entries`,
    [from, to],
  );
  const { first = null, last = null } = rows[0] ?? {};
  return first === null || last === null ? undefined : { first: Number(first), last: Number(last) };
}

// A journal's entry says what was done; who people and versions are, and what became of the review, stands in rows.
// What is told of an entry is told from its content, which its hash covers: the columns beside it are copies to search by.
const approvalsSql = `
SELECT e.stream, e.position, e.hash, e.type, e.content->>'at' AS at, e.content->>'reason' AS reason, e.content->'data' AS data,
  e.by, p.name, d.department,
  CASE WHEN r.model_version_id = e.stream THEN json_build_object('model', r.model, 'version', r.version, 'riskTier', r.risk_tier,
    'process', r.process_kind, 'round', r.round, 'reviewOutcome', r.outcome, 'policy', r.terms->'policy') END AS about
FROM (
  SELECT sequence, stream, position, hash, type, c.content,
    CASE type WHEN 'decision.carried' THEN c.content #>> '{data,by}' ELSE c.content #>> '{actor,id}' END AS by
  FROM journal.entries, LATERAL (SELECT convert_from(entries.content, 'UTF8')::json AS content) c
  WHERE type IN ('decision.recorded', 'decision.carried', 'policy.overridden')
    AND sequence >= $1 AND sequence <= $2 AND c.content->>'type' = type AND c.content #>> '{data,outcome}' = 'APPROVED'
    AND (c.content->>'at')::timestamptz >= $3 AND (c.content->>'at')::timestamptz < $4
    AND ($5::text IS NULL OR EXISTS (SELECT FROM model_versions own WHERE own.id = stream AND own.submitted_by = $5))
) e
LEFT JOIN reviews r ON r.id = e.content #>> '{data,reviewId}'
LEFT JOIN people p ON p.handle = e.by LEFT JOIN decisions d ON d.id = e.content #>> '{data,decisionId}'
ORDER BY e.sequence`;

/**
 * Approvals among the entries of this span, in the order of writing: given by people, carried over to new evidence, or set by a broken glass.
 * All of them, so that no plan has to look at what comes after: read a long span in pieces.
 */
export async function readApprovals(
  pool: Pool,
  query: JournalSpan & { from: Date; to: Date; submittedBy: string | null },
): Promise<ApprovalRow[]> {
  const { first, last, from, to, submittedBy } = query;
  const { rows } = await pool.query<ApprovalRow>(approvalsSql, [first, last, from, to, submittedBy]);
  return rows;
}
