import { z } from 'zod';
import { askedFields, type FormAnswers } from '../domain/decision-form.ts';
import { decideCommandSchema, decisionOutcomes, type DecideCommand } from '../domain/review.ts';
import type { Finding } from '../domain/evidence.ts';
import type { Refused } from '../domain/errors.ts';
import type { FormField } from '../domain/review-policy.ts';
import { conditionRows, type ConditionDraft, type FormState } from './components/form-state.ts';
import { fieldOf as one, type FormFields } from './form-fields.ts';

export interface ReadDecision {
  form: FormState;
  /** undefined when the form does not say enough to be sent; then `form` holds why. */
  command: DecideCommand | undefined;
  idempotencyKey: string;
  queue: string[];
}

/**
 * Reads the decision form as a browser posts it, with or without a script. `fields` come from `parseBody({ all: true })`;
 * `questions` are those of the policy.
 */
export function readDecisionForm(fields: FormFields, questions: readonly FormField[] = []): ReadDecision {
  const dispositions = new Map<string, { disposition: string; reason: string }>();
  for (const name of Object.keys(fields).filter((key) => /^finding\.\d{1,4}$/.test(key))) {
    const index = name.slice('finding.'.length);
    const answer = {
      disposition: one(fields, `disposition.${index}`),
      reason: one(fields, `dispositionReason.${index}`).trim(),
    };
    if (answer.disposition !== '' || answer.reason !== '') dispositions.set(one(fields, name), answer);
  }
  const outcome = one(fields, 'outcome');
  const reason = one(fields, 'reason').trim();
  const conditions = readConditions(fields);
  const deferral = { check: one(fields, 'deferral.check'), countsAt: one(fields, 'deferral.countsAt').trim() };
  const answers = new Map(questions.map(({ name }) => [name, one(fields, `field.${name}`).trim()]));
  const isApproval = outcome === 'APPROVED';
  const errors = new Map<string, string>();
  if (outcome === '') errors.set('outcome', 'Choose an outcome.');
  if (isApproval) {
    for (const [finding, { disposition, reason }] of dispositions) {
      if (disposition === '') errors.set(finding, 'Choose an answer too.');
      else if (reason === '') errors.set(finding, 'Say why.');
    }
    conditions.forEach((draft, index) => {
      if (!isEmpty(draft) && (draft.text.length < 3 || draft.owner === '' || draft.dueAt === ''))
        errors.set(`condition.${index}`, 'Say what, by whom and by when.');
    });
    if ((deferral.check === '') !== (deferral.countsAt === ''))
      errors.set('deferral', 'Choose the check and the instant, or neither.');
  }
  const given = askedAnswers(questions, outcome, answers);
  const promised = conditions.filter((draft, index) => !isEmpty(draft) && !errors.has(`condition.${index}`));
  const parsed = decideCommandSchema.safeParse({
    outcome,
    reason,
    revision: Number(one(fields, 'revision')),
    evidenceDigest: one(fields, 'evidenceDigest'),
    form: {
      dispositions: [...dispositions]
        .filter(([, answer]) => answer.disposition !== '' && answer.reason !== '')
        .map(([finding, answer]) => ({ finding, ...answer })),
      ...(isApproval &&
        promised.length > 0 && {
          conditions: promised.map(({ text, owner, dueAt, expiresAt }) => ({
            text,
            owner,
            dueAt: endOfDay(dueAt),
            ...(expiresAt !== '' && { expiresAt: endOfDay(expiresAt) }),
          })),
        }),
      ...(isApproval &&
        deferral.check !== '' &&
        deferral.countsAt !== '' && { deferral: { check: deferral.check, countsAt: instantOf(deferral.countsAt) } }),
      ...(Object.keys(given).length > 0 && { fields: given }),
    },
  });
  if (!parsed.success && errors.size === 0)
    for (const issue of parsed.error.issues) errors.set(placeOf(issue.path), z.prettifyError({ ...parsed.error, issues: [issue] })); // prettier-ignore
  const queue = [fields['queue'] ?? []].flat().filter((id) => typeof id === 'string');
  const form: FormState = { outcome, reason, dispositions, conditions, deferral, answers, errors };
  const command = parsed.success && errors.size === 0 ? parsed.data : undefined;
  if (!command) form.problem = { title: 'Nothing was recorded yet', detail: 'What is missing is marked below.' };
  return { form, command, idempotencyKey: one(fields, 'idempotencyKey'), queue };
}

