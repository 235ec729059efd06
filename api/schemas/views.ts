// What the API answers and the pages show. Each shape is sent as it stands here; a test holds the routes to it.
import { z } from 'zod';
import { actorSchema, channelSchema, roleSchema } from '../../domain/actor.ts';
import { assuranceRuleSchema } from '../../domain/assurance.ts';
import { digestSchema } from '../../domain/digest.ts';
import { dispositions, findingSchema } from '../../domain/evidence.ts';
import { gateStates } from '../../domain/gate.ts';
import { afterTheFactStates } from '../../domain/override.ts';
import { processKinds, processOutcomes, processStates } from '../../domain/process.ts';
import {
  decisionOutcomes,
  reviewKinds,
  reviewOutcomes,
  reviewRoles,
  reviewStates,
  reviewVerbs,
} from '../../domain/review.ts';
import { differenceKinds } from '../../domain/reconciliation.ts';
import { stages } from '../../domain/stage.ts';
import { riskTierSchema } from '../../domain/submission.ts';
import { policySchema } from '../../domain/policy.ts';
import { formFieldSchema } from '../../domain/review-policy.ts';
import { conditionViewSchema } from './conditions.ts';
import { candidateSchema, suspensionSchema } from './review-thread.ts';

const instantSchema = z.iso.datetime();
const policyReferenceSchema = z.object({ id: z.string(), version: z.int(), digest: digestSchema });

export const pageOf = <T extends z.ZodType>(item: T) =>
  z.object({ items: z.array(item), nextCursor: z.string().nullable() });

export const processSummarySchema = z.object({
  id: z.string(),
  kind: z.enum(processKinds),
  round: z.int(),
  state: z.enum(processStates),
  outcome: z.enum(processOutcomes).nullable(),
  outcomeReason: z.string().nullable(),
  startedAt: instantSchema,
  endedAt: instantSchema.nullable(),
});

export const versionViewSchema = z.object({
  id: z.string(),
  model: z.string(),
  version: z.string(),
  stage: z.enum(stages),
  riskTier: riskTierSchema,
  description: z.string().nullable(),
  owner: z.string(),
  author: z.string(),
  contributors: z.array(z.string()),
  policy: policyReferenceSchema,
  round: z.int(),
  artifactDigest: digestSchema,
  evidenceDigest: digestSchema.nullable(),
  submittedBy: z.string(),
  createdAt: instantSchema,
  updatedAt: instantSchema,
  processes: z.array(processSummarySchema),
  /** What its approval is conditional on, soonest first. */
  conditions: z.array(conditionViewSchema),
  links: z.object({ self: z.string(), html: z.string(), journal: z.string() }),
});
export type VersionView = z.infer<typeof versionViewSchema>;

export const versionSummarySchema = versionViewSchema.pick({
  id: true,
  model: true,
  version: true,
  stage: true,
  riskTier: true,
  owner: true,
  createdAt: true,
  updatedAt: true,
});
export const modelSummarySchema = z.object({
  model: z.string(),
  versions: z.int(),
  latest: versionSummarySchema,
  createdAt: instantSchema,
});
export type ModelSummary = z.infer<typeof modelSummarySchema>;
export const modelViewSchema = z.object({
  model: z.string(),
  createdAt: instantSchema,
  versions: z.array(versionSummarySchema),
});
export type ModelView = z.infer<typeof modelViewSchema>;

export const overrideViewSchema = z.object({
  by: z.string(),
  reason: z.string(),
  outcome: z.enum(reviewOutcomes),
  at: instantSchema,
  /** What others say of it after the fact. */
  afterTheFact: z.enum(afterTheFactStates),
  /** The review after the fact; null until it is opened. */
  review: z.string().nullable(),
});
export type OverrideView = z.infer<typeof overrideViewSchema>;

export const signOffViewSchema = z.object({
  name: z.string(),
  title: z.string(),
  /** waiting: not opened yet. */
  state: z.enum(['WAITING', 'OPEN', 'CLOSED']),
  outcome: z.enum(reviewOutcomes).nullable(),
  required: z.int(),
  approvals: z.int(),
  roles: z.array(z.string()),
  reviews: z.array(z.string()),
  /** Set where nobody gave it: somebody broke the glass. */
  override: overrideViewSchema.optional(),
});
export const processViewSchema = processSummarySchema.extend({
  workflowId: z.string(),
  modelVersion: z.object({ id: z.string(), model: z.string(), version: z.string() }),
  policy: policyReferenceSchema,
  signOffs: z.array(signOffViewSchema),
  /** All reviews of it, also those that no sign-off asks for: of a follow-up. */
  reviews: z.array(z.string()),
});
export type ProcessView = z.infer<typeof processViewSchema>;

export const quorumSchema = z.object({
  required: z.int(),
  approvals: z.int(),
  rejections: z.int(),
  missingRoles: z.array(z.string()),
});

