import { askedFields } from '../../domain/decision-form.ts';
import { decisionOutcomes } from '../../domain/review.ts';
import type { FormField } from '../../domain/review-policy.ts';
import { FieldError } from './field-error.tsx';
import type { FormState } from './form-state.ts';

/**
 * Questions of the policy. Those of an outcome show with it by the style sheet alone; one that hangs on another answer shows by the script,
 * or without one when the form comes back asking for it.
 */
export function PolicyQuestions({ questions, form }: { questions: readonly FormField[]; form: FormState }) {
  if (questions.length === 0) return <></>;
  const outcome = decisionOutcomes.find((word) => word === form.outcome);
  const answers = Object.fromEntries(
    [...form.answers].map(([name, text]) => [name, typedAnswer(questions, name, text)]),
  );
  const asked = new Set(outcome ? askedFields(questions, outcome, answers).map(({ name }) => name) : []);
  return (
    <div class="space-y-3" data-questions>
      {questions.map((field) => {
        const { when } = field;
        const isHanging = when?.field !== undefined;
        return (
          <div data-when={when?.outcome ?? 'none APPROVED CHANGES_REQUESTED REJECTED'}>
            <div
              class="space-y-1.5"
              {...(isHanging
                ? {
                    'data-asked-by': when.field,
                    ...(when.equals === undefined ? {} : { 'data-asked-if': answerText(when.equals) }),
                    hidden: !asked.has(field.name),
                  }
                : {})}
            >
              <Question field={field} form={form} />
            </div>
          </div>
        );
      })}
    </div>
  );
}

const answerText = (value: string | number | boolean): string =>
  typeof value === 'boolean' ? (value ? 'yes' : 'no') : String(value);

function typedAnswer(questions: readonly FormField[], name: string, text: string): string | number | boolean {
  const type = questions.find((field) => field.name === name)?.type;
  if (text !== '' && type === 'number') return Number(text);
  return text !== '' && type === 'boolean' ? text === 'yes' : text;
}

function Question({ field, form }: { field: FormField; form: FormState }) {
  const id = `field-${field.name}`;
  const error = form.errors.get(`field.${field.name}`);
  const value = form.answers.get(field.name) ?? '';
  const shared = {
    id,
    name: `field.${field.name}`,
    'aria-describedby': `${id}-error`,
    ...(error ? { 'aria-invalid': 'true' as const } : {}),
  };
  return (
    <>
      <label class="label" for={id}>
        {field.label}
        {!field.required && <span class="text-muted-foreground font-normal"> · optional</span>}
      </label>
      {field.type === 'text' && field.maxLength > 200 ? (
        <textarea class="textarea" rows={2} maxlength={field.maxLength} {...shared}>
          {value}
        </textarea>
      ) : field.type === 'boolean' || field.type === 'choice' ? (
        <select class="select w-full" {...shared}>
          <option value="">Choose an answer</option>
          {optionsOf(field).map(([option, label]) => (
            <option value={option} selected={option === value}>
              {label}
            </option>
          ))}
        </select>
      ) : (
        <input
          class="input"
          value={value}
          autocomplete="off"
          {...(field.type === 'number' ? { type: 'number', step: 'any', min: field.minimum, max: field.maximum } : {})}
          {...(field.type === 'date' ? { type: 'date' } : {})}
          {...(field.type === 'text' ? { type: 'text', maxlength: field.maxLength } : {})}
          {...shared}
        />
      )}
      <FieldError id={`${id}-error`} message={error} />
    </>
  );
}

const optionsOf = (field: Extract<FormField, { type: 'boolean' | 'choice' }>): [string, string][] =>
  field.type === 'boolean'
    ? [
        ['yes', 'Yes'],
        ['no', 'No'],
      ]
    : field.options.map((option) => [option, option]);
