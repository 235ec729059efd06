import { createRoute } from '@hono/zod-openapi';
import { z } from 'zod';
import type { AppDeps } from '../app-deps.ts';
import { reviewerFigures, reviewerFiguresSchema } from '../services/reviewer-figures.ts';
import {
  createRouter,
  instantParameter,
  json,
  problemResponses,
  readProblems,
  signedIn,
  textParameter,
} from './documented.ts';

const reviewersRoute = createRoute({
  method: 'get', path: '/v1/figures/reviewers', tags: ['Reviews'], security: signedIn, operationId: 'reviewerFigures',
  summary: 'How the team reviews',
  description:
    'Agreement with the outcome, approvals that were taken back later, time from opening to decision, and whether the evidence was opened; since a year ago unless told. Auditors and administrators see everybody, others the team and themselves; software is told of versions that it submitted.',
  request: { query: z.strictObject({ since: instantParameter.optional(), model: textParameter(160).optional() }) },
  responses: { 200: json(reviewerFiguresSchema.meta({ id: 'ReviewerFigures' }), 'Rates between 0 and 1, times in seconds'), ...readProblems, ...problemResponses(422) },
}); // prettier-ignore

export function createFigureRoutes(deps: AppDeps) {
  const router = createRouter();
  router.openapi(reviewersRoute, async (c) =>
    c.json(await reviewerFigures(deps, c.get('caller'), c.req.valid('query')), 200),
  );
  return router;
}
