// What a simulated policy comes to.
import { z } from 'zod';
import { roleSchema } from '../../domain/actor.ts';
import { assuranceLevels } from '../../domain/assurance.ts';
import { verdictSchema } from '../../domain/evidence.ts';
import { replayOutcomes } from '../../domain/replay-review.ts';
import { reviewOutcomes } from '../../domain/review.ts';

const level = z.enum(assuranceLevels);

const simulatedSignOffSchema = z.object({
  name: z.string(),
  title: z.string(),
  /** Of the approval, from 1; null for validation. */
  stage: z.int().nullable(),
  roles: z.array(roleSchema),
  quorum: z.int(),
  departments: z.array(z.string()),
  dueAt: z.string(),
  assurance: z.object({ approve: level, reject: level, requestChanges: level }),
  may: z.array(
    z.object({ handle: z.string(), name: z.string(), role: roleSchema, via: z.string().nullable(), onBehalfOf: z.string().nullable(), absentUntil: z.string().nullable() }),
  ),
  mayNot: z.array(z.object({ handle: z.string(), why: z.string() })),
  /** Why the fallback is asked; null when it is not. */
  rerouted: z.string().nullable(),
  /** What would keep it from ever being approved; empty when nothing does. */
  stuck: z.array(z.string()),
}); // prettier-ignore

const rejudgedCheckSchema = z.object({
  check: z.string(),
  title: z.string(),
  subject: z.string().nullable(),
  verdict: verdictSchema.nullable(),
  was: verdictSchema.nullable(),
  value: z.number().nullable(),
  basis: z.enum(['finding', 'pack', 'files']),
  blocks: z.boolean(),
  message: z.string(),
});

const replayedSchema = z.object({
  reviewId: z.string(),
  model: z.string(),
  version: z.string(),
  signOff: z.string(),
  outcome: z.enum([...reviewOutcomes, 'OPEN']),
  wouldBe: z.enum(replayOutcomes),
  why: z.array(z.string()),
  dueAt: z.string(),
  wouldBeDueAt: z.string().nullable(),
  noLongerEligible: z.array(z.object({ handle: z.string(), why: z.string() })),
  assuranceTooLow: z.array(z.object({ handle: z.string(), given: level, least: level })),
  tooLate: z.array(z.object({ handle: z.string(), at: z.string() })),
  reasonTooThin: z.array(z.string()),
  asked: z.object({ added: z.array(z.string()), dropped: z.array(z.string()) }),
});

const replayListSchema = z.object({
  /** Reviews that were looked at, and how many of them end otherwise. */
  reviews: z.int(),
  changed: z.int(),
  /** As `APPROVED → EXPIRED`, by how many. */
  moves: z.record(z.string(), z.int()),
  /** Those that are touched in any way, at most 200. */
  items: z.array(replayedSchema),
});

export const simulationSchema = z.object({
  policy: z.object({ id: z.string(), /** Null for a draft. */ version: z.int().nullable(), title: z.string(), riskTier: z.string() }), // prettier-ignore
  subject: z
    .object({
      model: z.string(),
      version: z.string(),
      /** Whether a check would end the process before anybody is asked; null where only the files can tell. */
      blocked: z.boolean().nullable(),
      /** Empty where there is no evidence. */
      checks: z.array(rejudgedCheckSchema),
    })
    .nullable(),
  signOffs: z.array(simulatedSignOffSchema),
  replay: z.object({ since: z.string(), isCut: z.boolean(), decided: replayListSchema, open: replayListSchema, notes: z.array(z.string()) }).nullable(), // prettier-ignore
});
export type SimulationView = z.infer<typeof simulationSchema>;
export type ReplayedView = z.infer<typeof replayedSchema>;
