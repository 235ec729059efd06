// An approval as an auditor reads it: who, which version, on what evidence, when, and the journal entry that proves it.
import { z } from 'zod';
import { digestSchema } from '../../domain/digest.ts';
import { reviewOutcomes } from '../../domain/review.ts';
import { riskTierSchema } from '../../domain/submission.ts';

export const approvalViewSchema = z.object({
  at: z.iso.datetime(),
  /** Handle; `name` is what the person is called today, and null where nobody of this handle is known any more. */
  by: z.string(),
  name: z.string().nullable(),
  department: z.string().nullable(),
  /** Whom they stood in for. */
  onBehalfOf: z.string().nullable(),
  /** CARRIED: given on an earlier round, and stood on when new evidence changed nothing material. OVERRIDE: the glass was broken. */
  how: z.enum(['DECISION', 'CARRIED', 'OVERRIDE']),
  model: z.string(),
  version: z.string(),
  modelVersionId: z.string(),
  riskTier: riskTierSchema,
  process: z.string(),
  round: z.int(),
  signOff: z.string(),
  reviewId: z.string(),
  /** How the review ended, which one approval alone does not say; null while it is open. */
  reviewOutcome: z.enum(reviewOutcomes).nullable(),
  evidenceDigest: digestSchema,
  /** A rebase of the review left it without effect: since when, why, and the version of the policy that the review came under. */
  voided: z.object({ at: z.iso.datetime(), why: z.string(), policyVersion: z.int() }).nullable(),
  /** The version that it was given under. */
  policy: z.object({ id: z.string(), version: z.int() }),
  reason: z.string(),
  /** What the approval was given on the condition of. */
  conditions: z.array(z.string()),
  channel: z.string().nullable(),
  assurance: z.string().nullable(),
  signature: z.object({ name: z.string(), at: z.iso.datetime(), meaning: z.string() }).nullable(),
  decisionId: z.string().nullable(),
  /** Where it stands in the journal. */
  entry: z.object({ stream: z.string(), position: z.int(), hash: digestSchema }),
});
export type ApprovalView = z.infer<typeof approvalViewSchema>;

export const approvalsSchema = z.object({
  from: z.iso.datetime(),
  /** Not included. */
  to: z.iso.datetime(),
  items: z.array(approvalViewSchema),
});
