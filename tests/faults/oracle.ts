// What must hold after every fault, whatever it was: asked of the tables, the journal and Temporal, none of which is believed alone.
import type { Client } from '@temporalio/client';
import type { Database } from '../../db/client.ts';
import { verifyJournal } from '../../db/queries/verify-journal.ts';
import { outcomeOf, type GivenDecision, type ReviewKind, type ReviewOutcome } from '../../domain/review.ts';
import type { ReviewTerms } from '../../db/schema/reviews.ts';
import type { Ledger } from './ledger.ts';

/** Sentences, each about one thing that is wrong. */
export interface Verdict {
  /** Acknowledged and not there, or never finished. */
  lost: string[];
  /** There more than once. */
  doubled: string[];
  /** Wrong, and the system does not know: tables, journal and workflows disagree, or a chain is broken. */
  undetected: string[];
}

/** The end of each chain at one moment: what is written by then may never change. */
export type Mark = ReadonlyMap<string, { position: number; hash: string }>;

export async function markJournal(database: Database): Promise<Mark> {
  const { rows } = await database.pool.query<{ stream: string; position: number; hash: string }>(
    'SELECT stream, position, hash FROM journal_heads WHERE position > 0',
  );
  return new Map(rows.map(({ stream, position, hash }) => [stream, { position, hash }]));
}

export interface OracleOptions {
  database: Database;
  ledger: Ledger;
  /** Taken before the fault. */
  mark: Mark;
  /** Without one nothing is asked of workflows, and lines may wait for them. */
  client?: Client;
}

export async function askOracle(options: OracleOptions): Promise<Verdict> {
  const verdict: Verdict = { lost: [], doubled: [], undetected: [] };
  await Promise.all([
    checkDeliveries(options, verdict),
    checkDecisions(options, verdict),
    checkReviews(options, verdict),
    checkProcesses(options, verdict),
    checkChains(options, verdict),
    checkSilence(options, verdict),
  ]);
  return verdict;
}

export const isClean = ({ lost, doubled, undetected }: Verdict): boolean =>
  lost.length + doubled.length + undetected.length === 0;

/** Each accepted webhook has one delivery, one version and one lifecycle. */
async function checkDeliveries({ database, ledger }: OracleOptions, verdict: Verdict): Promise<void> {
  const ids = ledger.deliveries.map((delivery) => delivery.deliveryId);
  const { rows } = await database.pool.query<{ delivery_id: string; version: string; process: string; lifecycles: string }>(
    `SELECT d.delivery_id, d.answer->>'modelVersionId' AS version, d.answer->>'processId' AS process,
       (SELECT count(*) FROM processes p JOIN model_versions v ON v.id = p.model_version_id WHERE v.id = d.answer->>'modelVersionId' AND p.kind = 'lifecycle') AS lifecycles
     FROM deliveries d WHERE d.delivery_id = ANY($1)`,
    [ids],
  ); // prettier-ignore
  const stored = Map.groupBy(rows, (row) => row.delivery_id);
  for (const delivery of ledger.deliveries) {
    const [row, second] = stored.get(delivery.deliveryId) ?? [];
    if (!row) verdict.lost.push(`delivery ${delivery.deliveryId} was accepted and is not there`);
    else if (row.version !== delivery.modelVersionId || row.process !== delivery.processId)
      verdict.undetected.push(`delivery ${delivery.deliveryId} was answered with other ids than are kept`);
    else if (row.lifecycles !== '1')
      verdict[row.lifecycles === '0' ? 'lost' : 'doubled'].push(
        `delivery ${delivery.deliveryId} has ${row.lifecycles} lifecycles`,
      );
    if (second) verdict.doubled.push(`delivery ${delivery.deliveryId} is there twice`);
  }
  const { rows: twins } = await database.pool.query<{ model: string }>(
    'SELECT model FROM model_versions GROUP BY model, version HAVING count(*) > 1',
  );
  verdict.doubled.push(...twins.map(({ model }) => `model ${model} has a version twice`));
}

/** Each accepted decision has one row and one journal entry, and each row of a decision has its entry. */
async function checkDecisions({ database, ledger }: OracleOptions, verdict: Verdict): Promise<void> {
  const { rows } = await database.pool.query<{ id: string; review_id: string; handle: string; outcome: string; entries: string }>(
    `WITH entry AS MATERIALIZED (SELECT convert_from(content, 'UTF8')::jsonb->'data'->>'decisionId' AS id FROM journal.entries WHERE type = 'decision.recorded')
     SELECT d.id, d.review_id, d.handle, d.outcome, count(entry.id) AS entries FROM decisions d LEFT JOIN entry ON entry.id = d.id GROUP BY d.id`,
  ); // prettier-ignore
  const stored = new Map(rows.map((row) => [row.id, row]));
  for (const { id, reviewId, by, outcome } of ledger.decisions) {
    const row = stored.get(id);
    if (!row) verdict.lost.push(`decision ${id} on ${reviewId} was accepted and is not there`);
    else if (row.review_id !== reviewId || row.handle !== by || row.outcome !== outcome)
      verdict.undetected.push(`decision ${id} is kept otherwise than it was answered`);
  }
  for (const { id, entries } of rows) {
    if (entries === '0') verdict.undetected.push(`decision ${id} stands without a journal entry`);
    if (Number(entries) > 1) verdict.doubled.push(`decision ${id} is journaled ${entries} times`);
  }
  const { rows: orphans } = await database.pool.query<{ id: string }>(
    `SELECT convert_from(content, 'UTF8')::jsonb->'data'->>'decisionId' AS id FROM journal.entries WHERE type = 'decision.recorded'
     EXCEPT SELECT id FROM decisions`,
  );
  verdict.undetected.push(...orphans.map(({ id }) => `decision ${id} is journaled and is not there`));
}

