import { z } from 'zod';
import { digestSchema } from './digest.ts';
import { datasetSchema } from './metric.ts';

export const riskTiers = ['low', 'medium', 'high'] as const;
export const riskTierSchema = z.enum(riskTiers);
export type RiskTier = z.infer<typeof riskTierSchema>;

/** What stands in URLs, file names and journal streams: no separators, no control characters, no surprises. */
const nameSchema = (max: number) =>
  z
    .string()
    .min(1)
    .max(max)
    .regex(
      /^[A-Za-z0-9][A-Za-z0-9._@+-]*$/,
      'may hold letters, digits and . _ @ + - and starts with a letter or digit',
    );
/** Free text without NUL, which PostgreSQL cannot store. */
const textSchema = (max: number) =>
  z
    .string()
    .max(max)
    .refine((text) => !text.includes('\u0000') && text.isWellFormed(), 'holds a character that is not text');

export const modelNameSchema = nameSchema(160);
export const versionNameSchema = nameSchema(80);
export const handleSchema = textSchema(200).min(1);

const uriSchema = textSchema(2048).regex(
  /^[a-z][a-z0-9+.-]*:/,
  'must be an absolute URI, such as file:///models/model.pkl',
);
const fileSchema = z.strictObject({ uri: uriSchema, digest: digestSchema });
const columnSchema = textSchema(200).min(1);

export const documentKinds = [
  'model_card',
  'data_sheet',
  'validation_plan',
  'development_document',
  'monitoring_plan',
] as const;

export const submissionDataSchema = z.strictObject({
  model: modelNameSchema,
  version: versionNameSchema,
  riskTier: riskTierSchema,
  description: textSchema(4000).optional(),
  task: z.enum(['binary_classification', 'regression']),
  owner: handleSchema,
  author: handleSchema,
  contributors: z.array(handleSchema).max(200).default([]),
  artifact: fileSchema,
  lineage: z
    .strictObject({
      trainingData: fileSchema.optional(),
      code: z
        .strictObject({
          repository: textSchema(2048).min(1),
          commit: textSchema(200).min(1),
          /** Who wrote it, as its commits say: `Ada <ada@example.com>`, an address or a handle. */
          authors: z.array(handleSchema).max(500).optional(),
        })
        .optional(),
      environment: z.strictObject({ digest: digestSchema }).optional(),
      run: z.strictObject({ id: textSchema(200).min(1), url: textSchema(2048).optional() }).optional(),
    })
    .default({}),
  predictions: z.strictObject({ training: fileSchema.optional(), validation: fileSchema.optional() }).default({}),
  columns: z
    .strictObject({
      id: columnSchema.default('id'),
      label: columnSchema.default('label'),
      score: columnSchema.default('score'),
      protected: z.array(columnSchema).max(20).default([]),
    })
    .prefault({}),
  metrics: z.partialRecord(datasetSchema, z.record(textSchema(100), z.number())).default({}),
  documents: z
    .array(fileSchema.extend({ kind: textSchema(100).min(1) }))
    .max(50)
    .default([]),
});
/** A model version as its pipeline describes it: who, what files by digest, on what data, with which documents. */
export type Submission = z.infer<typeof submissionDataSchema>;

const timestampSchema = z.iso.datetime({ offset: true });

export const submittedEventSchema = z.strictObject({
  type: z.literal('model_version.submitted'),
  timestamp: timestampSchema,
  data: submissionDataSchema,
});
export const evidenceUpdatedEventSchema = z.strictObject({
  type: z.literal('model_version.evidence_updated'),
  timestamp: timestampSchema,
  data: submissionDataSchema,
});
export const withdrawnEventSchema = z.strictObject({
  type: z.literal('model_version.withdrawn'),
  timestamp: timestampSchema,
  data: z.strictObject({ model: modelNameSchema, version: versionNameSchema, reason: textSchema(4000).min(1) }),
});

export const intakeSchema = z.discriminatedUnion('type', [
  submittedEventSchema,
  evidenceUpdatedEventSchema,
  withdrawnEventSchema,
]);
/** What any source's webhook is parsed to. */
export type Intake = z.infer<typeof intakeSchema>;
