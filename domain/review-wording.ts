// What a review asks and what a person needs to know, in plain words.
import { byAttention, countFindings, needsDisposition, type EvidencePack } from './evidence.ts';
import type { ProcessKind } from './process.ts';
import type { ReviewKind, ReviewOutcome, ReviewState, Tally } from './review.ts';

export interface Subject {
  model: string;
  version: string;
  /** The version that would be replaced; null when there is none. */
  incumbent: string | null;
  /** True where the policy asks for no agreement after validation: what passes it is approved. */
  endsWithValidation: boolean;
}

export function questionOf(process: ProcessKind, kind: ReviewKind, subject: Subject): string {
  const { model, version, incumbent, endsWithValidation } = subject;
  switch (kind) {
    case 'conflict':
      return `Reviewers disagree on version ${version} of ${model}. Which answer stands?`;
    case 'second_look':
      return `Version ${version} of ${model} was approved. Would you have approved it too?`;
    case 'after_the_fact':
      return `Version ${version} of ${model} was let through in an emergency. Was that right?`;
    case 'condition':
      return `A condition for version ${version} of ${model} was not met in time. Does its approval stand?`;
    case 'sign_off':
      break;
  }
  if (process === 'validation' && !endsWithValidation)
    return `Is version ${version} of ${model} sound enough to be put to approval?`;
  return incumbent === null
    ? `May version ${version} of ${model} go to production?`
    : `May version ${version} replace version ${incumbent} in production?`;
}

const kindWords: Record<Exclude<ReviewKind, 'sign_off'>, string> = {
  conflict: 'conflict',
  second_look: 'second look',
  after_the_fact: 'after the fact',
  condition: 'condition',
};

export const titleOf = (signOff: string, kind: ReviewKind): string =>
  kind === 'sign_off' ? signOff : `${signOff}: ${kindWords[kind]}`;

type Summarised = Pick<EvidencePack, 'findings' | 'metrics' | 'charts' | 'champion'>;

/** One or two sentences: how well it ranks or predicts, against what, and what asks for judgement. */
export function summaryOf(pack: Summarised): string {
  return [performanceSentence(pack), findingsSentence(pack)].filter(Boolean).join(' ');
}

function performanceSentence(pack: Summarised): string {
  const of = (name: string) =>
    pack.metrics.find((metric) => metric.name === name && metric.dataset === 'validation' && metric.segment === null);
  const main = of('roc_auc') ?? of('rmse');
  if (!main || main.value === null) return 'Its performance on validation data could not be computed.';
  const what = main.name === 'roc_auc' ? 'ROC AUC' : 'root mean squared error';
  return `On ${main.n.toLocaleString('en')} validation rows its ${what} is ${main.value.toFixed(3)}${championPart(pack)}.`;
}

function championPart(pack: Summarised): string {
  if (!pack.champion) return '';
  const roc = pack.charts.find((chart) => chart.kind === 'roc' && chart.dataset === 'validation');
  const area = roc?.kind === 'roc' ? roc.series[1]?.area : undefined;
  return typeof area === 'number' ? `, against ${area.toFixed(3)} of version ${pack.champion.version}` : '';
}

function findingsSentence(pack: Summarised): string {
  const { passed } = countFindings(pack.findings);
  const toAnswer = pack.findings.filter(needsDisposition).toSorted(byAttention);
  if (toAnswer.length === 0) return passed === 1 ? 'Its one check passed.' : `All ${passed} checks passed.`;
  const first = toAnswer[0]?.title ?? '';
  const count = toAnswer.length;
  return count === 1
    ? `One finding needs your judgement: ${lowerFirst(first)}.`
    : `${count} findings need your judgement, first: ${lowerFirst(first)}.`;
}

/** Lower-cases a first letter that no capital follows, so that "ROC AUC" stays. */
const lowerFirst = (text: string): string =>
  /^[A-Z](?![A-Z])/.test(text) ? text.charAt(0).toLowerCase() + text.slice(1) : text;

const roleWords: Partial<Record<string, string>> = { domain_expert: 'domain expert' };

/** How far an open review is: `1 of 2 approved · 1 against · waiting for compliance`. */
export function progressOf(quorum: Tally): string {
  const parts = [`${quorum.approvals} of ${quorum.required} approved`];
  if (quorum.rejections > 0) parts.push(`${quorum.rejections} against`);
  if (quorum.missingRoles.length > 0)
    parts.push(`waiting for ${quorum.missingRoles.map((role) => roleWords[role] ?? role).join(', ')}`);
  return parts.join(' · ');
}

const endWords: Record<ReviewOutcome, string> = {
  APPROVED: 'Approved',
  REJECTED: 'Rejected',
  CHANGES_REQUESTED: 'Changes requested',
  CONFLICT: 'Reviewers disagreed',
  EXPIRED: 'Expired',
  CANCELED: 'No longer needed',
};

/** How a closed review ended, in a sentence that stays true for ever. */
export function endingOf({
  state,
  outcome,
  closedReason,
}: {
  state: ReviewState;
  outcome: ReviewOutcome | null;
  closedReason: string | null;
}): string {
  if (state === 'OBSOLETE') return closedReason ?? 'New evidence arrived.';
  const word = outcome === null ? 'Closed' : endWords[outcome];
  return closedReason ? `${word}: ${closedReason}` : `${word}.`;
}
