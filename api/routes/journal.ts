import { createRoute } from '@hono/zod-openapi';
import { z } from 'zod';
import type { AppDeps } from '../app-deps.ts';
import { requireOwnPage } from '../browser-checks.ts';
import { journalEntryViewSchema, pageOf, verificationSchema } from '../schemas/views.ts';
import { exportJournal } from '../services/export-journal.ts';
import { listJournal } from '../services/list-journal.ts';
import { verifyJournal } from '../services/verify-journal.ts';
import {
  createRouter,
  idSchema,
  instantParameter,
  json,
  pageParameters,
  problemResponses,
  readProblems,
  signedIn,
} from './documented.ts';
import { download } from './download.ts';

const tags = ['Journal'];
const stream = idSchema.optional().describe("A model version's id, or policy/<id>");

const listRoute = createRoute({
  method: 'get', path: '/v1/journal', tags, security: signedIn, operationId: 'listJournal',
  summary: 'Entries in the order of writing',
  description: 'For paging, not for proof: what proves the journal is `/v1/journal/verify`, or an export checked elsewhere.',
  request: {
    query: z.strictObject({
      stream, type: idSchema.optional(), actor: idSchema.optional().describe('Handle of a person, or name of a part of the software'),
      from: instantParameter.optional(), to: instantParameter.optional().describe('Not included'), order: z.enum(['asc', 'desc']).default('asc').describe('asc: oldest first'), ...pageParameters,
    }),
  },
  responses: { 200: json(pageOf(journalEntryViewSchema.meta({ id: 'JournalEntry' })), 'A page of entries'), ...readProblems, ...problemResponses(422) },
}); // prettier-ignore

const verifyRoute = createRoute({
  method: 'get', path: '/v1/journal/verify', tags, security: signedIn, operationId: 'verifyJournal',
  summary: 'Check every entry against its bytes and its chain',
  request: { query: z.strictObject({ stream }) },
  responses: { 200: json(verificationSchema.meta({ id: 'Verification' }), 'What was checked, and the first entry that does not hold'), ...readProblems, ...problemResponses(403, 404, 422) },
}); // prettier-ignore

const exportRoute = createRoute({
  method: 'get', path: '/v1/journal/export', tags, security: signedIn, operationId: 'exportJournal', middleware: requireOwnPage,
  summary: 'Entries as they were hashed, one JSON line each',
  description: 'Lines `{ stream, position, hash, number, content }`, by stream and position; `hash` is SHA-256 over the text `content`, `number` its place among the sealed entries, null until it is sealed. The export is journaled; with a session it is answered to pages of ours only.',
  request: { query: z.strictObject({ stream }) },
  responses: { 200: { description: 'Lines of JSON', content: { 'application/x-ndjson': { schema: { type: 'string' } } } }, ...readProblems, ...problemResponses(403, 404, 422) },
}); // prettier-ignore

export function createJournalRoutes(deps: AppDeps) {
  const router = createRouter();
  router.openapi(listRoute, async (c) => c.json(await listJournal(deps, c.get('caller'), c.req.valid('query')), 200));
  router.openapi(verifyRoute, async (c) =>
    c.json(await verifyJournal(deps, c.get('caller'), c.req.valid('query').stream), 200),
  );
  router.openapi(exportRoute, async (c) => {
    const open = () => exportJournal(deps, c.get('caller'), c.req.valid('query').stream);
    return download(c, open, { name: 'journal.ndjson', type: 'application/x-ndjson' });
  });
  return router;
}
