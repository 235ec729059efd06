import { z } from 'zod';
import { decideCommandSchema, type DecideCommand } from '../domain/review.ts';
import type { Finding } from '../domain/evidence.ts';
import type { Refused } from '../domain/errors.ts';
import type { FormState } from './components/decision-form.tsx';

type Fields = Record<string, string | File | (string | File)[]>;

export interface ReadDecision {
  form: FormState;
  /** undefined when the form does not say enough to be sent; then `form` holds why. */
  command: DecideCommand | undefined;
  idempotencyKey: string;
  queue: string[];
}

const one = (fields: Fields, name: string): string => {
  const value = fields[name];
  const first = Array.isArray(value) ? value[0] : value;
  return typeof first === 'string' ? first.replaceAll('\r\n', '\n') : '';
};

/** Reads the decision form as a browser posts it, with or without a script. `fields` come from `parseBody({ all: true })`. */
export function readDecisionForm(fields: Fields): ReadDecision {
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
  const errors = new Map<string, string>();
  if (outcome === '') errors.set('outcome', 'Choose one of the three.');
  if (outcome === 'APPROVED') {
    for (const [finding, { disposition, reason }] of dispositions) {
      if (disposition === '') errors.set(finding, 'Choose an answer too.');
      else if (reason === '') errors.set(finding, 'Say why.');
    }
  }
  const parsed = decideCommandSchema.safeParse({
    outcome,
    reason,
    revision: Number(one(fields, 'revision')),
    evidenceDigest: one(fields, 'evidenceDigest'),
    form: {
      dispositions: [...dispositions]
        .filter(([, answer]) => answer.disposition !== '' && answer.reason !== '')
        .map(([finding, answer]) => ({ finding, ...answer })),
    },
  });
  if (!parsed.success && errors.size === 0) {
    for (const issue of parsed.error.issues)
      errors.set(
        issue.path[0] === 'reason' ? 'reason' : 'outcome',
        z.prettifyError({ ...parsed.error, issues: [issue] }),
      );
  }
  const queue = [fields['queue'] ?? []].flat().filter((id) => typeof id === 'string');
  const form: FormState = { outcome, reason, dispositions, errors };
  const command = parsed.success && errors.size === 0 ? parsed.data : undefined;
  if (!command) form.problem = { title: 'Nothing was recorded yet', detail: 'What is missing is marked below.' };
  return { form, command, idempotencyKey: one(fields, 'idempotencyKey'), queue };
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
  }
  return { ...form, errors, problem: { title: 'Nothing was recorded', detail: refusal.message } };
}
