// What differs between two evidence packs, in the order in which it asks for attention.
import type { Chart, EvidencePack, Finding, Verdict } from '../domain/evidence.ts';
import { lowerIsBetter, type Metric } from '../domain/metric.ts';

export interface MetricPair {
  now: Metric;
  before: Metric | undefined;
  /** now − before; undefined where one of them is not there or undefined. */
  difference: number | undefined;
  /** 0 where no direction is better, or nothing moved. */
  sense: 'better' | 'worse' | 'same' | 'unknown';
}

export type FindingChange = 'worse' | 'new' | 'stricter' | 'moved' | 'milder' | 'better' | 'gone';

export interface FindingPair {
  /** By the value where both are known and have a direction; else by the verdict. */
  change: FindingChange;
  /** What became of the value by the metric's direction; `unknown` where one is missing or none is better. */
  value: MetricPair['sense'];
  /** The verdict on it, which also moves with a limit or with what chance can explain. */
  verdict: 'stricter' | 'milder' | 'same';
  now: Finding | undefined;
  before: Finding | undefined;
}

export interface FileChange {
  /** Of a document its kind, of other files the name that the pack gives them. */
  name: string;
  change: 'changed' | 'added' | 'removed' | 'same';
}

export interface PackComparison {
  metrics: MetricPair[];
  /** Those that changed, worst first. */
  findings: FindingPair[];
  /** Findings that say the same as before. */
  unchangedFindings: number;
  documents: FileChange[];
  files: FileChange[];
  /** Pictures of the same thing, each beside the other's; `before` is undefined where there was none. */
  charts: { now: Chart; before: Chart | undefined }[];
}

const keyOf = ({ name, dataset, segment }: Metric): string =>
  [name, dataset, segment?.column ?? '', segment?.value ?? ''].join('/');

/** Fairness metrics by which nearer to a value is better. */
const ideals: Partial<Record<Metric['name'], number>> = {
  demographic_parity_ratio: 1,
  equalized_odds_ratio: 1,
  demographic_parity_difference: 0,
  equalized_odds_difference: 0,
  equal_opportunity_difference: 0,
};

const noDirection: ReadonlySet<Metric['name']> = new Set([
  'true_negatives', 'false_positives', 'false_negatives', 'true_positives', 'selection_rate', 'true_positive_rate', 'false_positive_rate',
]); // prettier-ignore

const SMALLEST = 5e-4;

function senseOf({ name }: Metric, now: number, before: number): MetricPair['sense'] {
  if (Math.abs(now - before) < SMALLEST) return 'same';
  if (noDirection.has(name)) return 'unknown';
  const ideal = ideals[name];
  if (ideal !== undefined) return Math.abs(now - ideal) < Math.abs(before - ideal) ? 'better' : 'worse';
  return now < before === lowerIsBetter.has(name) ? 'better' : 'worse';
}

const severity: Record<Verdict, number> = { PASS: 0, NOT_ASSESSABLE: 1, WARN: 2, FAIL: 3 };
const order: readonly FindingChange[] = ['worse', 'new', 'stricter', 'moved', 'milder', 'better', 'gone'];

/** A stricter verdict on a better value asks for attention too. */
const rankOf = ({ change, verdict }: FindingPair): number =>
  order.indexOf(change === 'better' && verdict === 'stricter' ? 'stricter' : change);

/** Which way is better is read from the limit, as `≤ 0.05`: a value may be a gap between two metrics. */
function senseOfValue(now: Finding, before: Finding): MetricPair['sense'] {
  if (now.metric === null || now.metric !== before.metric || now.value === null || before.value === null)
    return 'unknown';
  if (Math.abs(now.value - before.value) < SMALLEST) return 'same';
  const sign = /^[≤≥]/.exec(now.threshold ?? before.threshold ?? '')?.[0];
  if (sign === undefined) return 'unknown';
  return now.value > before.value === (sign === '≥') ? 'better' : 'worse';
}

