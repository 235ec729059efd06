import type { QueryConfig } from 'pg';

/** One row a statement and commit: as fast as this database can keep anything. */
export function prepare({ connections, count }: { connections: number; count: number }): QueryConfig[][] {
  const query = { name: 'insert-row', text: 'INSERT INTO one_row (value) VALUES ($1)', values: ['x'.repeat(100)] };
  return Array.from({ length: connections }, () =>
    Array.from({ length: Math.ceil(count / connections) }, () => ({ ...query })),
  );
}
