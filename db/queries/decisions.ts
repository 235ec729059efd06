import type { Pool } from 'pg';
import type { AssuranceLevel, Signature } from '../../domain/assurance.ts';
import { askingOf } from '../../domain/asking.ts';
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
import { runStatement } from '../client.ts';
import { gather } from '../gather.ts';
import { searchableCopies } from './journal.ts';

/** All that deciding on a review depends on, read in one round trip. */
export interface DecisionFacts {
  review: ReviewFacts & {
    id: string;
    kind: ReviewKind;
    processId: string;
    modelVersionId: string;
    signOff: string;
    policy: { id: string; version: number };
    quorumRequired: number;
    roles: readonly string[];
    departments: readonly string[];
  };
  given: GivenDecision[];
  /** When the person first had the review before them, and whether they opened its evidence; null where they did not. */
  looked: { openedAt: string; evidence: boolean } | null;
  /** The person's last reasons, newest first. */
  lastReasons: string[];
  head: ChainHead;
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
  on_behalf_of: string | null;
  qualifications: string[];
  given: (GivenDecision & { onBehalfOf: string | null })[];
  last_reasons: string[];
  looked: { openedAt: string | null; evidence: boolean };
  head: ChainHead;
}

// Asked as JSON, not as arrays: with arrays PostgreSQL plans anew each time, by their lengths.
const factsSql = `
SELECT asked.number, r.kind, r.process_id, r.model_version_id, r.sign_off, r.state, r.outcome, r.revision, r.material_revision, r.evidence_digest,
  r.quorum_required, r.assignee, r.terms,
  ARRAY(SELECT handle FROM review_candidates WHERE review_id = r.id) AS candidates,
  (SELECT on_behalf_of FROM review_candidates WHERE review_id = r.id AND handle = asked.handle) AS on_behalf_of,
  ARRAY(SELECT name FROM qualifications WHERE handle = asked.handle AND revoked_at IS NULL AND (expires_at IS NULL OR expires_at > now())) AS qualifications,
  (SELECT coalesce(json_agg(json_build_object('person', handle, 'outcome', outcome, 'department', department, 'onBehalfOf', on_behalf_of)), '[]') FROM decisions WHERE review_id = r.id) AS given,
  ARRAY(SELECT reason FROM decisions WHERE handle = asked.handle ORDER BY decided_at DESC LIMIT 20) AS last_reasons,
  (SELECT json_build_object('openedAt', min(opened_at), 'evidence', bool_or(what <> 'review')) FROM review_views WHERE review_id = r.id AND handle = asked.handle) AS looked,
  (SELECT json_build_object('position', position, 'hash', hash) FROM journal_heads WHERE stream = r.model_version_id) AS head
FROM json_to_recordset($1) AS asked (number int, review_id text, handle text) JOIN reviews r ON r.id = asked.review_id`;

interface AskedFacts {
  reviewId: string;
  handle: string;
}

const loaders = new WeakMap<Pool, (asked: AskedFacts) => Promise<DecisionFacts | undefined>>();

/** undefined when there is no such review. */
export function loadDecisionFacts(pool: Pool, reviewId: string, handle: string): Promise<DecisionFacts | undefined> {
  let load = loaders.get(pool);
  if (!load) {
    load = gather((asked: readonly AskedFacts[]) => loadFacts(pool, asked), undefined);
    loaders.set(pool, load);
  }
  return load({ reviewId, handle });
}

/** A person's decision under an idempotency key, and what it was asked to do. */
export interface StandingDecision {
  commandDigest: string;
  receipt: DecisionReceipt;
}

/** Asked only where a decision did not count: it is then either refused or a repeat of one that did. */
export async function findStandingDecision(
  pool: Pool,
  handle: string,
  idempotencyKey: string,
): Promise<StandingDecision | undefined> {
  const { rows } = await pool.query<StandingDecision>(
    'SELECT command_digest AS "commandDigest", receipt FROM decisions WHERE handle = $1 AND idempotency_key = $2',
    [handle, idempotencyKey],
  );
  return rows[0];
}

