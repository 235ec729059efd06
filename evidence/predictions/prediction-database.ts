// A DuckDB of its own for one prediction file. It can read that file and nothing else: no other path, no network, no extension.
import { DuckDBInstance, type DuckDBConnection } from '@duckdb/node-api';
import { dirname } from 'node:path';

export interface PredictionDatabaseLimits {
  memoryLimitMb: number;
  threads: number;
}

/** Runs `use` with a connection that can read the file at `path` only, and closes it whatever happens. */
export async function withPredictionDatabase<T>(
  path: string,
  limits: PredictionDatabaseLimits,
  use: (connection: DuckDBConnection) => Promise<T>,
): Promise<T> {
  const instance = await DuckDBInstance.create(':memory:', {
    memory_limit: `${limits.memoryLimitMb}MB`,
    threads: String(limits.threads),
    temp_directory: `${dirname(path)}/spill`,
    max_temp_directory_size: '2GB',
    autoinstall_known_extensions: 'false',
    autoload_known_extensions: 'false',
    allow_community_extensions: 'false',
  });
  try {
    const connection = await instance.connect();
    try {
      await connection.run(`SET allowed_paths = [${quoteText(path)}]`);
      await connection.run('SET enable_external_access = false');
      await connection.run('SET lock_configuration = true');
      return await use(connection);
    } finally {
      connection.closeSync();
    }
  } finally {
    instance.closeSync();
  }
}

/** A name as an SQL identifier, whatever it holds. */
export const quoteIdentifier = (name: string): string => `"${name.replaceAll('"', '""')}"`;

/** A text as an SQL literal, whatever it holds. */
export const quoteText = (text: string): string => `'${text.replaceAll("'", "''")}'`;
