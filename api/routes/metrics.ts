import type { AppDeps } from '../app-deps.ts';
import { createRouter } from './documented.ts';

export function createMetricsRoutes({ metrics }: AppDeps) {
  const router = createRouter();
  router.get('/metrics', async (c) => {
    const { text, contentType } = await metrics.render();
    return c.body(text, 200, { 'Content-Type': contentType });
  });
  return router;
}
