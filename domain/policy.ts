import { z } from 'zod';
import { decidingRoles } from './actor.ts';
import { durationSchema } from './duration.ts';
import { datasetSchema, metricNameSchema } from './metric.ts';
import { reviewRules, signOffExtras } from './review-policy.ts';
import { riskTierSchema } from './submission.ts';
import { metricThresholdSchema } from './threshold.ts';
import { severities } from './evidence.ts';

const idSchema = z.string().regex(/^[a-z0-9][a-z0-9-]{0,60}$/, 'is lower-case words joined by -');

/** What a failed check leads to: the end of the process, or a person who must answer for it. */
const consequenceSchema = z.enum(['reject', 'review']);

const checkBase = {
  id: idSchema,
  title: z.string().min(3).max(120).describe('What a reviewer reads above the finding.'),
  severity: z.enum(severities).default('major'),
  onFail: consequenceSchema.describe(
    'reject: ends the process with the rule, value and threshold. review: a person must answer for it.',
  ),
};

/** One member a check kind; the kind is the name of its file in evidence/checks. */
export const checkSchema = z.discriminatedUnion('kind', [
  z.strictObject({ ...checkBase, kind: z.literal('digests') }).describe('Every file named by the submission can be read and has the digest that was declared.'),
  z.strictObject({ ...checkBase, kind: z.literal('documents') }).describe('Every required document is there and none is empty.'),
  z.strictObject({ ...checkBase, kind: z.literal('lineage') }).describe('Every required piece of lineage is named.'),
  z.strictObject({ ...checkBase, kind: z.literal('schema'), datasets: z.array(datasetSchema).min(1) }).describe('The id, label, score and protected columns exist, with usable types, alike in all data sets.'),
  z.strictObject({ ...checkBase, kind: z.literal('completeness'), dataset: datasetSchema, minimum: z.number().min(0).max(1) }).describe('Share of rows with id, label and score all present.'),
  z.strictObject({ ...checkBase, kind: z.literal('validity'), dataset: datasetSchema, minimum: z.number().min(0).max(1) }).describe('Share of rows whose label and score lie in their range.'),
  z.strictObject({ ...checkBase, kind: z.literal('uniqueness'), dataset: datasetSchema, minimum: z.number().min(0).max(1) }).describe('Distinct ids by ids.'),
  z.strictObject({ ...checkBase, kind: z.literal('volume'), dataset: datasetSchema, minimumRows: z.int().positive(), minimumPositives: z.int().nonnegative().default(0) }).describe('Enough rows, and enough of the rarer class, to say anything.'),
  z.strictObject({ ...checkBase, kind: z.literal('plausible-scores'), dataset: datasetSchema, minimumDistinct: z.int().min(2).default(10) }).describe('Scores are probabilities, not all null, not constant, none missing: well-formed but wrong outputs are found here.'),
  z.strictObject({ ...checkBase, kind: z.literal('metric'), dataset: datasetSchema, metric: metricNameSchema, ...metricThresholdSchema.shape, warn: z.number().optional().describe('A value that passes the threshold but not this one is a WARN.') }).describe("MLflow's MetricThreshold on one metric; the change rules compare with the champion."),
  z.strictObject({ ...checkBase, kind: z.literal('base-rate'), dataset: datasetSchema }).describe('The Brier score is better than that of always predicting the base rate.'),
  z.strictObject({ ...checkBase, kind: z.literal('reported-metrics'), dataset: datasetSchema, tolerance: z.number().positive() }).describe('What the pipeline reported is what we compute.'),
  z.strictObject({ ...checkBase, kind: z.literal('generalisation-gap'), metric: metricNameSchema, maximum: z.number().positive() }).describe('Training minus validation, signed so that more is worse.'),
  z.strictObject({ ...checkBase, kind: z.literal('calibration'), dataset: datasetSchema, warn: z.number().positive(), maximum: z.number().positive() }).describe('Expected calibration error, ten equal-width bins.'),
  z.strictObject({
    ...checkBase, kind: z.literal('fairness'), dataset: datasetSchema,
    metric: z.enum(['demographic_parity_ratio', 'demographic_parity_difference', 'equalized_odds_difference', 'equalized_odds_ratio', 'equal_opportunity_difference']),
    threshold: z.number().positive(),
    minimumGroupSize: z.int().positive().default(30),
    minimumGroupPositives: z.int().nonnegative().default(10),
  }).describe('One finding a protected column. Groups under the minimum size are left out and named.'),
]); // prettier-ignore
export type Check = z.infer<typeof checkSchema>;
export type CheckKind = Check['kind'];

