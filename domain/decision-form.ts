// Questions of a policy beside outcome and reason: which are asked, and what is wrong with the answers.
import type { FieldError } from './errors.ts';
import type { FormField } from './review-policy.ts';
import type { DecisionOutcome } from './review.ts';

export type FormAnswers = Readonly<Record<string, string | number | boolean>>;

/** The questions that this outcome and these answers lead to. An abstention is asked only what is meant for it. */
export function askedFields(
  form: readonly FormField[],
  outcome: DecisionOutcome,
  answers: FormAnswers,
): readonly FormField[] {
  const asked: FormField[] = [];
  for (const field of form) {
    const { when } = field;
    if (when?.outcome === undefined ? outcome === 'ABSTAINED' : when.outcome !== outcome) continue;
    if (when?.field !== undefined) {
      const isAsked = asked.some(({ name }) => name === when.field);
      const answer = Object.hasOwn(answers, when.field) ? answers[when.field] : undefined;
      const holds = when.equals === undefined ? !isEmpty(answer) : answer === when.equals;
      if (!isAsked || !holds) continue;
    }
    asked.push(field);
  }
  return asked;
}

/** Each answer that is missing, wrong or not asked for, with its pointer. */
export function formProblems(form: readonly FormField[], outcome: DecisionOutcome, answers: FormAnswers): FieldError[] {
  const asked = askedFields(form, outcome, answers);
  const unasked = Object.keys(answers).filter((name) => !asked.some((field) => field.name === name));
  return [
    ...asked.flatMap((field) => {
      const message = answerProblem(field, Object.hasOwn(answers, field.name) ? answers[field.name] : undefined);
      return message === undefined ? [] : [{ pointer: `/form/fields/${field.name}`, message }];
    }),
    ...unasked.map((name) => ({
      pointer: `/form/fields/${name.replaceAll('~', '~0').replaceAll('/', '~1')}`,
      message: 'is not asked here',
    })),
  ];
}

const isEmpty = (answer: FormAnswers[string] | undefined): boolean =>
  answer === undefined || (typeof answer === 'string' && answer.trim() === '');

function answerProblem(field: FormField, answer: FormAnswers[string] | undefined): string | undefined {
  if (isEmpty(answer)) return field.required ? 'is required' : undefined;
  switch (field.type) {
    case 'text':
      if (typeof answer !== 'string') return 'is no text';
      return answer.length > field.maxLength ? `has more than ${field.maxLength} characters` : undefined;
    case 'number':
      if (typeof answer !== 'number' || !Number.isFinite(answer)) return 'is no number';
      if (field.minimum !== undefined && answer < field.minimum) return `is less than ${field.minimum}`;
      return field.maximum !== undefined && answer > field.maximum ? `is more than ${field.maximum}` : undefined;
    case 'boolean':
      return typeof answer === 'boolean' ? undefined : 'is neither true nor false';
    case 'date':
      return typeof answer === 'string' && isDate(answer) ? undefined : 'is no date such as 2026-11-21';
    case 'choice':
      return typeof answer === 'string' && field.options.includes(answer)
        ? undefined
        : `is none of ${field.options.join(', ')}`;
  }
}

const isDate = (text: string): boolean =>
  /^\d{4}-\d\d-\d\d$/.test(text) && new Date(`${text}T00:00:00Z`).toJSON()?.slice(0, 10) === text;

/** What is wrong with a form as a policy spells it: index of the field and words. */
export function formMistakes(form: readonly FormField[]): { index: number; message: string }[] {
  return form.flatMap(({ name, when }, index) => {
    const before = form.slice(0, index).map((field) => field.name);
    if (before.includes(name)) return [{ index, message: `is used twice: ${name}` }];
    if (when?.field !== undefined && !before.includes(when.field))
      return [{ index, message: `depends on ${when.field}, which is no earlier field` }];
    return when?.equals !== undefined && when.field === undefined
      ? [{ index, message: 'compares with a value, but names no field' }]
      : [];
  });
}
