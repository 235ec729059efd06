// What another policy's checks would say to evidence that was computed under an older one: by what the pack keeps, without the files.
import { canonicalJson } from './canonical.ts';
import type { EvidencePack, Finding, Verdict } from './evidence.ts';
import { lowerIsBetter, type Dataset, type Metric, type MetricName } from './metric.ts';
import type { Check, Policy } from './policy.ts';
import type { Submission } from './submission.ts';
import { meetsThreshold } from './threshold.ts';

/** The part of a pack that can be judged again. */
export type StoredEvidence = Pick<EvidencePack, 'metrics' | 'findings' | 'documents' | 'inputs'>;

export interface RejudgedCheck {
  check: string;
  title: string;
  /** What it looked at, where it looks at several things: a column. */
  subject: string | null;
  /** Null where only the files could tell. */
  verdict: Verdict | null;
  /** What stands in the pack; null where the older policy did not ask. */
  was: Verdict | null;
  value: number | null;
  /** `finding`: the check did not change, so its finding stands. `pack`: judged again. `files`: needs the evidence computed again. */
  basis: 'finding' | 'pack' | 'files';
  /** Ends the process without asking anybody. */
  blocks: boolean;
  message: string;
}

export interface RejudgeInput {
  rules: Policy;
  /** Under which the evidence was computed. */
  older: Policy;
  evidence: StoredEvidence;
  /** What the change rules compare with; null where there was none. */
  champion: { version: string; metrics: readonly Metric[] } | null;
  lineage: Submission['lineage'];
}

type Judged = Pick<RejudgedCheck, 'verdict' | 'value' | 'message'> & { subject?: string };

/** Metrics that do not depend on the score at which a prediction counts as positive. */
const ofScores: ReadonlySet<MetricName> = new Set(['roc_auc', 'average_precision', 'log_loss', 'brier', 'expected_calibration_error', 'mse', 'rmse', 'mae', 'r2']); // prettier-ignore

/** The findings of every check of the policy, in its order. */
export function rejudgeChecks(input: RejudgeInput): RejudgedCheck[] {
  return input.rules.checks.flatMap((check) => {
    const { findings } = input.evidence;
    const twin = input.older.checks.find((other) => isSameRule(check, other, input));
    if (twin) return ofTwin(check, findings.filter((finding) => finding.check === twin.id)); // prettier-ignore
    const before = input.older.checks.find((other) => other.id === check.id);
    return judge(check, input).map(({ subject, ...judged }) => {
      const old = findings.find((finding) => finding.check === before?.id && subjectOf(finding) === (subject ?? null));
      const basis = judged.verdict === null ? ('files' as const) : ('pack' as const);
      const was = old?.verdict ?? null;
      return { check: check.id, title: check.title, subject: subject ?? null, was, basis, ...judged, blocks: isBlocking(check, judged.verdict) }; // prettier-ignore
    });
  });
}

/** A rule that must hold and has no evidence counts as failed. */
const isBlocking = (check: Check, verdict: Verdict | null): boolean => check.onFail === 'reject' && verdict === 'FAIL';

function ofTwin(check: Check, findings: readonly Finding[]): RejudgedCheck[] {
  return findings.map((finding) => ({
    check: check.id,
    title: check.title,
    subject: subjectOf(finding),
    verdict: finding.verdict,
    was: finding.verdict,
    value: finding.value,
    basis: 'finding',
    blocks: isBlocking(check, finding.verdict),
    message: finding.message,
  }));
}

const subjectOf = ({ id, check }: Finding): string | null =>
  id.startsWith(`${check}:`) ? id.slice(check.length + 1) : null;

