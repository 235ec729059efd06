import type { Pool } from 'pg';

export interface JournalFilter {
  stream?: string | undefined;
  type?: string | undefined;
  actor?: string | undefined;
  from?: Date | undefined;
  /** Not included. */
  to?: Date | undefined;
  reviewId?: string | undefined;
  /** Only streams of versions that this account submitted; null for all. */
  submittedBy: string | null;
}

export interface JournalRow {
  sequence: string;
  stream: string;
  position: number;
  content: Buffer;
  hash: string;
}

export interface JournalPageQuery extends JournalFilter {
  isNewestFirst: boolean;
  after?: string | undefined;
  limit: number;
}

/** Entries in the order of writing; one more than `limit` when the list goes on. */
export async function listJournalRows(pool: Pool, query: JournalPageQuery): Promise<JournalRow[]> {
  const values: unknown[] = [];
  const conditions: string[] = [];
  const add = (condition: (place: string) => string, value: unknown) => {
    if (value !== undefined && value !== null) conditions.push(condition(`$${values.push(value)}`));
  };
  add((stream) => `e.stream = ${stream}`, query.stream);
  add((type) => `e.type = ${type}`, query.type);
  add((actor) => `e.actor_id = ${actor}`, query.actor);
  add((from) => `e.at >= ${from}`, query.from);
  add((to) => `e.at < ${to}`, query.to);
  add((id) => `convert_from(e.content, 'UTF8')::json #>> '{data,reviewId}' = ${id}`, query.reviewId);
  add(
    (handle) => `EXISTS (SELECT FROM model_versions v WHERE v.id = e.stream AND v.submitted_by = ${handle})`,
    query.submittedBy,
  );
  add((sequence) => `e.sequence ${query.isNewestFirst ? '<' : '>'} ${sequence}::bigint`, query.after);
  const where = conditions.length === 0 ? '' : `WHERE ${conditions.join(' AND ')}`;
  const text = `SELECT e.sequence::text, e.stream, e.position, e.content, e.hash FROM journal.entries e ${where} ORDER BY e.sequence ${query.isNewestFirst ? 'DESC' : 'ASC'} LIMIT $${values.push(query.limit + 1)}`;
  const { rows } = await pool.query<JournalRow>(text, values);
  return rows;
}

export interface ExportPosition {
  stream: string;
  position: number;
}

/** The next entries after `after`, by stream and position. */
export async function readExportBatch(
  pool: Pool,
  query: { stream: string | undefined; after: ExportPosition; limit: number },
): Promise<Omit<JournalRow, 'sequence'>[]> {
  const isWhole = query.stream === undefined;
  const { rows } = await pool.query<Omit<JournalRow, 'sequence'>>({
    name: isWhole ? 'export-journal' : 'export-stream',
    text: `SELECT stream, position, content, hash FROM journal.entries WHERE ${isWhole ? '(stream, position) > ($1, $2)' : 'stream = $1 AND position > $2'} ORDER BY stream, position LIMIT $3`,
    values: [query.after.stream, query.after.position, query.limit],
  });
  return rows;
}
