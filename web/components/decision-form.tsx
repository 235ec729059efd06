import type { ReviewView } from '../../api/schemas/views.ts';
import { dispositions, type Finding } from '../../domain/evidence.ts';
import { leastAssurance, meanings } from '../../domain/assurance.ts';
import type { ReasonRule } from '../../domain/policy.ts';
import type { DecisionOutcome } from '../../domain/review.ts';
import { findingName } from '../../domain/finding-name.ts';
import { dispositionWords } from '../words/names.ts';
import { deferredApproval } from '../words/next-steps.ts';
import { countOf } from '../words/numbers.ts';
import { FieldError } from './field-error.tsx';
import { findingAnchor } from './finding-list.tsx';
import type { FormState } from './form-state.ts';
import { Notice } from './parts.tsx';
import { PolicyQuestions } from './policy-questions.tsx';
import { Promises, type PromisesProps } from './promises.tsx';
import { VerdictMark } from './verdict-mark.tsx';

export interface DecisionFormProps {
  review: ReviewView;
  /** undefined where the policy could not be read; the server holds people to it all the same. */
  reasonRule: ReasonRule | undefined;
  nextSteps: Record<DecisionOutcome, string>;
  form: FormState;
  idempotencyKey: string;
  /** Reviews marked to be read after this one. */
  queue: readonly string[];
  /** @default the decisions of the review, for whoever is signed in */
  action?: string;
  /** More fields that are sent along. */
  hidden?: Readonly<Record<string, string>>;
  /** Those that may be chosen. @default all */
  outcomes?: readonly DecisionOutcome[];
  /** What an approval may hang on; nothing when absent. */
  promises?: Omit<PromisesProps, 'form'>;
  /** Printed name of whoever signs, where an outcome asks for a signature. */
  signer?: string;
}

const choices: { outcome: DecisionOutcome; label: string; key?: string; button: string }[] = [
  { outcome: 'APPROVED', label: 'Approve', key: 'a', button: 'Approve with this reason' },
  { outcome: 'CHANGES_REQUESTED', label: 'Request changes', key: 'c', button: 'Request changes with this reason' },
  { outcome: 'REJECTED', label: 'Reject', key: 'r', button: 'Reject with this reason' },
  { outcome: 'ABSTAINED', label: 'Abstain', button: 'Abstain with this reason' },
];

