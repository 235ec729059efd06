// What a review asks and what a person needs to know, in plain words.
import { countFindings, type EvidencePack } from './evidence.ts';
import type { ProcessKind } from './process.ts';
import type { ReviewKind } from './review.ts';

export interface Subject {
  model: string;
  version: string;
  /** The version that would be replaced; null when there is none. */
  incumbent: string | null;
}

export function questionOf(process: ProcessKind, kind: ReviewKind, { model, version, incumbent }: Subject): string {
  if (kind === 'conflict') return `Reviewers disagree on version ${version} of ${model}. Which answer stands?`;
  if (process === 'validation') return `Is version ${version} of ${model} sound enough to be put to approval?`;
  return incumbent === null
    ? `May version ${version} of ${model} go to production?`
    : `May version ${version} replace version ${incumbent} in production?`;
}

/** One or two sentences: how well it ranks or predicts, against what, and what asks for judgement. */
export function summaryOf(pack: EvidencePack): string {
  return [performanceSentence(pack), findingsSentence(pack)].filter(Boolean).join(' ');
}

function performanceSentence(pack: EvidencePack): string {
  const of = (name: string) =>
    pack.metrics.find((metric) => metric.name === name && metric.dataset === 'validation' && metric.segment === null);
  const main = of('roc_auc') ?? of('rmse');
  if (!main || main.value === null) return 'Its performance on validation data could not be computed.';
  const what = main.name === 'roc_auc' ? 'ROC AUC' : 'root mean squared error';
  return `On ${main.n.toLocaleString('en')} validation rows its ${what} is ${main.value.toFixed(3)}${championPart(pack)}.`;
}

function championPart(pack: EvidencePack): string {
  if (!pack.champion) return '';
  const roc = pack.charts.find((chart) => chart.kind === 'roc' && chart.dataset === 'validation');
  const area = roc?.kind === 'roc' ? roc.series[1]?.area : undefined;
  return typeof area === 'number' ? `, against ${area.toFixed(3)} of version ${pack.champion.version}` : '';
}

function findingsSentence(pack: EvidencePack): string {
  const { toJudge, warnings, passed } = countFindings(pack.findings);
  const toAnswer = pack.findings.filter((finding) => finding.verdict === 'FAIL' || finding.verdict === 'WARN');
  if (toAnswer.length === 0) return passed === 1 ? 'Its one check passed.' : `All ${passed} checks passed.`;
  const first = toAnswer[0]?.title ?? '';
  const count = toJudge + warnings;
  return count === 1
    ? `One finding needs your judgement: ${lowerFirst(first)}.`
    : `${count} findings need your judgement, first: ${lowerFirst(first)}.`;
}

/** Lower-cases a first letter that no capital follows, so that "ROC AUC" stays. */
const lowerFirst = (text: string): string =>
  /^[A-Z](?![A-Z])/.test(text) ? text.charAt(0).toLowerCase() + text.slice(1) : text;
