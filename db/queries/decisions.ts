import type { Pool } from 'pg';
import type { ReviewFacts } from '../../domain/decision.ts';
import type { ChainedEntry, ChainHead } from '../../domain/journal.ts';
import type {
  DecideCommand,
  DecisionOutcome,
  GivenDecision,
  ReviewKind,
  ReviewOutcome,
  ReviewState,
  Tally,
} from '../../domain/review.ts';
import type { OutboxMessage } from '../../workflows/contract.ts';
import type { DecisionReceipt, ReviewTerms } from '../schema/reviews.ts';
import { entryRow } from './journal.ts';

/** All that deciding on a review depends on, read in one round trip. */
export interface DecisionFacts {
  review: ReviewFacts & {
    id: string;
    kind: ReviewKind;
    processId: string;
    modelVersionId: string;
    signOff: string;
    quorumRequired: number;
    roles: readonly string[];
    departments: readonly string[];
  };
  given: GivenDecision[];
  /** The person's last reasons, newest first. */
  lastReasons: string[];
  head: ChainHead;
  /** The person's decision under this idempotency key, and what it was asked to do. */
  standing: { commandDigest: string; receipt: DecisionReceipt } | undefined;
}

interface FactsRow {
  kind: ReviewKind;
  process_id: string;
  model_version_id: string;
  sign_off: string;
  state: ReviewState;
  outcome: ReviewOutcome | null;
  revision: number;
  material_revision: number;
  evidence_digest: string;
  quorum_required: number;
  assignee: string | null;
  terms: ReviewTerms;
  candidates: string[];
  given: GivenDecision[];
  last_reasons: string[];
  head: ChainHead;
  standing: { commandDigest: string; receipt: DecisionReceipt } | null;
}

const factsSql = `
SELECT r.kind, r.process_id, r.model_version_id, r.sign_off, r.state, r.outcome, r.revision, r.material_revision, r.evidence_digest, r.quorum_required, r.assignee, r.terms,
  ARRAY(SELECT handle FROM review_candidates WHERE review_id = r.id) AS candidates,
  (SELECT coalesce(json_agg(json_build_object('person', handle, 'outcome', outcome, 'department', department)), '[]') FROM decisions WHERE review_id = r.id) AS given,
  ARRAY(SELECT reason FROM decisions WHERE handle = $2 ORDER BY decided_at DESC LIMIT 20) AS last_reasons,
  (SELECT json_build_object('position', position, 'hash', hash) FROM journal_heads WHERE stream = r.model_version_id) AS head,
  (SELECT json_build_object('commandDigest', command_digest, 'receipt', receipt) FROM decisions WHERE handle = $2 AND idempotency_key = $3) AS standing
FROM reviews r WHERE r.id = $1`;

/** undefined when there is no such review. Without an idempotency key nothing is standing. */
export async function loadDecisionFacts(
  pool: Pool,
  reviewId: string,
  handle: string,
  idempotencyKey = '',
): Promise<DecisionFacts | undefined> {
  const result = await pool.query<FactsRow>({
    name: 'load-decision-facts',
    text: factsSql,
    values: [reviewId, handle, idempotencyKey],
  });
  const row = result.rows[0];
  if (!row) return undefined;
  const { terms } = row;
  return {
    review: {
      id: reviewId,
      kind: row.kind,
      processId: row.process_id,
      modelVersionId: row.model_version_id,
      signOff: row.sign_off,
      state: row.state,
      outcome: row.outcome,
      revision: row.revision,
      materialRevision: row.material_revision,
      evidenceDigest: row.evidence_digest,
      quorumRequired: row.quorum_required,
      roles: row.kind === 'conflict' ? terms.signOff.conflict.roles : terms.signOff.roles,
      departments: row.kind === 'conflict' ? [] : terms.signOff.departments,
      assignee: row.assignee,
      candidates: row.candidates,
      decidedBy: row.given.map((decision) => decision.person),
      owner: terms.owner,
      author: terms.author,
      contributors: terms.contributors,
      reasonRule: terms.reason,
      findingsToAnswer: terms.findingsToAnswer,
    },
    given: row.given,
    lastReasons: row.last_reasons,
    head: row.head,
    standing: row.standing ?? undefined,
  };
}