export function DecisionForm(props: DecisionFormProps) {
  const { review, reasonRule, nextSteps, form, idempotencyKey, queue, hidden = {}, outcomes } = props;
  const { errors } = form;
  const offered = choices.filter(({ outcome }) => outcomes?.includes(outcome) ?? true);
  return (
    <form
      method="post"
      action={props.action ?? `/reviews/${encodeURIComponent(review.id)}/decisions`}
      data-decision-form
      novalidate={form.problem !== undefined}
    >
      <input type="hidden" name="revision" value={review.revision} />
      <input type="hidden" name="evidenceDigest" value={review.evidenceDigest} />
      <input type="hidden" name="idempotencyKey" value={idempotencyKey} />
      {Object.entries(hidden).map(([name, value]) => (
        <input type="hidden" name={name} value={value} />
      ))}
      {queue.map((id) => (
        <input type="hidden" name="queue" value={id} />
      ))}
      <div class="space-y-4 px-4 pb-3">
        {form.problem && (
          <div class="border-fail rounded-md border px-3 py-2.5">
            <Notice look="fail" title={form.problem.title} alert>
              {form.problem.detail}
            </Notice>
          </div>
        )}
        <fieldset aria-describedby={errors.has('outcome') ? 'outcome-error' : undefined}>
          <legend class="sr-only">Outcome</legend>
          <div class="space-y-1.5">
            {offered.map(({ outcome, label, key }) => (
              <label
                class={`choice hover:bg-muted/60 flex cursor-pointer items-center gap-2.5 rounded-md border px-3 py-1.5 ${outcome === 'ABSTAINED' ? 'border-dashed' : ''}`}
              >
                <input
                  class="input"
                  type="radio"
                  name="outcome"
                  value={outcome}
                  checked={form.outcome === outcome}
                  required
                  {...(key ? { 'data-key': key, 'aria-keyshortcuts': key.toUpperCase() } : {})}
                />
                <span class="font-medium">{label}</span>
                {key && (
                  <kbd class="kbd ms-auto" aria-hidden="true" data-shortcut-hint hidden>
                    {key.toUpperCase()}
                  </kbd>
                )}
              </label>
            ))}
          </div>
          <FieldError id="outcome-error" message={errors.get('outcome')} />
        </fieldset>

        {review.findingsToAnswer.length > 0 && offered.some(({ outcome }) => outcome === 'APPROVED') && (
          <div data-when="none APPROVED">
            <fieldset class="space-y-3">
              <legend class="text-muted-foreground pb-1 text-[0.8125rem]">
                To approve, answer for{' '}
                {review.findingsToAnswer.length === 1
                  ? 'this finding'
                  : `each of ${countOf(review.findingsToAnswer.length, 'finding')}`}
                :
              </legend>
              {review.findingsToAnswer.map((finding, index) => (
                <Disposition finding={finding} index={index} form={form} />
              ))}
            </fieldset>
          </div>
        )}

        <PolicyQuestions questions={review.form} form={form} />

        <div class="space-y-1.5">
          <label class="label" for="reason">
            Reason
            {reasonRule?.required !== 'always' && (
              <span class="text-muted-foreground font-normal">
                {reasonRule?.required === 'onReject' ? ' · optional when you approve' : ' · optional'}
              </span>
            )}
          </label>
          <textarea
            class="textarea"
            id="reason"
            name="reason"
            rows={3}
            maxlength={4000}
            placeholder="What you looked at, and why you answer so"
            aria-describedby="reason-hint reason-error"
            aria-invalid={errors.has('reason') ? 'true' : undefined}
            required={reasonRule?.required === 'always'}
          >
            {form.reason}
          </textarea>
          {reasonRule && reasonRule.required !== 'optional' && (
            <p class="text-muted-foreground text-xs" id="reason-hint">
              At least {reasonRule.minimumLength} letters or digits
              {reasonRule.unlikeLast > 0 &&
                `, unlike your last ${reasonRule.unlikeLast === 1 ? 'one' : reasonRule.unlikeLast}`}
              . It stays in the journal.
            </p>
          )}
          <FieldError id="reason-error" message={errors.get('reason')} />
        </div>
        {props.promises && <Promises {...props.promises} form={form} />}
      </div>

      <div class="bg-card bottom-0 space-y-3 lg:sticky rounded-b-lg border-t px-4 py-3.5">
        <div class="text-muted-foreground text-[0.8125rem] leading-relaxed" aria-live="polite">
          <p data-when="none">Choose an outcome to read what it sets in motion.</p>
          {offered.map(({ outcome }) => (
            <p data-when={outcome}>
              {outcome === 'APPROVED' && props.promises ? (
                <>
                  <span data-deferred="no">{nextSteps[outcome]}</span>
                  <span data-deferred="yes">{deferredApproval}</span>
                </>
              ) : (
                nextSteps[outcome]
              )}
              {props.signer !== undefined && leastAssurance(review.assurance, outcome) === 'webStepUp' && (
                <>
                  {' '}
                  You will sign as <span class="text-foreground font-medium">{props.signer}</span>: {meanings[outcome]}.
                </>
              )}
            </p>
          ))}
        </div>
        <button class="btn w-full" data-size="lg">
          <span data-when="none">Record my decision</span>
          {offered.map(({ outcome, button }) => (
            <span data-when={outcome}>{button}</span>
          ))}
        </button>
      </div>
    </form>
  );
}

function Disposition({ finding, index, form }: { finding: Finding; index: number; form: FormState }) {
  const given = form.dispositions.get(finding.id);
  const error = form.errors.get(finding.id);
  const id = `disposition-${index}`;
  return (
    <div class="space-y-1.5">
      <input type="hidden" name={`finding.${index}`} value={finding.id} />
      <div class="flex items-start gap-1.5">
        <VerdictMark verdict={finding.verdict} class="mt-[3px] size-3.5" />
        <label class="label min-w-0 break-words" for={id}>
          {findingName(finding)}
        </label>
        <a
          href={`#${findingAnchor(finding)}`}
          class="text-muted-foreground hover:text-foreground ms-auto text-xs underline underline-offset-2"
          aria-label={`Read the finding: ${findingName(finding)}`}
        >
          read
        </a>
      </div>
      <select
        class="select w-full"
        id={id}
        name={`disposition.${index}`}
        aria-invalid={error ? 'true' : undefined}
        aria-describedby={`${id}-error`}
      >
        <option value="">Choose an answer</option>
        {dispositions.map((disposition) => (
          <option value={disposition} selected={given?.disposition === disposition}>
            {dispositionWords[disposition]}
          </option>
        ))}
      </select>
      <input
        class="input"
        type="text"
        name={`dispositionReason.${index}`}
        value={given?.reason ?? ''}
        maxlength={4000}
        placeholder="Because …"
        aria-label={`Why: ${findingName(finding)}`}
        aria-invalid={error ? 'true' : undefined}
        aria-describedby={`${id}-error`}
        autocomplete="off"
      />
      <FieldError id={`${id}-error`} message={error} />
    </div>
  );
}
