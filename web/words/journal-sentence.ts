// A journal entry as a line of a diary: who did what. The reason stands beside it, in their own words.
import type { ErrorCode } from '../../domain/errors.ts';
import type { JournalEntryView } from '../../api/schemas/views.ts';
import { describeDocument, decisionVerbs, processOutcomeWords, processWords, stageWords } from './names.ts';

type Data = Record<string, unknown>;

const text = (data: Data, key: string): string | undefined => {
  const value = data[key];
  return typeof value === 'string' && value !== '' ? value : undefined;
};
const lookUp = (words: Partial<Record<string, string>>, key: string | undefined): string | undefined =>
  key === undefined ? undefined : words[key];
const signOffOf = (data: Data) => (text(data, 'signOff') ?? 'a').replaceAll('-', ' ');

function stageMove(data: Data): string {
  const stage = data['stage'];
  if (typeof stage !== 'object' || stage === null) return '';
  const { from, to } = stage as Data;
  if (typeof to !== 'string' || from === to) return '';
  return ` The version is now ${(lookUp(stageWords, to) ?? to).toLowerCase()}.`;
}

const refusals: Partial<Record<ErrorCode, string>> = {
  SELF_REVIEW: 'it is their own work',
  NOT_ELIGIBLE: 'it asks other people',
  ASSURANCE_TOO_LOW: 'that channel proves too little',
  ALREADY_CLAIMED: 'somebody else had claimed it',
  ALREADY_DECIDED: 'it had been answered',
  WRONG_STATE: 'it was closed',
  EVIDENCE_CHANGED: 'the evidence had changed',
  REASON_REQUIRED: 'no reason was given',
  REASON_BOILERPLATE: 'the reason said too little',
  DISPOSITION_REQUIRED: 'findings were left unanswered',
};
const refusalWords = (code: string | undefined): string => {
  const words = lookUp(refusals, code) ?? code;
  return words ? `: ${words}` : '';
};

const sentences: Record<string, (data: Data) => string> = {
  'model_version.submitted': (data) =>
    `submitted ${text(data, 'model') ?? 'a model'} version ${text(data, 'version') ?? ''}`.trimEnd(),
  'model_version.evidence_updated': (data) =>
    `sent new evidence${typeof data['round'] === 'number' ? ` and opened round ${data['round']}` : ''}`,
  'model_version.withdrawn': () => 'withdrew the version',
  'model_version.stage_changed': (data) => `moved the version.${stageMove(data)}`,
  'process.started': (data) =>
    `started ${(lookUp(processWords, text(data, 'kind')) ?? 'a process').toLowerCase()}, round ${String(data['round'] ?? 1)}`,
  'process.ended': (data) => {
    const kind = (lookUp(processWords, text(data, 'kind')) ?? 'the process').toLowerCase();
    const outcome = lookUp(processOutcomeWords, text(data, 'outcome'));
    return `ended ${kind}${outcome ? `: ${outcome.toLowerCase()}` : ''}.${stageMove(data)}`;
  },
  'criteria.frozen': () => 'froze the criteria before reading any result',
  'evidence.computed': (data) =>
    `computed the evidence${typeof data['round'] === 'number' ? ` of round ${data['round']}` : ''}`,
  'evidence.read': (data) => {
    const kind = text(data, 'document') ?? text(data, 'kind');
    return kind ? `read the ${describeDocument(kind).toLowerCase()}` : 'read the evidence';
  },
  'review.opened': (data) =>
    text(data, 'kind') === 'conflict'
      ? `asked others to settle the ${signOffOf(data)} disagreement`
      : `asked for the ${signOffOf(data)} sign-off`,
  'review.claimed': (data) => `claimed the ${signOffOf(data)} review`,
  'review.released': (data) => `gave the ${signOffOf(data)} review back`,
  'review.reminded': (data) => `reminded of the ${signOffOf(data)} review`,
  'review.closed': (data) => {
    const state = text(data, 'state');
    if (state === 'EXPIRED') return `closed the ${signOffOf(data)} review: its deadline passed`;
    if (state === 'CANCELED') return `withdrew the ${signOffOf(data)} review`;
    if (state === 'OBSOLETE') return `closed the ${signOffOf(data)} review: new evidence took its place`;
    const outcome = text(data, 'outcome');
    const words = outcome === 'CONFLICT' ? 'people disagreed' : outcome?.replaceAll('_', ' ').toLowerCase();
    return `closed the ${signOffOf(data)} review${words ? `: ${words}` : ''}`;
  },
  'decision.recorded': (data) =>
    `${lookUp(decisionVerbs, text(data, 'outcome')) ?? 'answered'} in the ${signOffOf(data)} review`,
  'decision.refused': (data) =>
    `tried to answer the ${signOffOf(data)} review and was refused${refusalWords(text(data, 'code'))}`,
  'policy.published': (data) =>
    `published policy ${text(data, 'id') ?? ''}${typeof data['version'] === 'number' ? ` version ${data['version']}` : ''}`,
  'person.added': (data) => `added ${text(data, 'handle') ?? 'a person'}`,
  'person.deactivated': (data) => `took all access from ${text(data, 'handle') ?? 'a person'}`,
  'token.issued': (data) => `issued an access token to ${text(data, 'handle') ?? 'a person'}`,
  'journal.exported': () => 'exported the journal',
};

/** What was done, to stand after the actor's name: `approved in the compliance review`. */
export const describeEntry = (entry: Pick<JournalEntryView, 'type' | 'data'>): string =>
  (sentences[entry.type]?.(entry.data) ?? entry.type.replaceAll(/[._]/g, ' ')).trim();

const ownWords = new Set(['decision.recorded', 'decision.refused', 'model_version.withdrawn', 'policy.published']);

/** The reason as it is written on a page: in quotation marks where a person chose the words. */
export function quoteReason(entry: Pick<JournalEntryView, 'type' | 'actor' | 'reason'>): string {
  if (!entry.reason) return '';
  return entry.actor.type === 'user' && ownWords.has(entry.type) ? `“${entry.reason}”` : entry.reason;
}

/** Software by the part it played: `workflow/validation` is `Countersign, validation`. */
export function describeSystem(part: string): string {
  const name = part.replace(/^workflow\//, '').replaceAll(/[_/-]+/g, ' ');
  return `Countersign, ${name}`;
}
