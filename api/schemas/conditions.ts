import { z } from 'zod';

export const conditionViewSchema = z.object({
  id: z.string(),
  reviewId: z.string(),
  decisionId: z.string(),
  text: z.string(),
  owner: z.string(),
  dueAt: z.iso.datetime(),
  expiresAt: z.iso.datetime(),
  state: z.enum(['OPEN', 'FULFILLED', 'EXPIRED']),
  closedBy: z.string().nullable(),
  closedReason: z.string().nullable(),
  closedAt: z.iso.datetime().nullable(),
});
export type ConditionView = z.infer<typeof conditionViewSchema>;