/** Whether two checks ask the same of the evidence: names and consequences aside. */
function isSameRule(left: Check, right: Check, { rules, older }: RejudgeInput): boolean {
  if (left.kind !== right.kind) return false;
  if (left.kind === 'documents' && canonicalJson(rules.requires.documents) !== canonicalJson(older.requires.documents))
    return false;
  if (left.kind === 'lineage' && canonicalJson(rules.requires.lineage) !== canonicalJson(older.requires.lineage))
    return false;
  if (rules.decisionThreshold !== older.decisionThreshold && dependsOnThreshold(left)) return false;
  return canonicalJson(ruleOf(left)) === canonicalJson(ruleOf(right));
}

function dependsOnThreshold(check: Check): boolean {
  if (check.kind === 'metric' || check.kind === 'generalisation-gap') return !ofScores.has(check.metric);
  return check.kind === 'fairness' || check.kind === 'reported-metrics';
}

function ruleOf(check: Check): Record<string, unknown> {
  const { id: _id, title: _title, severity: _severity, onFail: _onFail, ...rule } = check;
  return rule;
}

const needsFiles = (message: string): Judged => ({ verdict: null, value: null, message });

function judge(check: Check, input: RejudgeInput): Judged[] {
  const { rules, older, evidence, lineage } = input;
  if (rules.decisionThreshold !== older.decisionThreshold && dependsOnThreshold(check))
    return [needsFiles(`Predictions count as positive from another score on (${rules.decisionThreshold}, was ${older.decisionThreshold}).`)]; // prettier-ignore
  switch (check.kind) {
    case 'metric':
      return [judgeMetric(check, input)];
    case 'calibration':
      return [
        judgeValue(valueOf(evidence.metrics, 'expected_calibration_error', check.dataset), (value) =>
          value > check.maximum ? 'FAIL' : value > check.warn ? 'WARN' : 'PASS',
        ),
      ];
    case 'generalisation-gap': {
      const training = valueOf(evidence.metrics, check.metric, 'training');
      const validation = valueOf(evidence.metrics, check.metric, 'validation');
      const gap = training === null || validation === null ? null : lowerIsBetter.has(check.metric) ? validation - training : training - validation; // prettier-ignore
      return [judgeValue(gap, (value) => (value <= check.maximum ? 'PASS' : 'FAIL'))];
    }
    case 'fairness':
      return judgeFairness(check, evidence.metrics);
    case 'completeness':
    case 'validity':
    case 'uniqueness':
      return [judgeShare(check, input)];
    case 'documents': {
      const absent = rules.requires.documents.filter((kind) => !evidence.documents.some((document) => document.kind === kind)); // prettier-ignore
      const empty = rules.requires.documents.filter((kind) => evidence.documents.some((document) => document.kind === kind && document.bytes === 0)); // prettier-ignore
      return [judgeList([...absent, ...empty], rules.requires.documents.length, 'Missing or empty')];
    }
    case 'lineage':
      return [judgeList(rules.requires.lineage.filter((part) => lineage[part] === undefined), rules.requires.lineage.length, 'Not named')]; // prettier-ignore
    case 'digests': {
      const wrong = evidence.inputs.filter(({ actualDigest, declaredDigest }) => actualDigest !== declaredDigest);
      return [judgeList(wrong.map(({ name }) => name), evidence.inputs.length, 'Not as declared, or not read')]; // prettier-ignore
    }
    case 'schema':
    case 'volume':
    case 'plausible-scores':
    case 'base-rate':
    case 'reported-metrics':
      return [needsFiles('The pack does not keep what this check looks at; only the files can tell.')];
  }
}

const valueOf = (
  metrics: readonly Metric[],
  name: MetricName,
  dataset: Dataset,
  column: string | null = null,
): number | null =>
  metrics.find(
    (metric) =>
      metric.name === name &&
      metric.dataset === dataset &&
      (metric.segment?.column ?? null) === column &&
      metric.segment?.value === undefined,
  )?.value ?? null;

function judgeValue(value: number | null, verdictOf: (value: number) => Verdict): Judged {
  if (value === null) return needsFiles('The pack holds no such value.');
  const verdict = verdictOf(value);
  return { verdict, value, message: `${spell(value)} in the pack.` };
}

