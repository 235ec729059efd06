import { createRoute } from '@hono/zod-openapi';
import { z } from 'zod';
import type { AppDeps } from '../app-deps.ts';
import { consistencyProofSchema, inclusionProofSchema } from '../schemas/views.ts';
import { proveConsistency, proveInclusion, readCheckpoint } from '../services/read-checkpoint.ts';
import { createRouter, idSchema, json, prepared, problemResponses, readProblems, signedIn } from './documented.ts';

const tags = ['Journal'];
const text = (description: string) => ({ description, content: { 'text/plain': { schema: z.string() } } });
const count = z.coerce.number().int().nonnegative().max(Number.MAX_SAFE_INTEGER);

const checkpointRoute = createRoute({
  method: 'get', path: '/v1/journal/checkpoint', tags, security: signedIn, operationId: 'readCheckpoint',
  summary: 'The latest signed root over all sealed entries',
  description: 'A checkpoint as C2SP tlog-checkpoint, in a signed note with Ed25519. Keep it where nobody who runs this installation can write: it shows later whether entries were changed, cut off or written anew.',
  responses: { 200: text('The note, as it was written'), ...readProblems, ...problemResponses(404) },
}); // prettier-ignore

const keyRoute = createRoute({
  method: 'get', path: '/v1/journal/checkpoint/key', tags, security: signedIn, operationId: 'readCheckpointKey',
  summary: 'The verifier key of the checkpoints',
  description: 'As C2SP signed-note spells it: `name+id+key`. Keep it outside as well, from the first day.',
  responses: { 200: text('The key, on one line'), ...readProblems, ...problemResponses(404) },
}); // prettier-ignore

const proofRoute = createRoute({
  method: 'get', path: '/v1/journal/proof', tags, security: signedIn, operationId: 'proveInclusion',
  summary: 'Proof that an entry is under the latest checkpoint',
  description: 'An inclusion proof of RFC 6962 (RFC 9162, 2.1.3). Hashes are base64.',
  request: { query: z.strictObject({ stream: idSchema, position: count.min(1).max(2_147_483_647) }) },
  responses: { 200: json(inclusionProofSchema.meta({ id: 'InclusionProof' }), 'The proof and its checkpoint'), ...readProblems, ...problemResponses(404, 422) },
}); // prettier-ignore

const consistencyRoute = createRoute({
  method: 'get', path: '/v1/journal/consistency', tags, security: signedIn, operationId: 'proveConsistency',
  summary: 'Proof that the journal only grew since an older checkpoint',
  description: 'A consistency proof of RFC 6962 (RFC 9162, 2.1.4) from the older checkpoint to the latest. Hashes are base64.',
  request: { query: z.strictObject({ size: count.describe('Second line of the older checkpoint') }) },
  responses: { 200: json(consistencyProofSchema.meta({ id: 'ConsistencyProof' }), 'The proof and its checkpoint'), ...readProblems, ...problemResponses(404, 422) },
}); // prettier-ignore

export function createCheckpointRoutes(deps: AppDeps) {
  const router = createRouter();
  router.openapi(checkpointRoute, async (c) => prepared(c.text((await readCheckpoint(deps)).note, 200)));
  router.openapi(keyRoute, async (c) => prepared(c.text(`${(await readCheckpoint(deps)).verifierKey}\n`, 200)));
  router.openapi(proofRoute, async (c) =>
    c.json(await proveInclusion(deps, c.get('caller'), c.req.valid('query')), 200),
  );
  router.openapi(consistencyRoute, async (c) => c.json(await proveConsistency(deps, c.req.valid('query').size), 200));
  return router;
}
