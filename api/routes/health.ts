import { createRoute } from '@hono/zod-openapi';
import { z } from 'zod';
import { Refused } from '../../domain/errors.ts';
import type { AppDeps } from '../app-deps.ts';
import { createRouter, json, problemResponses } from './documented.ts';

const PROBE_MS = 3_000;
const tags = ['Operation'];

const healthRoute = createRoute({
  method: 'get', path: '/healthz', tags, operationId: 'health',
  summary: 'The process answers',
  responses: { 200: json(z.object({ status: z.literal('ok') }), 'It does') },
}); // prettier-ignore

const readyRoute = createRoute({
  method: 'get', path: '/readyz', tags, operationId: 'ready',
  summary: 'PostgreSQL and Temporal answer a real call',
  responses: { 200: json(z.object({ status: z.literal('ready') }), 'Both do'), ...problemResponses(503) },
}); // prettier-ignore

export function createHealthRoutes(deps: AppDeps) {
  const router = createRouter();
  router.openapi(healthRoute, (c) => c.json({ status: 'ok' as const }, 200));
  router.openapi(readyRoute, async (c) => {
    const [database, temporal] = await Promise.all([
      isAnswering(deps.database.pool.query('SELECT 1')),
      isAnswering(deps.temporalProbe()),
    ]);
    if (database && temporal) return c.json({ status: 'ready' as const }, 200);
    const away = [database ? [] : 'PostgreSQL', temporal ? [] : 'Temporal'].flat();
    throw new Refused('NOT_READY', `${away.join(' and ')} ${away.length === 1 ? 'does' : 'do'} not answer.`, {
      extra: { away },
    });
  });
  return router;
}

/** Whether a call comes back in time; a call that hangs is as bad as one that fails. */
async function isAnswering(call: Promise<unknown>): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<false>((resolve) => {
    timer = setTimeout(() => resolve(false), PROBE_MS);
  });
  try {
    return await Promise.race([
      call.then(
        () => true,
        () => false,
      ),
      late,
    ]);
  } finally {
    clearTimeout(timer);
  }
}