async function loadFacts(pool: Pool, asked: readonly AskedFacts[]): Promise<(DecisionFacts | undefined)[]> {
  const items = asked.map(({ reviewId, handle }, number) => ({ number, review_id: reviewId, handle }));
  const { rows } = await pool.query<FactsRow & { number: number }>({
    name: 'load-decision-facts',
    text: factsSql,
    values: [JSON.stringify(items)],
  });
  const byNumber = new Map(rows.map((row) => [row.number, row]));
  return asked.map(({ reviewId }, number) => {
    const row = byNumber.get(number);
    return row && factsOf(reviewId, row);
  });
}

function factsOf(reviewId: string, row: FactsRow): DecisionFacts {
  const { terms } = row;
  const asking = askingOf(row.kind, terms.signOff, terms.rules);
  const given = row.given.filter(({ person }) => !terms.voided?.some(({ handle }) => handle === person));
  return {
    review: {
      id: reviewId,
      kind: row.kind,
      processId: row.process_id,
      modelVersionId: row.model_version_id,
      signOff: row.sign_off,
      policy: terms.policy,
      state: row.state,
      outcome: row.outcome,
      revision: row.revision,
      materialRevision: row.material_revision,
      evidenceDigest: row.evidence_digest,
      quorumRequired: row.quorum_required,
      roles: asking.roles,
      departments: asking.departments,
      assignee: row.assignee,
      candidates: row.candidates,
      decidedBy: [...row.given.map(({ person }) => person), ...given.flatMap(({ onBehalfOf }) => onBehalfOf ?? [])],
      onBehalfOf: row.on_behalf_of,
      isQualified:
        terms.signOff.qualification === undefined || row.qualifications.includes(terms.signOff.qualification),
      owner: terms.owner,
      author: terms.author,
      contributors: terms.contributors,
      excluded: terms.excluded ?? [],
      form: row.kind === 'sign_off' ? terms.signOff.form : [],
      reasonRule: terms.reason,
      assuranceRule: terms.rules.assurance,
      findingsToAnswer: terms.findingsToAnswer,
    },
    given,
    looked:
      row.looked.openedAt === null
        ? null
        : { openedAt: new Date(row.looked.openedAt).toISOString(), evidence: row.looked.evidence },
    lastReasons: row.last_reasons,
    head: row.head,
  };
}

export interface DecisionWrite {
  reviewId: string;
  /** The revision that the facts were read at: the compare of this compare-and-set. */
  readRevision: number;
  next: { state: ReviewState; outcome: ReviewOutcome | null; revision: number; tally: Tally };
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
    onBehalfOf: string | null;
    assurance: AssuranceLevel;
    signature: Signature | null;
    at: Date;
  };
  entries: ChainedEntry[];
  stream: string;
  newHead: ChainHead;
  line: { workflowId: string; message: OutboxMessage } | undefined;
}

