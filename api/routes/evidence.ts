import { createRoute } from '@hono/zod-openapi';
import { z } from 'zod';
import { digestSchema } from '../../domain/digest.ts';
import { evidencePackSchema } from '../../domain/evidence.ts';
import type { AppDeps } from '../app-deps.ts';
import { getEvidence } from '../services/get-evidence.ts';
import { createRouter, json, prepared, problemResponses, readProblems, signedIn } from './documented.ts';

const getRoute = createRoute({
  method: 'get', path: '/v1/evidence/{digest}', tags: ['Evidence'], security: signedIn, operationId: 'getEvidence',
  summary: 'An evidence pack, byte for byte as its digest names it',
  description: 'SHA-256 over the body is the digest. That the pack was read, and by whom, is journaled.',
  request: { params: z.object({ digest: digestSchema }) },
  responses: { 200: json(evidencePackSchema.meta({ id: 'EvidencePack' }), 'The pack, canonical JSON of RFC 8785'), ...readProblems, ...problemResponses(404) },
}); // prettier-ignore

export function createEvidenceRoutes(deps: AppDeps) {
  const router = createRouter();
  router.openapi(getRoute, async (c) => {
    const { digest, content } = await getEvidence(deps, c.get('caller'), c.req.valid('param').digest);
    return prepared(
      c.body(new Uint8Array(content), 200, {
        'Content-Type': 'application/json',
        ETag: `"${digest}"`,
        'Cache-Control': 'private, no-cache',
      }),
    );
  });
  return router;
}