export const decisionViewSchema = z.object({
  id: z.string(),
  reviewId: z.string(),
  by: z.string(),
  /** Who they stood in for. */
  onBehalfOf: z.string().nullable(),
  outcome: z.enum(decisionOutcomes),
  reason: z.string(),
  dispositions: z.array(z.object({ finding: z.string(), disposition: z.enum(dispositions), reason: z.string() })),
  revision: z.int(),
  evidenceDigest: digestSchema,
  channel: channelSchema,
  at: instantSchema,
  /** Where they proved again who they are: the printed name, when, and what it meant. */
  signature: z.object({ name: z.string(), at: instantSchema, meaning: z.string() }).nullable(),
  /** What an approval is conditional on. */
  conditions: z.array(
    z.object({ text: z.string(), owner: z.string(), dueAt: z.string(), expiresAt: z.string().optional() }),
  ),
  /** Answers to the questions of the policy. */
  fields: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])),
  /** Given on an earlier round, and kept because the new evidence did not touch it. */
  isCarried: z.boolean(),
  /** Set once it counts no more: the review was put under a version of its policy under which the person may not decide, and why not. */
  voided: z.object({ why: z.string(), policyVersion: z.int() }).nullable(),
});
export type DecisionView = z.infer<typeof decisionViewSchema>;

/** Which reviews a list shows, as seen by the caller. */
export const reviewViews = ['me', 'groups', 'waiting', 'done'] as const;
export type ReviewViewName = (typeof reviewViews)[number];

export const reviewSummarySchema = z.object({
  id: z.string(),
  title: z.string(),
  question: z.string(),
  summary: z.string(),
  kind: z.enum(reviewKinds),
  state: z.enum(reviewStates),
  outcome: z.enum(reviewOutcomes).nullable(),
  revision: z.int(),
  round: z.int(),
  evidenceDigest: digestSchema,
  riskTier: riskTierSchema,
  modelVersion: z.object({ id: z.string(), model: z.string(), version: z.string() }),
  process: z.object({ id: z.string(), kind: z.enum(processKinds) }),
  signOff: z.string(),
  quorum: quorumSchema,
  dueAt: instantSchema,
  createdAt: instantSchema,
  closedAt: instantSchema.nullable(),
  assignee: z.string().nullable(),
  /** Who asked: the version's owner. */
  requestedBy: z.string(),
});
export type ReviewSummary = z.infer<typeof reviewSummarySchema>;

export const reviewViewSchema = reviewSummarySchema.extend({
  /** `answer`: what they said; NOT_REQUIRED once nobody needs it any more, absent while it is waited for. */
  candidates: z.array(candidateSchema.extend({ answer: z.enum([...decisionOutcomes, 'NOT_REQUIRED']).optional() })),
  /** Who gets it back when it is released. */
  delegatedBy: z.string().nullable(),
  /** Why it waits, while it is SUSPENDED. */
  suspension: suspensionSchema.nullable(),
  /** What it is held under: the version's policy when it opened, or a newer one since a rebase. */
  policy: z.object({ id: z.string(), version: z.int() }),
  /** Questions of the policy; answers go to `form.fields` of the decision. */
  form: z.array(formFieldSchema),
  /** The least level that each outcome needs. */
  assurance: assuranceRuleSchema,
  /** People with one of the roles who may not decide, and why. */
  excluded: z.array(z.object({ handle: z.string(), why: z.string() })),
  decisions: z.array(decisionViewSchema),
  findingsToAnswer: z.array(findingSchema),
  closedBy: z.string().nullable(),
  closedReason: z.string().nullable(),
  links: z.object({ self: z.string(), html: z.string(), evidence: z.string(), process: z.string() }),
});
export type ReviewView = z.infer<typeof reviewViewSchema>;

export const transitionsViewSchema = z.object({
  state: z.enum(reviewStates),
  /** What the caller may do now. */
  allowed: z.array(z.enum(reviewVerbs)),
  /** Why they may not decide, when they may not. */
  refusal: z.object({ code: z.string(), detail: z.string() }).nullable(),
  /** What the caller is to the review. */
  as: z.array(z.enum(reviewRoles)),
  /** The same verbs, with the state that each leads to and what lets the caller do it. */
  transitions: z.array(
    z.object({ verb: z.enum(reviewVerbs), to: z.enum(reviewStates), by: z.array(z.enum(reviewRoles)) }),
  ),
});

export const receiptSchema = z.object({
  decision: z.object({
    id: z.string(), reviewId: z.string(), outcome: z.enum(decisionOutcomes), reason: z.string(), by: z.string(), at: instantSchema, revision: z.int(), evidenceDigest: digestSchema,
  }),
  review: z.object({ id: z.string(), state: z.enum(reviewStates), outcome: z.enum(reviewOutcomes).nullable(), revision: z.int(), quorum: quorumSchema }),
}); // prettier-ignore

export const journalEntryViewSchema = z.object({
  stream: z.string(),
  position: z.int(),
  type: z.string(),
  at: instantSchema,
  actor: actorSchema,
  reason: z.string().nullable(),
  data: z.record(z.string(), z.unknown()),
  previousHash: z.string(),
  hash: z.string(),
});
export type JournalEntryView = z.infer<typeof journalEntryViewSchema>;