// The entries ask for the head, so that it is locked before they are written, as everywhere: left to itself PostgreSQL writes them first.
const recordSql = `
WITH item AS MATERIALIZED (
  SELECT * FROM json_to_recordset($1) AS item (
    review_id text, read_revision int, state text, outcome text, revision int, approvals int, rejections int, missing_roles jsonb, is_closing boolean, closed_reason text,
    id text, handle text, department text, decision text, reason text, form jsonb, quoted_revision int, evidence_digest text, channel text, idempotency_key text,
    command_digest text, receipt jsonb, on_behalf_of text, assurance text, signature jsonb, at timestamptz, stream text, head_position int, head_hash text, entries json, workflow_id text, message jsonb)
), review AS (
  UPDATE reviews r SET state = item.state, outcome = item.outcome, revision = item.revision, approvals = item.approvals, rejections = item.rejections,
    missing_roles = ARRAY(SELECT jsonb_array_elements_text(item.missing_roles)), assignee = NULL, delegated_by = NULL,
    closed_at = CASE WHEN item.is_closing THEN item.at END, closed_by = CASE WHEN item.is_closing THEN item.handle END, closed_reason = item.closed_reason
  FROM item WHERE r.id = item.review_id AND r.revision = item.read_revision AND r.closed_at IS NULL
    AND (SELECT d.id FROM deferred_decisions d WHERE d.handle = item.handle AND d.idempotency_key = item.idempotency_key) IS NULL
  RETURNING r.id AS review_id
), won AS MATERIALIZED (
  SELECT item.* FROM item JOIN review USING (review_id)
), decision AS (
  INSERT INTO decisions (id, review_id, handle, department, outcome, reason, form, revision, evidence_digest, channel, idempotency_key, command_digest, receipt, on_behalf_of, assurance, signature, decided_at)
  SELECT id, review_id, handle, department, decision, reason, form, quoted_revision, evidence_digest, channel, idempotency_key, command_digest, receipt, on_behalf_of, assurance, signature, at FROM won
), candidates AS (
  UPDATE review_candidates c SET is_waiting = false, closed_at = CASE WHEN won.is_closing THEN won.at ELSE c.closed_at END
  FROM won WHERE c.review_id = won.review_id
    AND (won.is_closing OR c.handle IN (won.handle, won.on_behalf_of) OR c.on_behalf_of = coalesce(won.on_behalf_of, won.handle))
), head AS (
  UPDATE journal_heads h SET position = won.head_position, hash = won.head_hash FROM won WHERE h.stream = won.stream RETURNING h.stream
), entries AS (
  INSERT INTO journal.entries (stream, position, type, at, actor_type, actor_id, content, hash)
  SELECT won.stream, e.position, e.type, e.at, e.actor_type, e.actor_id, convert_to(e.content, 'UTF8'), e.hash
  FROM won JOIN head USING (stream), json_to_recordset(won.entries) AS e (position int, type text, at timestamptz, actor_type text, actor_id text, content text, hash text)
), line AS (
  INSERT INTO outbox (workflow_id, message) SELECT workflow_id, message FROM won WHERE workflow_id IS NOT NULL
)
SELECT review_id FROM won`;

const recorders = new WeakMap<Pool, (write: DecisionWrite) => Promise<boolean>>();

/**
 * The deciding transaction, one statement: compare-and-set on the review, decision, journal, candidates and outbox.
 * False when the review moved since it was read, or the key is that of a deferral; a unique violation when the journal's stream did, or the person or key decided meanwhile. Nothing is written in either case.
 */
export function recordDecision(pool: Pool, write: DecisionWrite): Promise<boolean> {
  let record = recorders.get(pool);
  if (!record) {
    record = gather(
      (writes: readonly DecisionWrite[]) => recordDecisions(pool, writes),
      (one) => one.stream,
    );
    recorders.set(pool, record);
  }
  return record(write);
}

async function recordDecisions(pool: Pool, writes: readonly DecisionWrite[]): Promise<boolean[]> {
  const { rows } = await runStatement<{ review_id: string }>(pool, {
    name: 'record-decisions',
    text: recordSql,
    values: [JSON.stringify(writes.map(recordOf))],
  });
  const won = new Set(rows.map((row) => row.review_id));
  return writes.map((write) => won.has(write.reviewId));
}

function recordOf({
  reviewId,
  readRevision,
  next,
  isClosing,
  closedReason,
  decision,
  entries,
  stream,
  newHead,
  line,
}: DecisionWrite) {
  return {
    review_id: reviewId,
    read_revision: readRevision,
    state: next.state,
    outcome: next.outcome,
    revision: next.revision,
    approvals: next.tally.approvals,
    rejections: next.tally.rejections,
    missing_roles: next.tally.missingRoles,
    is_closing: isClosing,
    closed_reason: closedReason,
    id: decision.id,
    handle: decision.handle,
    department: decision.department,
    decision: decision.outcome,
    reason: decision.command.reason,
    form: decision.command.form,
    quoted_revision: decision.command.revision,
    evidence_digest: decision.command.evidenceDigest,
    channel: decision.channel,
    idempotency_key: decision.idempotencyKey,
    command_digest: decision.commandDigest,
    receipt: decision.receipt,
    on_behalf_of: decision.onBehalfOf,
    assurance: decision.assurance,
    signature: decision.signature,
    at: decision.at,
    stream,
    head_position: newHead.position,
    head_hash: newHead.hash,
    entries: entries.map((entry) => ({ ...searchableCopies(entry), content: entry.bytes })),
    workflow_id: line?.workflowId ?? null,
    message: line?.message ?? null,
  };
}
