import { createRoute } from '@hono/zod-openapi';
import { z } from 'zod';
import type { AppDeps } from '../app-deps.ts';
import { readJson } from '../read-body.ts';
import { tagOf } from '../revision-tag.ts';
import { rebasedReviewSchema } from '../schemas/rebased-review.ts';
import { rebaseReview, rebaseSchema } from '../services/rebase-review.ts';
import {
  bodyOf,
  createRouter,
  idSchema,
  inputSchemaOf,
  json,
  problemResponses,
  readProblems,
  signedIn,
} from './documented.ts';

const rebaseRoute = createRoute({
  method: 'post', path: '/v1/reviews/{id}/rebase', tags: ['Reviews'], security: signedIn, operationId: 'rebaseReview',
  summary: 'Hold an open review under a newer version of its policy',
  description:
    'For administrators; without this a review keeps the version that it opened under. Who is asked, by when and how many is computed anew, and decisions of people who may not decide any more stop counting. Simulate first.',
  request: { params: z.object({ id: idSchema }), body: bodyOf('RebaseCommand') },
  responses: { 200: json(rebasedReviewSchema.meta({ id: 'RebasedReview' }), 'How it stands, and what changed'), ...readProblems, ...problemResponses(400, 403, 404, 409, 413, 415, 422) },
}); // prettier-ignore

export function createRebaseRoutes(deps: AppDeps) {
  const router = createRouter();
  router.openAPIRegistry.registerComponent('schemas', 'RebaseCommand', inputSchemaOf(rebaseSchema));
  router.openapi(rebaseRoute, async (c) => {
    const rebased = await rebaseReview(deps, c.get('caller'), c.req.valid('param').id, await readJson(c, rebaseSchema));
    c.header('ETag', tagOf(rebased.review.revision));
    return c.json(rebased, 200);
  });
  return router;
}