export interface DecisionWrite {
  reviewId: string;
  /** The revision that the facts were read at: the compare of this compare-and-set. */
  readRevision: number;
  next: { state: ReviewState; outcome: ReviewOutcome | null; revision: number; tally: Tally; assignee: string | null };
  isClosing: boolean;
  closedReason: string | null;
  decision: {
    id: string;
    handle: string;
    department: string | null;
    outcome: DecisionOutcome;
    command: DecideCommand;
    channel: string;
    idempotencyKey: string;
    commandDigest: string;
    receipt: DecisionReceipt;
    at: Date;
  };
  entries: ChainedEntry[];
  stream: string;
  newHead: ChainHead;
  line: { workflowId: string; message: OutboxMessage } | undefined;
}

const recordSql = `
WITH review AS (
  UPDATE reviews SET state = $3, outcome = $4, revision = $5, approvals = $6, rejections = $7, missing_roles = $8, assignee = $9,
    closed_at = CASE WHEN $10 THEN $21::timestamptz END, closed_by = CASE WHEN $10 THEN $12 END, closed_reason = $11
  WHERE id = $1 AND revision = $2 AND closed_at IS NULL RETURNING id
), decision AS (
  INSERT INTO decisions (id, review_id, handle, department, outcome, reason, form, revision, evidence_digest, channel, idempotency_key, command_digest, receipt, decided_at)
  SELECT $13, id, $12, $14, $15, $16, $17, $18, $19, $20, $22, $23, $24, $21 FROM review
), candidates AS (
  UPDATE review_candidates SET is_waiting = false, closed_at = CASE WHEN $10 THEN $21::timestamptz ELSE closed_at END
  WHERE review_id = (SELECT id FROM review) AND ($10 OR handle = $12)
), head AS (
  UPDATE journal_heads SET position = $26, hash = $27 WHERE stream = $25 AND EXISTS (SELECT FROM review)
), entries AS (
  INSERT INTO journal.entries (stream, position, type, at, actor_type, actor_id, content, hash)
  SELECT $25, e.position, e.type, $21, e.actor_type, e.actor_id, e.content, e.hash
  FROM review, unnest($28::int[], $29::text[], $30::text[], $31::text[], $32::bytea[], $33::text[]) AS e (position, type, actor_type, actor_id, content, hash)
), line AS (
  INSERT INTO outbox (workflow_id, message) SELECT $34, $35::jsonb FROM review WHERE $34::text IS NOT NULL
)
SELECT id FROM review`;

/**
 * The deciding transaction, one statement: compare-and-set on the review, decision, journal, candidates and outbox.
 * False when the review moved since it was read; a unique violation when the journal's stream did, or the person or key decided meanwhile. Nothing is written in either case.
 */
export async function recordDecision(pool: Pool, write: DecisionWrite): Promise<boolean> {
  const { next, decision } = write;
  const rows = write.entries.map(entryRow);
  const result = await pool.query({
    name: 'record-decision',
    text: recordSql,
    values: [
      write.reviewId, write.readRevision, next.state, next.outcome, next.revision, next.tally.approvals, next.tally.rejections, next.tally.missingRoles, next.assignee,
      write.isClosing, write.closedReason, decision.handle, decision.id, decision.department, decision.outcome, decision.command.reason,
      JSON.stringify(decision.command.form), decision.command.revision, decision.command.evidenceDigest, decision.channel, decision.at,
      decision.idempotencyKey, decision.commandDigest, JSON.stringify(decision.receipt),
      write.stream, write.newHead.position, write.newHead.hash,
      rows.map((row) => row.position), rows.map((row) => row.type), rows.map((row) => row.actorType), rows.map((row) => row.actorId),
      rows.map((row) => row.content), rows.map((row) => row.hash),
      write.line?.workflowId ?? null, write.line ? JSON.stringify(write.line.message) : null,
    ],
  }); // prettier-ignore
  return result.rowCount === 1;
}
