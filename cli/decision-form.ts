// What a decision says beside outcome and reason, as options and files spell it.
import { InvalidArgumentError } from 'commander';
import { z } from 'zod';
import { dispositions } from '../domain/evidence.ts';
import { decisionFormSchema, type DecideCommand } from '../domain/review.ts';
import type { FormField } from '../domain/review-policy.ts';
import { Failure } from './failure.ts';
import { parseJson, readText } from './read-file.ts';

type DecisionForm = DecideCommand['form'];
export type Disposition = DecisionForm['dispositions'][number];
export type Condition = NonNullable<DecisionForm['conditions']>[number];
export type Deferral = NonNullable<DecisionForm['deferral']>;
type Answer = NonNullable<DecisionForm['fields']>[string];

export interface FormOptions {
  disposition?: Disposition[];
  condition?: Condition[];
  deferral?: Deferral;
  /** As typed. */
  field?: Record<string, string>;
}

/** The `form` of the API from a file, `-` for standard input. Throws a Failure that says what is wrong with it. */
export function readForm(file: string): DecisionForm {
  const parsed = decisionFormSchema.safeParse(parseJson(readText(file), file));
  if (!parsed.success) throw new Failure(`${file} is no form of a decision:\n${z.prettifyError(parsed.error)}`);
  return parsed.data;
}

/** A form with the options added; where both say something, the options do. `questions`: those of the review. */
export function completeForm(form: DecisionForm, options: FormOptions, questions: readonly FormField[]): DecisionForm {
  const conditions = [...(form.conditions ?? []), ...(options.condition ?? [])];
  const deferral = options.deferral ?? form.deferral;
  const typed = Object.entries(options.field ?? {}).map(([name, text]) => {
    const question = questions.find((field) => field.name === name);
    return [name, answerOf(text, question)] as const;
  });
  const fields = { ...form.fields, ...Object.fromEntries(typed) };
  return {
    dispositions: [...form.dispositions, ...(options.disposition ?? [])],
    ...(conditions.length === 0 ? {} : { conditions }),
    ...(deferral === undefined ? {} : { deferral }),
    ...(Object.keys(fields).length === 0 ? {} : { fields }),
  };
}

/** As the question wants it; what does not fit stays text, and the server says what is wrong with it. */
function answerOf(text: string, question: FormField | undefined): Answer {
  if (question?.type === 'number' && text.trim() !== '' && Number.isFinite(Number(text))) return Number(text);
  if (question?.type === 'boolean' && (text === 'true' || text === 'false')) return text === 'true';
  return text;
}

/** `finding=DISPOSITION:reason`; a finding's id may itself hold a colon. */
export function addDisposition(text: string, before: Disposition[] = []): Disposition[] {
  const match = /^(?<finding>[^=]+)=(?<disposition>[A-Z_]+):(?<reason>.+)$/s.exec(text);
  const disposition = dispositions.find((known) => known === match?.groups?.['disposition']);
  const { finding, reason } = match?.groups ?? {};
  if (disposition === undefined || finding === undefined || reason === undefined)
    throw new InvalidArgumentError(`is finding=DISPOSITION:reason with one of ${dispositions.join(', ')}.`);
  return [...before, { finding: finding.trim(), disposition, reason: reason.trim() }];
}

/** `text;owner=…;due=…` and perhaps `;expires=…`; the text may itself hold semicolons. */
export function addCondition(text: string, before: Condition[] = []): Condition[] {
  const match = /^(?<text>.+);\s*owner=(?<owner>[^;]+);\s*due=(?<due>[^;]+?)(;\s*expires=(?<expires>[^;]+))?$/s.exec(
    text,
  );
  const { text: promise, owner, due, expires } = match?.groups ?? {};
  if (promise === undefined || owner === undefined || due === undefined)
    throw new InvalidArgumentError('is text;owner=handle;due=instant, and may end in ;expires=instant.');
  const condition = { text: promise.trim(), owner: owner.trim(), dueAt: due.trim() };
  return [...before, expires === undefined ? condition : { ...condition, expiresAt: expires.trim() }];
}

/** `check@instant`. */
export function deferralOf(text: string): Deferral {
  const { check, countsAt } = /^(?<check>.+)@(?<countsAt>[^@]+)$/.exec(text)?.groups ?? {};
  if (check === undefined || countsAt === undefined)
    throw new InvalidArgumentError('is check@instant, such as completeness@2026-12-07T09:00:00Z.');
  return { check, countsAt };
}

/** `name=value`. */
export function addField(text: string, before: Record<string, string> = {}): Record<string, string> {
  const at = text.indexOf('=');
  if (at < 1) throw new InvalidArgumentError('is name=value.');
  return { ...before, [text.slice(0, at)]: text.slice(at + 1) };
}