interface ReviewFactsRow {
  id: string;
  kind: ReviewKind;
  state: string;
  outcome: ReviewOutcome | null;
  is_closed: boolean;
  quorum_required: number;
  terms: ReviewTerms;
  given: GivenDecision[];
  candidates: string[];
  opened: string;
  closed: string;
  closed_as: (string | null)[] | null;
  has_process: boolean;
}

/** Each review was opened and closed once in the journal, and ended as its decisions add up: no second winner. */
async function checkReviews({ database }: OracleOptions, verdict: Verdict): Promise<void> {
  const { rows } = await database.pool.query<ReviewFactsRow>(
    `WITH entry AS MATERIALIZED (
       SELECT type, c->'data'->>'reviewId' AS review_id, c->'data'->>'outcome' AS outcome
       FROM (SELECT type, convert_from(content, 'UTF8')::jsonb AS c FROM journal.entries WHERE type IN ('review.opened', 'review.closed')) e
     ), told AS MATERIALIZED (
       SELECT review_id, count(*) FILTER (WHERE type = 'review.opened') AS opened, count(*) FILTER (WHERE type = 'review.closed') AS closed,
         array_agg(outcome) FILTER (WHERE type = 'review.closed') AS closed_as FROM entry GROUP BY review_id
     ), given AS MATERIALIZED (
       SELECT review_id, json_agg(json_build_object('person', handle, 'outcome', outcome, 'department', department) ORDER BY decided_at) AS given FROM decisions GROUP BY review_id
     )
     SELECT r.id, r.kind, r.state, r.outcome, r.closed_at IS NOT NULL AS is_closed, r.quorum_required, r.terms, coalesce(given.given, '[]') AS given,
       ARRAY(SELECT handle FROM review_candidates c WHERE c.review_id = r.id) AS candidates,
       coalesce(told.opened, 0) AS opened, coalesce(told.closed, 0) AS closed, told.closed_as,
       EXISTS (SELECT FROM processes p WHERE p.id = r.process_id) AS has_process
     FROM reviews r LEFT JOIN told ON told.review_id = r.id LEFT JOIN given ON given.review_id = r.id`,
  ); // prettier-ignore
  for (const row of rows) checkReview(row, verdict);
}

function checkReview(row: ReviewFactsRow, verdict: Verdict): void {
  const { id } = row;
  // Planted reviews were opened by no workflow.
  if (row.has_process && row.opened === '0') verdict.undetected.push(`review ${id} was opened without a journal entry`);
  if (Number(row.opened) > 1) verdict.doubled.push(`review ${id} was opened ${row.opened} times`);
  if (row.is_closed && row.closed === '0') verdict.undetected.push(`review ${id} was closed without a journal entry`);
  if (Number(row.closed) > 1) verdict.doubled.push(`review ${id} was closed ${row.closed} times`);
  if (!row.is_closed && row.closed !== '0') verdict.undetected.push(`review ${id} is open and journaled as closed`);
  if (row.is_closed && row.closed_as?.[0] !== row.outcome)
    verdict.undetected.push(`review ${id} ended ${row.outcome} and is journaled as ${row.closed_as?.[0]}`);
  const people = new Set(row.given.map((decision) => decision.person));
  if (people.size !== row.given.length) verdict.doubled.push(`somebody decided twice on review ${id}`);
  for (const person of people)
    if (!row.candidates.includes(person))
      verdict.undetected.push(`${person} decided on review ${id} without being asked`);
  const { signOff } = row.terms;
  const isConflict = row.kind === 'conflict';
  const expected = outcomeOf(
    row.kind,
    {
      required: row.quorum_required,
      departments: isConflict ? [] : signOff.departments,
      roles: isConflict ? signOff.conflict.roles : signOff.roles,
    },
    row.given,
  );
  const isDecided = row.state === 'COMPLETED';
  if (isDecided ? row.outcome !== expected : expected !== undefined)
    verdict.undetected.push(`review ${id} is ${row.state} ${row.outcome}, but its decisions add up to ${expected}`);
}

interface ProcessFactsRow {
  id: string;
  kind: string;
  state: string;
  outcome: string | null;
  workflow_id: string;
  stage: string;
  started: string;
  ended: string;
  ended_as: (string | null)[] | null;
  frozen: string;
  computed: string;
  has_evidence: boolean;
  waits: boolean;
}

