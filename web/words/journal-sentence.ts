// A journal entry as a line of a diary: who did what. The reason stands beside it, in their own words.
import type { ErrorCode } from '../../domain/errors.ts';
import type { JournalEntryView } from '../../api/schemas/views.ts';
import { describeDocument, decisionVerbs, processOutcomeWords, processWords, stageWords } from './names.ts';
import { joinWords } from './numbers.ts';

type Data = Record<string, unknown>;

const text = (data: Data, key: string): string | undefined => {
  const value = data[key];
  return typeof value === 'string' && value !== '' ? value : undefined;
};
const lookUp = (words: Partial<Record<string, string>>, key: string | undefined): string | undefined =>
  key === undefined ? undefined : words[key];
const signOffOf = (data: Data) => (text(data, 'signOff') ?? 'a').replaceAll('-', ' ');

const whom = (data: Data, key: string): string => text(data, key) ?? 'somebody';
const record = (value: unknown): Data => (typeof value === 'object' && value !== null ? (value as Data) : {});
const listed = (data: Data, key: string): string => {
  const value = data[key];
  const names = Array.isArray(value) ? value.filter((one) => typeof one === 'string') : [];
  return names.length > 0 ? `: ${joinWords(names)}` : '';
};

function stageMove(data: Data): string {
  const { from, to } = record(data['stage']);
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

/** Whose decisions a rebase left without effect. */
function noLongerCounting(data: Data): string[] {
  const given = record(data['decisions'])['noLongerCounting'];
  return Array.isArray(given) ? given.flatMap((one: unknown) => text(record(one), 'handle') ?? []) : [];
}

type NameOf = (handle: string) => string;

const sentences: Record<string, (data: Data, nameOf: NameOf) => string> = {
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
    const how = data['isOverridden'] === true ? ' in an emergency' : '';
    return `ended ${kind}${outcome ? `: ${outcome.toLowerCase()}${how}` : ''}.${stageMove(data)}`;
  },
  'criteria.frozen': () => 'froze the criteria before reading any result',
  'evidence.computed': (data) =>
    `computed the evidence${typeof data['round'] === 'number' ? ` of round ${data['round']}` : ''}`,
  'evidence.read': (data) => {
    const kind = text(data, 'document') ?? text(data, 'kind');
    return kind ? `read the ${describeDocument(kind).toLowerCase()}` : 'read the evidence';
  },
  'review.opened': (data) => {
    const kind = text(data, 'kind');
    if (kind === 'conflict') return `asked others to settle the ${signOffOf(data)} disagreement`;
    if (kind === 'second_look') return `asked for a second look at the ${signOffOf(data)} sign-off`;
    if (kind === 'after_the_fact')
      return `asked whether it was right to break the glass on the ${signOffOf(data)} review`;
    if (kind === 'condition') return `asked whether the ${signOffOf(data)} approval stands without its condition`;
    return `asked for the ${signOffOf(data)} sign-off`;
  },
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
    const how = data['isOverride'] === true ? ' in an emergency' : '';
    return `closed the ${signOffOf(data)} review${words ? `: ${words}${how}` : ''}`;
  },
  'review.started': (data) => `began to work on the ${signOffOf(data)} review`,
  'review.delegated': (data) => `let ${whom(data, 'to')} decide the ${signOffOf(data)} review for them`,
  'review.forwarded': (data) => `handed their place in the ${signOffOf(data)} review to ${whom(data, 'to')}`,
  'review.info_requested': (data) => `asked ${whom(data, 'to')} for information on the ${signOffOf(data)} review`,
  'review.info_submitted': (data) => `answered the question on the ${signOffOf(data)} review`,
  'review.suspended': (data) => `let the ${signOffOf(data)} review rest`,
  'review.resumed': (data) => `let the ${signOffOf(data)} review go on`,
  'review.commented': (data) => `commented on the ${signOffOf(data)} review`,
  'review.attached': (data) => `attached ${text(data, 'name') ?? 'a file'} to the ${signOffOf(data)} review`,
  'review.escalated': (data) => `asked further people on the ${signOffOf(data)} review${listed(data, 'to')}`,
  'review.rerouted': (data) => `asked others in the ${signOffOf(data)} review${listed(data, 'to')}`,
  'decision.deferred': (data) =>
    `approved in the ${signOffOf(data)} review, to count later if “${text(data, 'check') ?? 'a check'}” still holds`,
  'decision.lapsed': (data) => `let a deferred approval in the ${signOffOf(data)} review lapse`,
  'decision.carried': (data) => `let an answer of an earlier round stand in the ${signOffOf(data)} review`,
  'condition.set': (data) => `approved on a condition that ${whom(data, 'owner')} sees to`,
  'condition.fulfilled': (data) => `called a condition done: ${text(data, 'text') ?? 'what was promised'}`,
  'condition.expired': (data) => `found a condition undone: ${text(data, 'text') ?? 'what was promised'}`,
  'policy.overridden': (data) => {
    const outcome = text(data, 'outcome')?.replaceAll('_', ' ').toLowerCase();
    return `broke the glass on the ${signOffOf(data)} review${outcome ? `: ${outcome}` : ''}`;
  },
  'policy.rebased': (data, nameOf) => {
    const { to } = record(data['policy']);
    const names = noLongerCounting(data).map(nameOf);
    const fallen = names.length > 0 ? `; what ${joinWords(names)} decided no longer counts` : '';
    return `put the ${signOffOf(data)} review under ${typeof to === 'number' ? `version ${to}` : 'a newer version'} of its policy${fallen}`;
  },
  'process.recreated': (data) =>
    `began the workflow of ${(lookUp(processWords, text(data, 'kind')) ?? 'a process').toLowerCase()} anew`,
  'decision.recorded': (data) =>
    `${lookUp(decisionVerbs, text(data, 'outcome')) ?? 'answered'} in the ${signOffOf(data)} review`,
  'decision.refused': (data) =>
    `tried to answer the ${signOffOf(data)} review and was refused${refusalWords(text(data, 'code'))}`,
  'policy.published': (data) =>
    `published policy ${text(data, 'policy') ?? ''}${typeof data['version'] === 'number' ? ` version ${data['version']}` : ''}`,
  'person.added': (data) => `added ${text(data, 'handle') ?? 'a person'}`,
  'person.deactivated': (data) => `took all access from ${text(data, 'handle') ?? 'a person'}`,
  'token.issued': (data) => `issued an access token to ${text(data, 'handle') ?? 'a person'}`,
  'token.revoked': () => 'revoked the access tokens of the demo',
  'journal.exported': () => 'exported the journal',
  'approvals.exported': () => 'exported approvals',
  'person.changed': (data) => `changed what is known of ${whom(data, 'handle')}`,
  'person.absent': (data) => {
    const deputy = text(data, 'deputy');
    return deputy ? `is away; ${deputy} stands in` : 'is away, and nobody stands in';
  },
  'person.returned': () => 'is back',
  'person.qualified': (data) =>
    `${data['revoked'] === true ? 'took back that' : 'said that'} ${whom(data, 'handle')} is qualified for ${text(data, 'name') ?? text(data, 'qualification') ?? 'something'}`,
  'person.linked': () => 'linked their Slack account',
  'webhook_endpoint.added': (data) => `added an outgoing webhook${text(data, 'url') ? ` to ${text(data, 'url')}` : ''}`,
  'webhook_endpoint.disabled': () => 'switched an outgoing webhook off',
  'webhook_endpoint.rotated': () => 'gave an outgoing webhook a new secret',
  'delivery.given_up': () => 'gave up on a message that could not be delivered',
};

