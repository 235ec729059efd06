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

export type FindingChange = 'worse' | 'new' | 'moved' | 'better' | 'gone';

export interface FindingPair {
  change: FindingChange;
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
const order: readonly FindingChange[] = ['worse', 'new', 'moved', 'better', 'gone'];

function changeOf(now: Finding | undefined, before: Finding | undefined): FindingChange | undefined {
  if (!now) return before && before.verdict !== 'PASS' ? 'gone' : undefined;
  if (!before) return now.verdict === 'PASS' ? undefined : 'new';
  const step = severity[now.verdict] - severity[before.verdict];
  if (step !== 0) return step > 0 ? 'worse' : 'better';
  // A check that passed and passes is no news, whatever its number did.
  if (now.verdict === 'PASS') return undefined;
  return now.value !== before.value || now.threshold !== before.threshold ? 'moved' : undefined;
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
  const changed = pairs.flatMap((pair) => {
    const change = changeOf(pair.now, pair.before);
    return change === undefined ? [] : [{ ...pair, change }];
  });
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
    findings: changed.toSorted((a, b) => order.indexOf(a.change) - order.indexOf(b.change)),
    unchangedFindings: pairs.filter((pair) => pair.now && changeOf(pair.now, pair.before) === undefined).length,
    documents: compareFiles(documentsOf(now), documentsOf(before)),
    files: compareFiles(filesOf(now), filesOf(before)),
    charts: now.charts.map((chart) => ({ now: chart, before: before.charts.find((other) => isSamePicture(chart, other)) })), // prettier-ignore
  };
}
