import { createRoute } from '@hono/zod-openapi';
import { z } from 'zod';
import type { AppDeps } from '../app-deps.ts';
import { requireOwnPage } from '../browser-checks.ts';
import { approvalsSchema } from '../schemas/approval-view.ts';
import { approvalFormats, exportApprovals } from '../services/export-approvals.ts';
import { createRouter, instantParameter, problemResponses, readProblems, signedIn } from './documented.ts';
import { download } from './download.ts';

const exportRoute = createRoute({
  method: 'get', path: '/v1/approvals/export', tags: ['Journal'], security: signedIn, operationId: 'exportApprovals', middleware: requireOwnPage,
  summary: 'Who approved which version, on what evidence, when',
  description: 'Approvals of at most a year, as the journal has them, in the order of writing; `entry` names the entry that proves each. One approval does not make a gate: `reviewOutcome` is how the review ended, and `voided` says of an approval that a rebase left it without effect. In text of the CSV an apostrophe stands before = + - @ at the beginning, and after a comma, a semicolon, a bar, a tab or a line break: no spreadsheet runs it, whatever separates cells there. The export is journaled; with a session it is answered to pages of ours only.',
  request: {
    query: z.strictObject({
      from: instantParameter.optional().describe('A year before `to` by default'), to: instantParameter.optional().describe('Not included; now by default'),
      format: z.enum(approvalFormats).default('json'),
    }),
  },
  responses: {
    200: { description: 'The approvals', content: { 'application/json': { schema: approvalsSchema.meta({ id: 'Approvals' }) }, 'text/csv': { schema: { type: 'string' } } } },
    ...readProblems, ...problemResponses(403, 422),
  },
}); // prettier-ignore

export function createApprovalRoutes(deps: AppDeps) {
  const router = createRouter();
  router.openapi(exportRoute, async (c) => {
    const query = c.req.valid('query');
    const type = query.format === 'csv' ? 'text/csv; charset=utf-8; header=present' : 'application/json';
    return download(c, () => exportApprovals(deps, c.get('caller'), query), {
      name: `approvals.${query.format}`,
      type,
    });
  });
  return router;
}