const reasonRuleSchema = z.strictObject({
  required: z.enum(['always', 'onReject', 'optional']).default('always'),
  minimumLength: z.int().min(1).max(500).default(12).describe('Letters and digits; fewer is boilerplate.'),
  unlikeLast: z.int().min(0).max(20).default(3).describe("How many of the person's last reasons it must differ from."),
});
export type ReasonRule = z.infer<typeof reasonRuleSchema>;

const signOffSchema = z.strictObject({
  name: idSchema,
  title: z.string().min(3).max(80),
  roles: z.array(z.enum(decidingRoles)).min(1),
  quorum: z.int().min(1).max(20).default(1),
  departments: z
    .array(z.string().min(1))
    .default([])
    .describe('Departments that must each be among those who approve.'),
  dueIn: durationSchema,
  conflict: z
    .strictObject({
      roles: z.array(z.enum(decidingRoles)).min(1),
      quorum: z.int().min(1).max(20).default(1),
      dueIn: durationSchema,
    })
    .describe('Who settles it when one person approves and another rejects.'),
  ...signOffExtras,
});
/** One agreement that a process needs: its roles, quorum and departments. */
export type SignOff = z.infer<typeof signOffSchema>;

export const policySchema = z
  .strictObject({
    id: idSchema,
    title: z.string().min(3).max(80),
    description: z.string().max(2000).default(''),
    riskTier: riskTierSchema,
    requires: z.strictObject({
      documents: z.array(z.string().min(1)),
      lineage: z.array(z.enum(['trainingData', 'code', 'environment', 'run'])),
    }),
    /** Score at and above which a prediction counts as positive. */
    decisionThreshold: z.number().min(0).max(1).default(0.5),
    checks: z.array(checkSchema).min(1),
    reason: reasonRuleSchema.prefault({}),
    ...reviewRules,
    validation: z.strictObject({ signOff: signOffSchema }),
    approval: z.strictObject({
      stages: z
        .array(z.strictObject({ signOffs: z.array(signOffSchema).min(1) }))
        .describe(
          'Stages run in order; the sign-offs of one stage stand side by side. Without a stage, validation is all that is asked.',
        ),
    }),
    rounds: z.strictObject({ maximum: z.int().min(1).max(50).default(10) }).prefault({}),
  })
  .superRefine((policy, ctx) => {
    const seen = new Set<string>();
    policy.checks.forEach((check, index) => {
      if (seen.has(check.id))
        ctx.addIssue({ code: 'custom', path: ['checks', index, 'id'], message: `is used twice: ${check.id}` });
      seen.add(check.id);
      if (
        check.kind === 'metric' &&
        check.threshold === undefined &&
        check.min_absolute_change === undefined &&
        check.min_relative_change === undefined
      )
        ctx.addIssue({
          code: 'custom',
          path: ['checks', index],
          message: 'names none of threshold, min_absolute_change, min_relative_change',
        });
    });
    const signOffs = [
      { signOff: policy.validation.signOff, path: ['validation', 'signOff'] },
      ...policy.approval.stages.flatMap((stage, s) =>
        stage.signOffs.map((signOff, i) => ({ signOff, path: ['approval', 'stages', s, 'signOffs', i] })),
      ),
    ];
    for (const { signOff, path } of signOffs)
      if (signOff.onTimeout === 'approve' && policy.riskTier !== 'low')
        ctx.addIssue({
          code: 'custom',
          path: [...path, 'onTimeout'],
          message: 'silence never approves above tier low',
        });
    const names = new Set<string>([policy.validation.signOff.name]);
    policy.approval.stages.forEach((stage, s) =>
      stage.signOffs.forEach((signOff, i) => {
        if (names.has(signOff.name))
          ctx.addIssue({
            code: 'custom',
            path: ['approval', 'stages', s, 'signOffs', i, 'name'],
            message: `is used twice: ${signOff.name}`,
          });
        names.add(signOff.name);
      }),
    );
  });
/** The rules for one risk tier, as published: immutable, numbered, named by digest. */
export type Policy = z.infer<typeof policySchema>;

export interface PinnedPolicy {
  id: string;
  version: number;
  digest: string;
  rules: Policy;
}
