import { z } from 'zod';
import { assuranceLevels } from '../../domain/assurance.ts';
import { reviewStandingSchema } from './review-thread.ts';

const level = z.enum(assuranceLevels);

export const rebasedReviewSchema = z.object({
  /** False when it was held under this version already. */
  changed: z.boolean(),
  policy: z.object({ id: z.string(), version: z.int() }),
  review: reviewStandingSchema,
  decisions: z.object({
    kept: z.array(z.string()),
    noLongerCounting: z.array(z.object({ handle: z.string(), why: z.string() })),
    /** They stand, though the version would ask for more now. */
    assuranceTooLow: z.array(z.object({ handle: z.string(), given: level, least: level })),
  }),
  candidates: z.object({ added: z.array(z.string()), dropped: z.array(z.string()) }),
});
export type RebasedReview = z.infer<typeof rebasedReviewSchema>;
