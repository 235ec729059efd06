// What the verbs of a review take and answer.
import { z } from 'zod';
import { channelSchema, decidingRoles, roleSchema } from '../../domain/actor.ts';
import { digestSchema } from '../../domain/digest.ts';
import { reviewOutcomes, reviewStates } from '../../domain/review.ts';
import { trimmedTextSchema } from './text.ts';

const instantSchema = z.iso.datetime();
const vias = ['deputy', 'delegate', 'forward', 'escalation', 'fallback'] as const;

const askedShape = { via: z.enum(vias).nullable(), onBehalfOf: z.string().nullable() };

/** Somebody who is asked: how they came to be beside their role, and for whom they stand in. */
export const candidateSchema = z.object({ handle: z.string(), name: z.string(), role: roleSchema, ...askedShape });

export const suspensionSchema = z.object({
  by: z.string(),
  at: instantSchema,
  reason: z.string(),
  /** When it goes on by itself. */
  until: instantSchema.nullable(),
  /** The question that it waits for an answer to. */
  questionId: z.string().nullable(),
  isClockPaused: z.boolean(),
});

/** An approval that counts at an instant if a check still holds then. */
export const deferralViewSchema = z.object({
  id: z.string(),
  by: z.string(),
  check: z.string(),
  countsAt: instantSchema,
  state: z.enum(['PENDING', 'COUNTED', 'LAPSED']),
  /** Why it lapsed. */
  reason: z.string().nullable(),
  createdAt: instantSchema,
  settledAt: instantSchema.nullable(),
});
export type DeferralView = z.infer<typeof deferralViewSchema>;

export const reviewStandingSchema = z.object({
  id: z.string(),
  state: z.enum(reviewStates),
  outcome: z.enum(reviewOutcomes).nullable(),
  revision: z.int(),
  assignee: z.string().nullable(),
  /** Who gets it back when it is released. */
  delegatedBy: z.string().nullable(),
  dueAt: instantSchema,
  suspension: suspensionSchema.nullable(),
  candidates: z.array(z.object({ handle: z.string(), ...askedShape })),
});
export type ReviewStanding = z.infer<typeof reviewStandingSchema>;

export const commentViewSchema = z.object({
  id: z.string(),
  reviewId: z.string(),
  /** `question` asks for information, `answer` gives it. */
  kind: z.enum(['comment', 'question', 'answer']),
  by: z.string(),
  text: z.string(),
  /** Handles of people named in it; of a question, whom it is put to. */
  mentions: z.array(z.string()),
  channel: channelSchema,
  at: instantSchema,
});
export type CommentView = z.infer<typeof commentViewSchema>;

export const attachmentViewSchema = z.object({
  id: z.string(),
  reviewId: z.string(),
  by: z.string(),
  name: z.string(),
  mediaType: z.string(),
  /** Bytes. */
  size: z.int(),
  digest: digestSchema,
  at: instantSchema,
  links: z.object({ self: z.string() }),
});
export type AttachmentView = z.infer<typeof attachmentViewSchema>;

export const questionReceiptSchema = z.object({ question: commentViewSchema, review: reviewStandingSchema });
export const answerReceiptSchema = z.object({ answer: commentViewSchema, review: reviewStandingSchema });
export const reminderReceiptSchema = z.object({ reminded: z.array(z.string()), at: instantSchema });

export const eligibilityViewSchema = z.object({
  may: z.array(candidateSchema.extend({ absentUntil: instantSchema.nullable() })),
  mayNot: z.array(z.object({ handle: z.string(), why: z.string(), code: z.enum(['SELF_REVIEW', 'NOT_ELIGIBLE']) })),
  /** Why the fallback is asked. */
  rerouted: z.string().nullable(),
});

const reasonSchema = trimmedTextSchema(4000).describe('Why; stands in the journal');
const personSchema = trimmedTextSchema(200).describe('Handle of a person');

export const handOnSchema = z.strictObject({ to: personSchema, reason: reasonSchema });
export const requestInfoSchema = z.strictObject({
  question: trimmedTextSchema(4000),
  to: personSchema.optional().describe('Whom to ask; the owner of the version unless somebody is named'),
});
export const submitInfoSchema = z.strictObject({ answer: trimmedTextSchema(8000) });
export const suspendSchema = z.strictObject({
  reason: reasonSchema,
  until: z.iso.datetime({ offset: true }).optional().describe('When it goes on by itself; at most a year ahead'),
});
export const commentSchema = z.strictObject({ text: trimmedTextSchema(8000) });
export const withdrawSchema = z.strictObject({ reason: reasonSchema });
export const escalateSchema = z.strictObject({
  reason: reasonSchema,
  to: z
    .strictObject({
      roles: z.array(z.enum(decidingRoles)).max(3).default([]),
      people: z.array(personSchema).max(50).default([]),
    })
    .optional()
    .describe("Whom to ask too; the next step of the policy's chain unless somebody is named"),
});
export const overrideSchema = z.strictObject({
  outcome: z.enum(['APPROVED', 'REJECTED', 'CHANGES_REQUESTED']),
  reason: reasonSchema,
});
export const attachSchema = z.strictObject({
  name: trimmedTextSchema(200),
  mediaType: z
    .string()
    .max(100)
    .regex(/^[a-z0-9][a-z0-9!#$&^_.+-]*\/[a-z0-9][a-z0-9!#$&^_.+-]*$/i, 'is no media type such as text/csv')
    .default('application/octet-stream'),
  content: z.base64().describe('Base64'),
});
