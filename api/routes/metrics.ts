import type { AppDeps } from '../app-deps.ts';
import { createRouter } from './documented.ts';

export function createMetricsRoutes({ metrics: { registry } }: AppDeps) {
  const router = createRouter();
  router.get('/metrics', async (c) => c.body(await registry.metrics(), 200, { 'Content-Type': registry.contentType }));
  return router;
}