/** Each process was started and ended once in the journal, its evidence computed once after its criteria were frozen, and its workflow says the same. */
async function checkProcesses({ database, client }: OracleOptions, verdict: Verdict): Promise<void> {
  const { rows } = await database.pool.query<ProcessFactsRow>(
    `WITH told AS MATERIALIZED (
       SELECT c->'data'->>'processId' AS process_id,
         count(*) FILTER (WHERE type = 'process.started' OR type = 'model_version.submitted') AS started, count(*) FILTER (WHERE type = 'process.ended') AS ended,
         array_agg(c->'data'->>'outcome') FILTER (WHERE type = 'process.ended') AS ended_as,
         count(*) FILTER (WHERE type = 'criteria.frozen') AS frozen, count(*) FILTER (WHERE type = 'evidence.computed') AS computed
       FROM (SELECT type, convert_from(content, 'UTF8')::jsonb AS c FROM journal.entries
         WHERE type IN ('process.started', 'model_version.submitted', 'process.ended', 'criteria.frozen', 'evidence.computed')) e GROUP BY 1
     )
     SELECT p.id, p.kind, p.state, p.outcome, p.workflow_id, v.stage, coalesce(told.started, 0) AS started, coalesce(told.ended, 0) AS ended, told.ended_as,
       coalesce(told.frozen, 0) AS frozen, coalesce(told.computed, 0) AS computed, p.details ? 'evidenceDigest' AS has_evidence,
       EXISTS (SELECT FROM outbox o WHERE o.workflow_id = p.workflow_id) AS waits
     FROM processes p JOIN model_versions v ON v.id = p.model_version_id LEFT JOIN told ON told.process_id = p.id`,
  ); // prettier-ignore
  for (const row of rows) {
    const name = `${row.kind} ${row.id}`;
    if (row.started === '0') verdict.undetected.push(`${name} was started without a journal entry`);
    for (const step of ['started', 'ended', 'frozen', 'computed'] as const)
      if (Number(row[step]) > 1) verdict.doubled.push(`${name} is journaled as ${step} ${row[step]} times`);
    if (row.state === 'COMPLETED' && row.ended_as?.[0] !== row.outcome)
      verdict.undetected.push(`${name} ended ${row.outcome} and is journaled as ${row.ended_as?.[0]}`);
    if (row.state === 'RUNNING' && row.ended !== '0') verdict.undetected.push(`${name} runs and is journaled as ended`);
    if (row.has_evidence && (row.frozen !== '1' || row.computed !== '1'))
      verdict.undetected.push(`${name} has evidence without its journal entries`);
  }
  if (client) for (const row of rows) await checkWorkflow(client, row, verdict);
}

/** A workflow writes its end before it ends. */
const CLOSED_WITHIN_MS = 30_000;

async function checkWorkflow(client: Client, row: ProcessFactsRow, verdict: Verdict): Promise<void> {
  const name = `${row.kind} ${row.id}`;
  const handle = client.workflow.getHandle(row.workflow_id);
  let status: string;
  try {
    status = (await handle.describe()).status.name;
  } catch {
    verdict.lost.push(`${name} has no workflow`);
    return;
  }
  if (row.state === 'RUNNING' && status !== 'RUNNING') verdict.lost.push(`${name} runs, its workflow is ${status}`);
  if (row.state !== 'COMPLETED') return;
  try {
    const result: unknown = await client.withDeadline(Date.now() + CLOSED_WITHIN_MS, () => handle.result());
    if (result !== row.outcome)
      verdict.undetected.push(`${name} ended ${row.outcome}, its workflow says ${String(result)}`);
  } catch {
    verdict.lost.push(`${name} ended, its workflow is ${(await handle.describe()).status.name}`);
  }
}

/** Every chain holds, and all that was written before the fault is still what it was. */
async function checkChains({ database, mark }: OracleOptions, verdict: Verdict): Promise<void> {
  const { broken } = await verifyJournal(database);
  if (broken) verdict.undetected.push(`journal ${broken.stream} ${broken.position}: ${broken.problem}`);
  const { rows } = await database.pool.query<{ stream: string }>(
    `SELECT marked.stream FROM unnest($1::text[], $2::int[], $3::text[]) AS marked (stream, position, hash)
     WHERE NOT EXISTS (SELECT FROM journal.entries e WHERE e.stream = marked.stream AND e.position = marked.position AND e.hash = marked.hash)`,
    [[...mark.keys()], [...mark.values()].map((end) => end.position), [...mark.values()].map((end) => end.hash)],
  );
  verdict.undetected.push(
    ...rows.map(({ stream }) => `journal ${stream} is not the one that was there before the fault`),
  );
}

/** Nothing waits to be told. */
async function checkSilence({ database, client }: OracleOptions, verdict: Verdict): Promise<void> {
  if (!client) return;
  const { rows } = await database.pool.query<{ workflow_id: string; last_error: string | null }>(
    'SELECT workflow_id, last_error FROM outbox',
  );
  verdict.lost.push(...rows.map((row) => `${row.workflow_id} was never told: ${row.last_error ?? 'nobody tried'}`));
}
