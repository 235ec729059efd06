import { createRoute } from '@hono/zod-openapi';
import type { AppDeps } from '../app-deps.ts';
import { reconciliationSchema } from '../schemas/views.ts';
import { reconcile } from '../services/reconcile.ts';
import { repairWorkflows } from '../services/repair-workflows.ts';
import { createRouter, json, problemResponses, readProblems, signedIn } from './documented.ts';

const tags = ['Administration'];
const answer = json(reconciliationSchema.meta({ id: 'Reconciliation' }), 'What was compared, and each difference');

const reconcileRoute = createRoute({
  method: 'get', path: '/v1/admin/reconcile', tags, security: signedIn, operationId: 'reconcile',
  summary: 'Where rows, journal and workflows differ',
  description: 'For administrators and auditors. Changes nothing. What is in flight is named so: look again in a minute.',
  responses: { 200: answer, ...readProblems, ...problemResponses(403) },
}); // prettier-ignore

const repairRoute = createRoute({
  method: 'post', path: '/v1/admin/reconcile', tags, security: signedIn, operationId: 'repairWorkflows',
  summary: 'Begin lost workflows again, and tell those that did not hear',
  description: 'For administrators. Leaves the messages to the engine again and journals each; no row, decision or entry is changed.',
  responses: { 200: answer, ...readProblems, ...problemResponses(403) },
}); // prettier-ignore

export function createAdminRoutes(deps: AppDeps) {
  const router = createRouter();
  router.openapi(reconcileRoute, async (c) => c.json(await reconcile(deps, c.get('caller')), 200));
  router.openapi(repairRoute, async (c) => {
    const caller = c.get('caller');
    const found = await reconcile(deps, caller);
    return c.json({ ...found, repaired: await repairWorkflows(deps, caller, found.differences) }, 200);
  });
  return router;
}
