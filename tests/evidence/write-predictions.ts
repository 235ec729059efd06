import { DuckDBInstance } from '@duckdb/node-api';

/** Writes the rows of an SQL query as a Parquet or CSV file. */
export async function writePredictions(
  path: string,
  query: string,
  format: 'parquet' | 'csv' = 'parquet',
): Promise<void> {
  const instance = await DuckDBInstance.create(':memory:');
  const connection = await instance.connect();
  try {
    await connection.run(`COPY (${query}) TO '${path.replaceAll("'", "''")}' (FORMAT ${format})`);
  } finally {
    connection.closeSync();
    instance.closeSync();
  }
}

/** A query of the mortgage example's validation rows, with columns of it replaced. */
export const mortgageRows = (folder: string, version: number, replace = ''): string =>
  `SELECT * ${replace === '' ? '' : `REPLACE (${replace})`} FROM '${folder}/v${version}-validation.parquet'`;
