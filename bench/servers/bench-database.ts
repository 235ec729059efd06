import pg from 'pg';
import { migrate } from '../../db/migrate.ts';
import type { BenchPostgres } from './postgres.ts';

/** Our tables, empty, and a pool that may do everything, for planting and counting. */
export async function openBenchDatabase(
  postgres: BenchPostgres,
  name = 'countersign',
): Promise<{ databaseUrl: string; pool: pg.Pool }> {
  const databaseUrl = await postgres.createDatabase(name);
  await migrate(databaseUrl);
  // Planting may take minutes, and the server's own time limits are set by the server.
  const pool = new pg.Pool({ connectionString: databaseUrl, max: 2 });
  // PostgreSQL may be gone before the last of these connections.
  pool.on('error', () => undefined);
  return { databaseUrl, pool };
}
