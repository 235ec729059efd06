import { z } from 'zod';
import { digestSchema } from './digest.ts';
import { metricSchema } from './metric.ts';

export const verdicts = ['PASS', 'WARN', 'FAIL', 'NOT_ASSESSABLE'] as const;
export const verdictSchema = z.enum(verdicts);
export type Verdict = z.infer<typeof verdictSchema>;

export const severities = ['critical', 'major', 'minor'] as const;

export const findingSchema = z.strictObject({
  /** Stable within a policy: the check's id, and its subject when the check looks at several, as `fairness-selection:afam`. */
  id: z.string(),
  /** The id of the policy's check. */
  check: z.string(),
  title: z.string(),
  verdict: verdictSchema,
  severity: z.enum(severities),
  /** True when a FAIL of this check ends the process without asking anybody. */
  blocking: z.boolean(),
  value: z.number().nullable(),
  /** The limit in words and numbers, as `≥ 0.8`. */
  threshold: z.string().nullable(),
  /** One plain sentence: what it means, with the numbers it stands on. */
  message: z.string(),
  /** The metric behind the value, as `roc_auc/validation` or `demographic_parity_ratio/validation/afam`. */
  metric: z.string().nullable(),
});
/** The result of a policy's check on evidence. */
export type Finding = z.infer<typeof findingSchema>;

/** A finding that a person who approves must answer for, because the policy lets it pass to them. */
export const needsDisposition = (finding: Finding): boolean => finding.verdict === 'WARN' || finding.verdict === 'FAIL';

const verdictOrder: Record<Verdict, number> = { FAIL: 0, WARN: 1, NOT_ASSESSABLE: 2, PASS: 3 };
const severityOrder: Record<Finding['severity'], number> = { critical: 0, major: 1, minor: 2 };

/** For sorting: what asks most of a reader comes first; the pack's order among equals. */
export const byAttention = (a: Finding, b: Finding): number =>
  verdictOrder[a.verdict] - verdictOrder[b.verdict] || severityOrder[a.severity] - severityOrder[b.severity];

export const dispositions = ['ACCEPTED', 'MITIGATED', 'RESTRICTED', 'NOT_APPLICABLE'] as const;

const pointSchema = z.strictObject({ x: z.number(), y: z.number() });
const seriesSchema = z.strictObject({ label: z.string(), points: z.array(pointSchema) });

export const chartSchema = z.discriminatedUnion('kind', [
  /** One series a version; the champion's beside the candidate's when there is one. At most 200 points each. */
  z.strictObject({ id: z.string(), kind: z.literal('roc'), title: z.string(), dataset: z.string(), series: z.array(seriesSchema.extend({ area: z.number().nullable() })) }),
  z.strictObject({
    id: z.string(), kind: z.literal('confusion'), title: z.string(), dataset: z.string(), threshold: z.number(),
    trueNegatives: z.int(), falsePositives: z.int(), falseNegatives: z.int(), truePositives: z.int(),
  }),
  /** Mean score against observed rate for each bin, with the Wilson interval of the rate. */
  z.strictObject({
    id: z.string(), kind: z.literal('calibration'), title: z.string(), dataset: z.string(),
    bins: z.array(z.strictObject({ from: z.number(), to: z.number(), n: z.int(), meanScore: z.number(), observed: z.number(), low: z.number(), high: z.number() })),
  }),
  /** Rates for each group of one protected column, with 95 % Wilson intervals; excluded groups are named with their size. */
  z.strictObject({
    id: z.string(), kind: z.literal('group_rates'), title: z.string(), dataset: z.string(), column: z.string(), rate: z.string(),
    groups: z.array(z.strictObject({ value: z.string(), n: z.int(), rate: z.number(), low: z.number(), high: z.number() })),
    excluded: z.array(z.strictObject({ value: z.string(), n: z.int(), reason: z.string() })),
  }),
]); // prettier-ignore
export type Chart = z.infer<typeof chartSchema>;

export const evidenceInputSchema = z.strictObject({
  /** `artifact`, `predictions/validation`, `documents/model_card` … */
  name: z.string(),
  uri: z.string(),
  declaredDigest: digestSchema,
  /** What we read; null when it could not be read, and then `problem` says why. */
  actualDigest: digestSchema.nullable(),
  bytes: z.int().nonnegative().nullable(),
  problem: z.string().nullable(),
});
export type EvidenceInput = z.infer<typeof evidenceInputSchema>;

export const evidencePackSchema = z.strictObject({
  format: z.literal('countersign/evidence-pack/1'),
  modelVersion: z.strictObject({ id: z.string(), model: z.string(), version: z.string() }),
  round: z.int().positive(),
  policy: z.strictObject({ id: z.string(), version: z.int(), digest: digestSchema }),
  /** Digest of the checks, thresholds and methods, frozen before any result was read. */
  criteriaDigest: digestSchema,
  /** The version that the change rules compare with: the champion, or else the last approved one. */
  champion: z.strictObject({ id: z.string(), version: z.string(), evidenceDigest: digestSchema }).nullable(),
  inputs: z.array(evidenceInputSchema),
  metrics: z.array(metricSchema),
  findings: z.array(findingSchema),
  documents: z.array(
    z.strictObject({ kind: z.string(), digest: digestSchema, uri: z.string(), bytes: z.int().nullable() }),
  ),
  charts: z.array(chartSchema),
});
/** All that a review is about. Immutable; its name is the SHA-256 of its canonical bytes. Holds no times, so the same evidence has the same name. */
export type EvidencePack = z.infer<typeof evidencePackSchema>;

export interface FindingCounts {
  toJudge: number;
  warnings: number;
  passed: number;
  notAssessable: number;
}

export function countFindings(findings: readonly Finding[]): FindingCounts {
  const of = (verdict: Verdict) => findings.filter((finding) => finding.verdict === verdict).length;
  return { toJudge: of('FAIL'), warnings: of('WARN'), passed: of('PASS'), notAssessable: of('NOT_ASSESSABLE') };
}
