import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';
import type { Database } from '../db/client.ts';
import { countRemoved } from '../db/queries/clear-out.ts';
import { countWork } from '../db/queries/read-metrics.ts';

export interface Metrics {
  /** Seconds that a request took, by method, route pattern and status. */
  requests: Histogram<'method' | 'route' | 'status'>;
  /** Everything as Prometheus reads it; what waits in the database is counted for each reading. */
  render: () => Promise<{ text: string; contentType: string }>;
}

/** Figures for Prometheus, of this process and its database. */
export function createMetrics(database: Database): Metrics {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const registers = [registry];
  const requests = new Histogram({
    name: 'countersign_http_request_duration_seconds',
    help: 'Time to answer a request',
    labelNames: ['method', 'route', 'status'] as const,
    buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5],
    registers,
  });
  const gauge = (name: string, help: string) => new Gauge({ name: `countersign_${name}`, help, registers });
  const outboxLines = gauge('outbox_lines', 'Lines that no workflow has heard yet');
  const outboxOldest = gauge('outbox_oldest_seconds', 'Age of the oldest line that no workflow has heard yet');
  const reviewsOpen = gauge('reviews_open', 'Reviews that wait for people');
  const reviewsOverdue = gauge('reviews_overdue', 'Open reviews past their deadline');
  const removedRows = new Counter({
    name: 'countersign_removed_rows_total',
    help: 'Rows that were over and kept long enough, removed by all workers together',
    labelNames: ['table'] as const,
    registers,
  });
  const connections = new Gauge({
    name: 'countersign_database_connections',
    help: 'Connections of the pool',
    labelNames: ['state'] as const,
    registers,
  });
  return {
    requests,
    render: async () => {
      const { pool } = database;
      const [work, removed] = await Promise.all([countWork(pool), countRemoved(pool)]);
      outboxLines.set(work.outboxLines);
      outboxOldest.set(work.outboxOldestSeconds);
      reviewsOpen.set(work.openReviews);
      reviewsOverdue.set(work.overdueReviews);
      removedRows.reset();
      for (const { table, rows } of removed) removedRows.inc({ table }, rows);
      connections.set({ state: 'idle' }, pool.idleCount);
      connections.set({ state: 'busy' }, pool.totalCount - pool.idleCount);
      connections.set({ state: 'waiting' }, pool.waitingCount);
      return { text: await registry.metrics(), contentType: registry.contentType };
    },
  };
}