const isEmpty = ({ text, dueAt, expiresAt }: ConditionDraft): boolean =>
  text === '' && dueAt === '' && expiresAt === '';

const readConditions = (fields: FormFields): ConditionDraft[] =>
  Array.from({ length: conditionRows }, (_, index) => {
    const field = (name: string) => one(fields, `condition.${index}.${name}`).trim();
    return { text: field('text'), owner: field('owner'), dueAt: field('dueAt'), expiresAt: field('expiresAt') };
  });

/** A promise made for a day is kept until that day is over everywhere but in the far west. */
const endOfDay = (day: string): string => `${day}T23:59:59Z`;

/** `2026-11-24T09:00`, as a field of the page gives it, is meant in UTC, as the page says. */
const instantOf = (local: string): string => (/T\d\d:\d\d$/.test(local) ? `${local}:00Z` : local);

/** The answers in their types, of the questions that are asked once these answers are given. */
function askedAnswers(
  questions: readonly FormField[],
  outcome: string,
  texts: ReadonlyMap<string, string>,
): FormAnswers {
  const known = decisionOutcomes.find((word) => word === outcome);
  const answers: Record<string, string | number | boolean> = {};
  for (const field of questions) {
    const text = texts.get(field.name) ?? '';
    if (text === '') continue;
    if (field.type === 'number' && Number.isFinite(Number(text))) answers[field.name] = Number(text);
    else if (field.type === 'boolean') answers[field.name] = text === 'yes';
    else answers[field.name] = text;
  }
  const asked = known ? askedFields(questions, known, answers).map(({ name }) => name) : [];
  return Object.fromEntries(Object.entries(answers).filter(([name]) => asked.includes(name)));
}

/** Which part of the form a pointer of the command is about. */
function placeOf(path: readonly PropertyKey[]): string {
  const [first, second, third] = path.map(String);
  if (first === 'reason') return 'reason';
  if (first !== 'form') return 'outcome';
  if (second === 'conditions') return `condition.${third ?? 0}`;
  if (second === 'fields') return `field.${third}`;
  return second === 'deferral' ? 'deferral' : 'outcome';
}

/** The same form, with every finding marked that an approval has still to answer for, so that all is mended at once. */
export function markUnanswered(form: FormState, findings: readonly Finding[]): FormState {
  if (form.outcome !== 'APPROVED' || !form.problem) return form;
  const errors = new Map(form.errors);
  for (const { id } of findings) {
    const answer = form.dispositions.get(id);
    if (!errors.has(id) && (!answer?.disposition || !answer.reason)) errors.set(id, 'Choose an answer and say why.');
  }
  return { ...form, errors };
}

/** The same form with the words of a refusal put where they belong. */
export function withRefusal(form: FormState, refusal: Refused): FormState {
  const errors = new Map(form.errors);
  for (const { pointer, message } of refusal.errors) {
    if (pointer === '/reason') errors.set('reason', `The reason ${message}.`);
    else if (refusal.code === 'DISPOSITION_REQUIRED') errors.set(pointer, 'Choose an answer and say why.');
    else if (pointer.startsWith('/form/')) errors.set(placeOf(pointer.slice(1).split('/')), `This ${message}.`);
  }
  return { ...form, errors, problem: { title: 'Nothing was recorded', detail: refusal.message } };
}