const peopleIn: ReadonlySet<string> = new Set(['to', 'owner', 'deputy', 'handle']);

/** The data with people as `nameOf` calls them. */
const named = (data: Data, nameOf: NameOf): Data =>
  Object.fromEntries(
    Object.entries(data).map(([key, value]) => {
      if (!peopleIn.has(key)) return [key, value];
      if (Array.isArray(value))
        return [key, value.map((one: unknown) => (typeof one === 'string' ? nameOf(one) : one))];
      return [key, typeof value === 'string' ? nameOf(value) : value];
    }),
  );

/** Whom a line of the diary names: who acted, and whom it was about. */
export function handlesIn({ actor, data }: Pick<JournalEntryView, 'actor' | 'data'>): string[] {
  const about = Object.entries(data).flatMap(([key, value]) => (peopleIn.has(key) ? [value].flat() : []));
  return [
    ...(actor.type === 'system' ? [] : [actor.id]),
    ...about.filter((one) => typeof one === 'string'),
    ...noLongerCounting(data),
  ];
}

/** What was done, to stand after the actor's name: `approved in the compliance review`. */
export const describeEntry = (
  entry: Pick<JournalEntryView, 'type' | 'data'>,
  nameOf: NameOf = (handle) => handle,
): string => (sentences[entry.type]?.(named(entry.data, nameOf), nameOf) ?? entry.type.replaceAll(/[._]/g, ' ')).trim();

const ownWords = new Set([
  'decision.recorded', 'decision.refused', 'decision.deferred', 'model_version.withdrawn', 'policy.published', 'policy.overridden', 'policy.rebased', 'review.delegated', 'review.forwarded',
  'review.info_requested', 'review.info_submitted', 'review.suspended', 'review.commented', 'review.escalated', 'condition.set', 'condition.fulfilled',
]); // prettier-ignore

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
