// Reading along with the journal without a place of one's own in the database: for what every server process tells its open pages.
import type { Pool } from 'pg';
import type { AddressedEvent, JournalPlace } from '../../domain/live-event.ts';
import type { ReviewState } from '../../domain/review.ts';
import type { Stage } from '../../domain/stage.ts';

/** Where what is not yet certain begins: nothing can land before it any more. */
export async function readTail(pool: Pool): Promise<JournalPlace> {
  const { rows } = await pool.query<{ transaction: string }>(
    'SELECT pg_snapshot_xmin(pg_current_snapshot())::text AS transaction',
  );
  return { transaction: BigInt(rows[0]!.transaction), sequence: 0n };
}

export interface TailedEntries {
  /** Of steps that open pages are told, in order. */
  events: AddressedEvent[];
  /** People whose access was taken away. */
  deactivated: string[];
  /** After the last entry that was read; undefined when there was none. */
  place: JournalPlace | undefined;
}

interface TailRow {
  transaction: string;
  sequence: string;
  type: string;
  at: Date;
  deactivated: string | null;
  review_id: string | null;
  revision: number | null;
  state: ReviewState | null;
  model_version_id: string | null;
  model: string;
  version: string;
  stage: Stage;
  submitted_by: string;
}

// Names the review by what the entry says, not by what its stream holds: several reviews stand on one version.
const tailSql = `
SELECT e.transaction::text AS transaction, e.sequence::text AS sequence, e.type, e.at,
  CASE WHEN e.type = 'person.deactivated' THEN content #>> '{data,handle}' END AS deactivated,
  r.id AS review_id, r.revision, r.state, v.id AS model_version_id, v.model, v.version, v.stage, v.submitted_by
FROM (
  SELECT transaction, sequence, type, at, stream, convert_from(content, 'UTF8')::json AS content FROM journal.entries
  WHERE (transaction, sequence) > ($1::xid8, $2::bigint) AND transaction < pg_snapshot_xmin(pg_current_snapshot())
  ORDER BY transaction, sequence LIMIT $3
) e
LEFT JOIN model_versions v ON v.id = e.stream LEFT JOIN reviews r ON r.id = e.content #>> '{data,reviewId}'
ORDER BY e.transaction, e.sequence`;

/** What was read or refused moves nothing that a page shows. */
const untold: ReadonlySet<string> = new Set(['evidence.read', 'decision.refused', 'process.recreated']);

/** The next entries that are certain. */
export async function tailJournal(pool: Pool, after: JournalPlace, limit: number): Promise<TailedEntries> {
  const { rows } = await pool.query<TailRow>({
    name: 'tail-journal',
    text: tailSql,
    values: [String(after.transaction), String(after.sequence), limit],
  });
  const last = rows.at(-1);
  return {
    events: rows.flatMap((row) => (row.model_version_id === null || untold.has(row.type) ? [] : [eventOf(row)])),
    deactivated: rows.flatMap(({ deactivated }) => deactivated ?? []),
    place: last && { transaction: BigInt(last.transaction), sequence: BigInt(last.sequence) },
  };
}

const eventOf = (row: TailRow): AddressedEvent => ({
  submittedBy: row.submitted_by,
  event: {
    id: `${row.transaction}-${row.sequence}`,
    type: row.type,
    at: row.at.toISOString(),
    reviewId: row.review_id,
    revision: row.revision,
    state: row.state,
    modelVersionId: row.model_version_id!,
    model: row.model,
    version: row.version,
    stage: row.stage,
  },
});