function judgeMetric(check: Extract<Check, { kind: 'metric' }>, { evidence, champion }: RejudgeInput): Judged {
  const value = valueOf(evidence.metrics, check.metric, check.dataset);
  if (value === null) return needsFiles(`The pack holds no ${check.metric} on ${check.dataset}.`);
  const baseline = champion && valueOf(champion.metrics, check.metric, check.dataset);
  const { threshold, min_absolute_change, min_relative_change, greater_is_better } = check;
  if (threshold === undefined && baseline === null)
    return { verdict: 'NOT_ASSESSABLE', value, message: 'There is no champion to compare with.' };
  const { passed, broken } = meetsThreshold(
    {
      greater_is_better,
      ...(threshold !== undefined && { threshold }),
      ...(baseline !== null && min_absolute_change !== undefined && { min_absolute_change }),
      ...(baseline !== null && min_relative_change !== undefined && { min_relative_change }),
    },
    value,
    baseline,
  );
  if (!passed) return { verdict: 'FAIL', value, message: `${spell(value)} is not ${broken.join(' and ')}.` };
  const isWarned =
    check.warn !== undefined && !meetsThreshold({ threshold: check.warn, greater_is_better }, value, null).passed;
  return { verdict: isWarned ? 'WARN' : 'PASS', value, message: isWarned ? `${spell(value)} is within the limit, but not within ${check.warn}.` : `${spell(value)} is within the limit.` }; // prettier-ignore
}

/** One for each column. A value beyond the limit that chance may explain needs the counts of each group. */
function judgeFairness(check: Extract<Check, { kind: 'fairness' }>, metrics: readonly Metric[]): Judged[] {
  const ofColumns = metrics.filter((metric) => metric.name === check.metric && metric.dataset === check.dataset && metric.segment !== null && metric.segment.value === undefined); // prettier-ignore
  if (ofColumns.length === 0) return [needsFiles(`The pack holds no ${check.metric} on ${check.dataset}.`)];
  const isRatio = check.metric.endsWith('_ratio');
  return ofColumns.map(({ segment, value, interval }): Judged => {
    const subject = segment!.column;
    if (value === null) return { subject, verdict: 'NOT_ASSESSABLE', value, message: 'It is undefined in the pack.' };
    const isWithin = (one: number) => (isRatio ? one >= check.threshold : one <= check.threshold);
    if (isWithin(value)) return { subject, verdict: 'PASS', value, message: `${spell(value)} is within ${check.threshold}.` }; // prettier-ignore
    const best = interval && (isRatio ? interval.high : interval.low);
    if (best !== null && !isWithin(best)) return { subject, verdict: 'FAIL', value, message: `${spell(value)} is beyond ${check.threshold}, and so is its whole interval.` }; // prettier-ignore
    return { subject, ...needsFiles(`${spell(value)} is beyond ${check.threshold}. Whether chance explains it only the files can tell: FAIL or WARN.`), value }; // prettier-ignore
  });
}

/** These findings keep the share itself, so another minimum can be held against it. */
function judgeShare(
  check: Extract<Check, { kind: 'completeness' | 'validity' | 'uniqueness' }>,
  { older, evidence }: RejudgeInput,
): Judged {
  const before = older.checks.find((other) => other.kind === check.kind && other.dataset === check.dataset);
  const value = evidence.findings.find((finding) => finding.check === before?.id)?.value ?? null;
  return judgeValue(value, (share) => (share >= check.minimum ? 'PASS' : 'FAIL'));
}

const judgeList = (wrong: readonly string[], of: number, what: string): Judged => ({
  verdict: wrong.length === 0 ? 'PASS' : 'FAIL',
  value: of - wrong.length,
  message: wrong.length === 0 ? `All ${of} are there.` : `${what}: ${wrong.join(', ')}.`,
});

const spell = (value: number): string => String(Number(value.toPrecision(4)));
