import { drizzle, type NodePgDatabase } from 'drizzle-orm/node-postgres';
import pg from 'pg';
import * as schema from './schema/index.ts';

export type Schema = typeof schema;
/** A database, or the same inside a transaction. */
export type DbOrTx = NodePgDatabase<Schema>;

export interface Database {
  pool: pg.Pool;
  db: DbOrTx;
  /** Runs `work` in one transaction: all of it is written, or nothing. */
  withTransaction: <T>(work: (tx: DbOrTx, client: pg.PoolClient) => Promise<T>) => Promise<T>;
  close: () => Promise<void>;
}

const APP_ROLE = 'countersign_app';
/**
 * Statements that take milliseconds are not worth compiling, and PostgreSQL guesses badly which ones take longer. Its price of a page out of order
 * is that of a turning disk: until a new table was analysed, it would rather read all that a person ever decided than the last 20 in order.
 */
const sessionSettings =
  '-c jit=off -c random_page_cost=1.1 -c statement_timeout=10000 -c lock_timeout=5000 -c idle_in_transaction_session_timeout=10000';

/** A pool whose connections act as the application's role. `onError` hears of connections lost while idle, which the pool replaces. */
export function connectDatabase(options: { url: string; max?: number; onError?: (error: Error) => void }): Database {
  const user = decodeURIComponent(new URL(options.url).username);
  const pool = new pg.Pool({
    connectionString: options.url,
    max: options.max ?? 16,
    connectionTimeoutMillis: 5_000,
    application_name: 'countersign',
    options: user === APP_ROLE ? sessionSettings : `${sessionSettings} -c role=${APP_ROLE}`,
  });
  // Without listeners a restart of PostgreSQL would end this process: the pool speaks for idle connections, each of the others for itself,
  // be it between two statements of a transaction or just when it is handed out. Whoever holds one hears of it by their next statement.
  pool.on('error', (error) => options.onError?.(error));
  pool.on('connect', (client) => client.on('error', () => undefined));
  const db = drizzle(pool, { schema });
  return { pool, db, withTransaction: (work) => inTransaction(pool, work), close: () => pool.end() };
}

/** As `pool.query`, which throws a connection away for each statement that fails: here one that breaks a key leaves its connection to the next. */
export async function runStatement<Row extends pg.QueryResultRow>(
  pool: pg.Pool,
  statement: pg.QueryConfig,
): Promise<pg.QueryResult<Row>> {
  const client = await pool.connect();
  try {
    return await client.query<Row>(statement);
  } finally {
    client.release();
  }
}

/** Drizzle's own transaction loses a pooled client for ever when BEGIN fails; this one gives it back, broken ones for disposal. */
async function inTransaction<T>(pool: pg.Pool, work: (tx: DbOrTx, client: pg.PoolClient) => Promise<T>): Promise<T> {
  const client = await pool.connect();
  let failure: Error | undefined;
  try {
    await client.query('BEGIN');
    const result = await work(drizzle(client, { schema }), client);
    await client.query('COMMIT');
    return result;
  } catch (error) {
    await client.query('ROLLBACK').catch((rollbackError: unknown) => {
      failure = rollbackError instanceof Error ? rollbackError : new Error(String(rollbackError));
    });
    throw error;
  } finally {
    client.release(failure);
  }
}

function databaseError(error: unknown): (Error & { code?: unknown; column?: unknown }) | undefined {
  const cause = error instanceof Error && error.cause !== undefined ? error.cause : error;
  return cause instanceof Error ? cause : undefined;
}

function databaseErrorCode(error: unknown): string | undefined {
  const code = databaseError(error)?.code;
  return typeof code === 'string' ? code : undefined;
}

export const isUniqueViolation = (error: unknown): boolean => databaseErrorCode(error) === '23505';

/** Another transaction was first: by a unique key, a deadlock or a serialisation failure. Read again and try again. */
export const isLostRace = (error: unknown): boolean =>
  ['23505', '40P01', '40001'].includes(databaseErrorCode(error) ?? '');

/** Text that PostgreSQL takes for none: it holds NUL or half a character. */
export const isUnstorableText = (error: unknown): boolean =>
  ['22021', '22P05'].includes(databaseErrorCode(error) ?? '');

/** The column that was left empty; undefined when that is not what went wrong. */
export function nullViolationColumn(error: unknown): string | undefined {
  const column = databaseError(error)?.column;
  return databaseErrorCode(error) === '23502' && typeof column === 'string' ? column : undefined;
}

/** The database is away, starting, full, read-only, or chose this transaction to end a deadlock: worth another try, and 503 to a caller. */
export const isDatabaseUnavailable = (error: unknown): boolean =>
  isConnectionLost(error) || /^(57014|55P03|53|25006|40P01|40001)/.test(databaseErrorCode(error) ?? '');

/** There is no connection, or none any more: whoever asks next will hear the same. */
export function isConnectionLost(error: unknown): boolean {
  const code = databaseErrorCode(error);
  if (code !== undefined) return /^(08|57P0|ECONN|EPIPE|ETIMEDOUT)/.test(code);
  return (
    error instanceof Error &&
    /timeout exceeded when trying to connect|Connection terminated|not queryable|connection timeout/i.test(
      error.message,
    )
  );
}