function verdictStep(now: Finding, before: Finding): FindingPair['verdict'] {
  const step = severity[now.verdict] - severity[before.verdict];
  return step === 0 ? 'same' : step > 0 ? 'stricter' : 'milder';
}

function changeOfBoth(now: Finding, before: Finding): FindingChange | undefined {
  const verdict = verdictStep(now, before);
  // A check that passed and passes is no news, whatever its number did.
  if (verdict === 'same' && now.verdict === 'PASS') return undefined;
  const value = senseOfValue(now, before);
  if (value === 'better' || value === 'worse') return value;
  if (verdict !== 'same') {
    if (value === 'same') return verdict;
    return verdict === 'stricter' ? 'worse' : 'better';
  }
  return now.value !== before.value || now.threshold !== before.threshold ? 'moved' : undefined;
}

/** undefined where nothing changed that is news. */
function compareFindings(now: Finding | undefined, before: Finding | undefined): FindingPair | undefined {
  const alone = { now, before, value: 'unknown', verdict: 'same' } as const;
  if (!now) return before && before.verdict !== 'PASS' ? { ...alone, change: 'gone' } : undefined;
  if (!before) return now.verdict === 'PASS' ? undefined : { ...alone, change: 'new' };
  const change = changeOfBoth(now, before);
  return change && { change, now, before, value: senseOfValue(now, before), verdict: verdictStep(now, before) };
}

const changeOfFile = (now: string | null | undefined, before: string | null | undefined): FileChange['change'] => {
  if (before === undefined) return 'added';
  if (now === undefined) return 'removed';
  return now === before ? 'same' : 'changed';
};

function compareFiles(
  now: ReadonlyMap<string, string | null>,
  before: ReadonlyMap<string, string | null>,
): FileChange[] {
  return [...new Set([...now.keys(), ...before.keys()])].map((name) => ({
    name,
    change: changeOfFile(now.get(name), before.get(name)),
  }));
}

const isSamePicture = (one: Chart, other: Chart): boolean => one.kind === other.kind && one.id === other.id;

export function comparePacks(now: EvidencePack, before: EvidencePack): PackComparison {
  const metricsBefore = new Map(before.metrics.map((metric) => [keyOf(metric), metric]));
  const findingsBefore = new Map(before.findings.map((finding) => [finding.id, finding]));
  const ids = [...new Set([...now.findings, ...before.findings].map(({ id }) => id))];
  const pairs = ids.map((id) => ({
    now: now.findings.find((finding) => finding.id === id),
    before: findingsBefore.get(id),
  }));
  const changed = pairs.flatMap((pair) => compareFindings(pair.now, pair.before) ?? []);
  const documentsOf = (pack: EvidencePack) => new Map(pack.documents.map(({ kind, digest }) => [kind, digest]));
  const filesOf = (pack: EvidencePack) =>
    new Map(pack.inputs.filter(({ name }) => !name.startsWith('documents/')).map((input) => [input.name, input.actualDigest])); // prettier-ignore
  return {
    metrics: now.metrics.map((metric) => {
      const earlier = metricsBefore.get(keyOf(metric));
      const isBoth = metric.value !== null && earlier !== undefined && earlier.value !== null;
      const difference = isBoth ? metric.value! - earlier.value! : undefined;
      return {
        now: metric,
        before: earlier,
        difference,
        sense: difference === undefined ? 'unknown' : senseOf(metric, metric.value!, earlier!.value!),
      };
    }),
    findings: changed.toSorted((a, b) => rankOf(a) - rankOf(b)),
    unchangedFindings: pairs.filter((pair) => pair.now && compareFindings(pair.now, pair.before) === undefined).length,
    documents: compareFiles(documentsOf(now), documentsOf(before)),
    files: compareFiles(filesOf(now), filesOf(before)),
    charts: now.charts.map((chart) => ({ now: chart, before: before.charts.find((other) => isSamePicture(chart, other)) })), // prettier-ignore
  };
}
