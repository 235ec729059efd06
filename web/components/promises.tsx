import type { PersonName } from '../services.ts';
import { FieldError } from './field-error.tsx';
import { conditionRows, type FormState } from './form-state.ts';
import { Fold } from './parts.tsx';

export interface PromisesProps {
  form: FormState;
  /** Who can promise something. */
  people: readonly PersonName[];
  /** Checks of the policy that an approval can hang on. */
  checks: readonly { id: string; title: string }[];
}

/** What an approval may hang on, folded away: conditions that somebody keeps, or a check that must still hold on a day. */
export function Promises({ form, people, checks }: PromisesProps) {
  const hasConditions = form.conditions.some(({ text, dueAt }) => text !== '' || dueAt !== '');
  const isDeferred = form.deferral.check !== '' || form.errors.has('deferral');
  return (
    <div class="space-y-1.5" data-when="APPROVED">
      <div class="space-y-1.5">
        <Fold label="Approve on conditions" open={hasConditions}>
          <div class="space-y-3 pt-2">
            <p class="text-muted-foreground text-xs leading-relaxed">
              The approval counts. A condition that its owner has not called done when it expires brings people back to
              the question.
            </p>
            <ConditionRow index={0} form={form} people={people} />
          </div>
        </Fold>
        {checks.length > 0 && (
          <Fold label="Count it only if a check still holds later" open={isDeferred}>
            <Deferral form={form} checks={checks} />
          </Fold>
        )}
      </div>
    </div>
  );
}

function ConditionRow({ index, form, people }: { index: number; form: FormState; people: readonly PersonName[] }) {
  const draft = form.conditions[index] ?? { text: '', owner: '', dueAt: '', expiresAt: '' };
  const next = form.conditions[index + 1];
  const id = `condition-${index}`;
  const name = (field: string) => `condition.${index}.${field}`;
  const error = form.errors.get(`condition.${index}`);
  return (
    <>
      <fieldset class="space-y-2" aria-describedby={`${id}-error`}>
        <legend class="label">{index === 0 ? 'Provided that' : `And that (${index + 1})`}</legend>
        <textarea
          class="textarea"
          name={name('text')}
          rows={2}
          maxlength={1000}
          aria-label={`Condition ${index + 1}`}
          placeholder="Drift monitoring is set up for both groups"
          aria-invalid={error ? 'true' : undefined}
        >
          {draft.text}
        </textarea>
        <select class="select w-full" name={name('owner')} aria-label={`Who sees to condition ${index + 1}`}>
          <option value="">Who sees to it</option>
          {people.map((person) => (
            <option value={person.handle} selected={person.handle === draft.owner}>
              {person.name}
            </option>
          ))}
        </select>
        <div class="grid grid-cols-2 gap-2">
          <label class="space-y-1">
            <span class="text-muted-foreground text-xs">Due on</span>
            <input class="input" type="date" name={name('dueAt')} value={draft.dueAt} />
          </label>
          <label class="space-y-1">
            <span class="text-muted-foreground text-xs">Expires, if later</span>
            <input class="input" type="date" name={name('expiresAt')} value={draft.expiresAt} />
          </label>
        </div>
        <FieldError id={`${id}-error`} message={error} />
      </fieldset>
      {index + 1 < conditionRows && (
        <Fold label="Another condition" open={next !== undefined && next.text !== ''}>
          <div class="space-y-3 pt-2">
            <ConditionRow index={index + 1} form={form} people={people} />
          </div>
        </Fold>
      )}
    </>
  );
}

function Deferral({ form, checks }: Pick<PromisesProps, 'form' | 'checks'>) {
  return (
    <div class="space-y-2 pt-2">
      <p class="text-muted-foreground text-xs leading-relaxed">
        Nothing counts yet. At the instant that you choose the check is run on what we know then: if it holds, your
        approval counts; if not, it lapses and you are asked again.
      </p>
      <select class="select w-full" name="deferral.check" aria-label="Check that must still hold">
        <option value="">Which check</option>
        {checks.map(({ id, title }) => (
          <option value={id} selected={id === form.deferral.check}>
            {title}
          </option>
        ))}
      </select>
      <label class="block space-y-1">
        <span class="text-muted-foreground text-xs">Looked at on (UTC)</span>
        <input class="input" type="datetime-local" name="deferral.countsAt" value={form.deferral.countsAt} />
      </label>
      <FieldError id="deferral-error" message={form.errors.get('deferral')} />
    </div>
  );
}
