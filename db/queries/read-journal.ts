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

export interface ExportRow extends Omit<JournalRow, 'sequence'> {
  /** Its place among the sealed entries; null until it is sealed. */
  number: number | null;
}

/** The next entries after `after`, by stream and position. */
export async function readExportBatch(
  pool: Pool,
  query: { stream: string | undefined; after: ExportPosition; limit: number },
): Promise<ExportRow[]> {
  const isWhole = query.stream === undefined;
  const { rows } = await pool.query<Omit<ExportRow, 'number'> & { number: string | null }>({
    name: isWhole ? 'export-journal' : 'export-stream',
    text: `SELECT e.stream, e.position, e.content, e.hash, leaf.number
      FROM journal.entries e LEFT JOIN journal.leaves leaf ON leaf.stream = e.stream AND leaf.position = e.position
      WHERE ${isWhole ? '(e.stream, e.position) > ($1, $2)' : 'e.stream = $1 AND e.position > $2'} ORDER BY e.stream, e.position LIMIT $3`,
    values: [query.after.stream, query.after.position, query.limit],
  });
  return rows.map((row) => ({ ...row, number: row.number === null ? null : Number(row.number) }));
}
