import { collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import type { Database } from '../db/client.ts';
import { countWork } from '../db/queries/read-metrics.ts';

export interface Metrics {
  registry: Registry;
  /** Seconds that a request took, by method, route pattern and status. */
  requests: Histogram<'method' | 'route' | 'status'>;
}

/** Figures for Prometheus. Outbox and reviews are counted when they are asked for. */
export function createMetrics(database: Database): Metrics {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const requests = new Histogram({
    name: 'countersign_http_request_duration_seconds',
    help: 'Time to answer a request',
    labelNames: ['method', 'route', 'status'] as const,
    buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5],
    registers: [registry],
  });
  const gauge = (name: string, help: string, collect?: () => Promise<void>) =>
    new Gauge({ name, help, registers: [registry], ...(collect ? { collect } : {}) });
  const oldest = gauge('countersign_outbox_oldest_seconds', 'Age of the oldest line that no workflow has heard yet');
  const open = gauge('countersign_reviews_open', 'Reviews that wait for people');
  const overdue = gauge('countersign_reviews_overdue', 'Open reviews past their deadline');
  gauge('countersign_outbox_lines', 'Lines that no workflow has heard yet', async function (this: Gauge) {
    const work = await countWork(database.pool);
    this.set(work.outboxLines);
    oldest.set(work.outboxOldestSeconds);
    open.set(work.openReviews);
    overdue.set(work.overdueReviews);
  });
  new Gauge({
    name: 'countersign_database_connections',
    help: 'Connections of the pool',
    labelNames: ['state'] as const,
    registers: [registry],
    collect() {
      this.set({ state: 'idle' }, database.pool.idleCount);
      this.set({ state: 'busy' }, database.pool.totalCount - database.pool.idleCount);
      this.set({ state: 'waiting' }, database.pool.waitingCount);
    },
  });
  return { registry, requests };
}