export const verificationSchema = z.object({
  ok: z.boolean(),
  streams: z.int(),
  entries: z.int(),
  /** The first entry that does not hold, in the order of streams and positions. */
  broken: z.object({ stream: z.string(), position: z.int(), problem: z.string() }).nullable(),
  /** One for each signed checkpoint that was handed in. */
  checkpoints: z.array(z.object({ size: z.int(), ok: z.boolean(), problem: z.string().nullable() })).optional(),
});

const treeHashSchema = z.base64().describe('32 bytes');
export const inclusionProofSchema = z.object({
  stream: z.string(),
  position: z.int(),
  /** Its place among the sealed entries, counted from 0. */
  number: z.int(),
  /** SHA-256 of a zero byte and the bytes that were hashed for the entry: RFC 6962. */
  leafHash: treeHashSchema,
  /** Hashes from the leaf up to the root. */
  proof: z.array(treeHashSchema),
  size: z.int(),
  rootHash: treeHashSchema,
  /** The signed note over this size and root. */
  checkpoint: z.string(),
});
export type InclusionProof = z.infer<typeof inclusionProofSchema>;

export const consistencyProofSchema = z.object({
  oldSize: z.int(),
  size: z.int(),
  proof: z.array(treeHashSchema),
  /** The signed note over `size` entries. */
  checkpoint: z.string(),
});
export type ConsistencyProof = z.infer<typeof consistencyProofSchema>;

export type Verification = z.infer<typeof verificationSchema>;

export const differenceSchema = z.object({
  kind: z.enum(differenceKinds),
  /** An id, a stream, or a workflow's id. */
  subject: z.string(),
  rows: z.string(),
  journal: z.string(),
  workflow: z.string(),
  advice: z.string(),
  /** A message about it is on its way. */
  isInFlight: z.boolean(),
});
export const reconciliationSchema = z.object({
  checked: z.object({ versions: z.int(), entries: z.int(), reviews: z.int(), decisions: z.int(), processes: z.int() }),
  differences: z.array(differenceSchema),
  /** Workflows that were begun or told again. */
  repaired: z.array(z.string()).optional(),
});

export const policySummarySchema = z.object({
  id: z.string(), version: z.int(), riskTier: riskTierSchema, title: z.string(), digest: digestSchema, publishedBy: z.string(), publishedAt: instantSchema,
}); // prettier-ignore
export type PolicySummary = z.infer<typeof policySummarySchema>;
export const policyViewSchema = policySummarySchema.extend({
  rules: policySchema,
  source: z.string(),
  versions: z.array(z.int()),
});
export type PolicyView = z.infer<typeof policyViewSchema>;

export const gateViewSchema = z.object({
  modelVersionId: z.string(),
  model: z.string(),
  version: z.string(),
  /** APPROVED: go on. REFUSED: stop; `outcome` and `reason` say why. OPEN: people or checks are at it. */
  gate: z.enum(gateStates),
  stage: z.enum(stages),
  outcome: z.enum(processOutcomes).nullable(),
  reason: z.string().nullable(),
  waitingFor: z.array(z.object({ signOff: z.string(), missingRoles: z.array(z.string()) })),
  /** What the approval is conditional on, soonest first. */
  conditions: z.array(
    conditionViewSchema.pick({ id: true, text: true, owner: true, dueAt: true, expiresAt: true, state: true }),
  ),
  /** Whether somebody broke the glass in the round that the gate is about. */
  overridden: z.boolean(),
  /** Sign-offs that nobody gave, and what others say of that after the fact. */
  overrides: z.array(z.object({ signOff: z.string(), afterTheFact: z.enum(afterTheFactStates) })),
  links: z.object({ self: z.string(), html: z.string() }),
});
export type GateView = z.infer<typeof gateViewSchema>;

export const intakeAnswerSchema = z.object({
  deliveryId: z.string(),
  modelVersionId: z.string(),
  processId: z.string(),
  links: z.object({ self: z.string(), html: z.string() }),
  replayed: z.boolean().optional(),
});
export type IntakeAnswer = z.infer<typeof intakeAnswerSchema>;

export const problemSchema = z.object({
  type: z.string(),
  title: z.string(),
  status: z.int(),
  code: z.string(),
  detail: z.string(),
  instance: z.string(),
  errors: z.array(z.object({ pointer: z.string(), message: z.string() })).optional(),
});

export const assignmentSchema = z.object({
  id: z.string(),
  state: z.enum(reviewStates),
  revision: z.int(),
  assignee: z.string().nullable(),
});

export const personViewSchema = z.object({
  handle: z.string(),
  name: z.string(),
  email: z.string(),
  type: z.enum(['user', 'service_account']),
  roles: z.array(roleSchema),
  department: z.string().nullable(),
  groups: z.array(z.string()),
  timeZone: z.string(),
  /** Of software: who answers for it. */
  accountable: z.string().nullable(),
  /** Identities elsewhere that are this person. */
  aliases: z.array(z.string()),
  slackUserId: z.string().nullable(),
  isActive: z.boolean(),
});
export type PersonView = z.infer<typeof personViewSchema>;
