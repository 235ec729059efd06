// The modal in which a person gives reason, dispositions and answers; and how its state is read back.
import { z } from 'zod';
import { Refused } from '../../domain/errors.ts';
import { dispositions } from '../../domain/evidence.ts';
import { reasonAsks } from '../../domain/reason.ts';
import type { FormField } from '../../domain/review-policy.ts';
import { decideCommandSchema, type DecideCommand } from '../../domain/review.ts';
import { findingName } from '../../domain/finding-name.ts';
import type { Block, ModalView } from './check-blocks.ts';
import type { DecisionQuestion } from './desk.ts';
import { limits } from './limits.ts';
import { referenceOf, readReference, type Reference } from './reference.ts';
import { escaped, marked, plain } from './text.ts';
import { askedOutcomes, outcomeButtons, type AskedOutcome } from './words.ts';

export const DECISION_CALLBACK = 'decision';

const dispositionWords: Record<(typeof dispositions)[number], string> = {
  ACCEPTED: 'Accepted as it is',
  MITIGATED: 'Mitigated',
  RESTRICTED: 'Use is restricted',
  NOT_APPLICABLE: 'Does not apply',
};

/** Whether one press may decide, because nothing has to be said. */
export const needsModal = (question: DecisionQuestion, outcome: AskedOutcome): boolean =>
  outcome !== 'APPROVED' || question.isReasonRequired || question.findings.length > 0 || question.form.length > 0;

export function renderDecisionModal(question: DecisionQuestion, outcome: AskedOutcome, seen: Reference): ModalView {
  return {
    type: 'modal',
    callback_id: DECISION_CALLBACK,
    private_metadata: JSON.stringify({ seen: referenceOf(seen), outcome }),
    title: plain(outcomeButtons[outcome], limits.viewTitle),
    submit: plain(outcomeButtons[outcome], limits.viewTitle),
    close: plain('Cancel', limits.viewTitle),
    blocks: [
      { type: 'section', text: plain(question.question, limits.section) },
      {
        type: 'context',
        elements: [marked(`${escaped(question.model, 300)} ${escaped(question.version, 100)} · <${question.url}|the review's page>`)],
      },
      ...question.findings.flatMap(dispositionBlocks),
      ...question.form.map(fieldBlock),
      {
        type: 'input',
        block_id: 'reason',
        label: plain('Reason', limits.label),
        hint: plain(`Say ${reasonAsks[outcome]}. An auditor reads it years later.`, limits.hint),
        optional: !question.isReasonRequired,
        element: { type: 'plain_text_input', action_id: 'reason', multiline: true, max_length: limits.inputLength },
      },
    ],
  }; // prettier-ignore
}

function dispositionBlocks(finding: DecisionQuestion['findings'][number], index: number): Block[] {
  return [
    { type: 'context', elements: [plain(finding.message, 1_000)] },
    {
      type: 'input',
      block_id: `disposition:${index}`,
      label: plain(findingName(finding), 300),
      element: {
        type: 'static_select',
        action_id: 'disposition',
        placeholder: plain('What becomes of it?', limits.placeholder),
        options: dispositions.map((value) => ({ text: plain(dispositionWords[value], limits.optionText), value })),
      },
    },
    {
      type: 'input',
      block_id: `why:${index}`,
      label: plain('Why', limits.label),
      element: { type: 'plain_text_input', action_id: 'why', multiline: true, max_length: 1_000 },
    },
  ];
}

function fieldBlock(field: FormField): Block {
  const isConditional = field.when?.field !== undefined;
  return {
    type: 'input',
    block_id: `field:${field.name}`,
    label: plain(field.label, limits.label),
    optional: !field.required || isConditional,
    ...(isConditional ? { hint: plain(`Only when ${field.when?.field} is ${field.when?.equals}.`, limits.hint) } : {}),
    element: elementOf(field),
  };
}

const options = (names: readonly string[]) =>
  names.map((name, index) => ({ text: plain(name, limits.optionText), value: String(index) }));

function elementOf(field: FormField): Extract<Block, { type: 'input' }>['element'] {
  const action_id = 'answer';
  switch (field.type) {
    case 'text':
      return { type: 'plain_text_input', action_id, multiline: true, max_length: Math.min(field.maxLength, limits.inputLength) }; // prettier-ignore
    case 'number':
      return {
        type: 'number_input',
        action_id,
        is_decimal_allowed: true,
        ...(field.minimum === undefined ? {} : { min_value: String(field.minimum) }),
        ...(field.maximum === undefined ? {} : { max_value: String(field.maximum) }),
      };
    case 'boolean':
      return { type: 'radio_buttons', action_id, options: options(['Yes', 'No']) };
    case 'date':
      return { type: 'datepicker', action_id };
    case 'choice':
      return { type: 'static_select', action_id, options: options(field.options) };
  }
}

const metadataSchema = z.strictObject({ seen: z.string(), outcome: z.enum(askedOutcomes) });

/** What the modal was about; undefined for metadata that is not ours. */
export function readMetadata(text: unknown): { seen: Reference; outcome: AskedOutcome } | undefined {
  if (typeof text !== 'string') return undefined;
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  const parsed = metadataSchema.safeParse(value);
  const seen = parsed.success ? readReference(parsed.data.seen) : undefined;
  return parsed.success && seen ? { seen, outcome: parsed.data.outcome } : undefined;
}

const answerSchema = z.looseObject({
  value: z.string().nullish(),
  selected_date: z.string().nullish(),
  selected_option: z.looseObject({ value: z.string() }).nullish(),
});
const stateSchema = z.record(z.string(), z.record(z.string(), answerSchema));

/** The command that the modal's state makes; undefined when the state is of another shape. Throws INVALID where an answer is too long or no text. */
export function readDecision(
  values: unknown,
  question: DecisionQuestion,
  { seen, outcome }: { seen: Reference; outcome: AskedOutcome },
): DecideCommand | undefined {
  const parsed = stateSchema.safeParse(values ?? {});
  if (!parsed.success) return undefined;
  const answers = new Map(Object.entries(parsed.data).map(([block, actions]) => [block, Object.values(actions)[0]]));
  const fields = fieldsOf(question.form, (name) => answers.get(`field:${name}`));
  const command = decideCommandSchema.safeParse({
    outcome,
    reason: answers.get('reason')?.value ?? '',
    revision: seen.revision,
    evidenceDigest: seen.evidenceDigest,
    form: {
      dispositions: question.findings.flatMap(({ id }, index) => {
        const disposition = dispositions.find((one) => one === answers.get(`disposition:${index}`)?.selected_option?.value); // prettier-ignore
        return disposition === undefined
          ? []
          : [{ finding: id, disposition, reason: answers.get(`why:${index}`)?.value ?? '' }];
      }),
      ...(Object.keys(fields).length === 0 ? {} : { fields }),
    },
  });
  if (command.success) return command.data;
  throw new Refused('INVALID', 'Some of what was written cannot be kept. Nothing was recorded.', {
    errors: command.error.issues.map(({ path, message }) => ({ pointer: `/${path.join('/')}`, message })),
  });
}

type Answer = z.infer<typeof answerSchema>;

function fieldsOf(form: readonly FormField[], answerTo: (name: string) => Answer | undefined) {
  const fields: Record<string, string | number | boolean> = {};
  for (const field of form) {
    const value = valueOf(field, answerTo(field.name));
    const isMeant = field.when?.field === undefined || fields[field.when.field] === field.when.equals;
    if (value !== undefined && isMeant) fields[field.name] = value;
  }
  return fields;
}

function valueOf(field: FormField, answer: Answer | undefined): string | number | boolean | undefined {
  const chosen = answer?.selected_option?.value;
  switch (field.type) {
    case 'text':
      return answer?.value ?? undefined;
    case 'number':
      return (answer?.value ?? '').trim() === '' ? undefined : Number(answer?.value);
    case 'boolean':
      return chosen === undefined ? undefined : chosen === '0';
    case 'date':
      return answer?.selected_date ?? undefined;
    case 'choice':
      return chosen === undefined ? undefined : field.options[Number(chosen)];
  }
}

/** The mistakes of a submission by the block that each belongs to; undefined when none belongs to any. */
export function errorsByBlock(
  errors: readonly { pointer: string; message: string }[],
  question: DecisionQuestion,
): Record<string, string> | undefined {
  const byBlock: Record<string, string> = {};
  for (const { pointer, message } of errors) {
    const index = question.findings.findIndex(({ id }) => id === pointer);
    const given = /^\/form\/dispositions\/(\d+)/.exec(pointer)?.[1];
    const field = /^\/form\/fields\/([^/]+)/.exec(pointer)?.[1];
    if (pointer === '/reason') byBlock.reason = message;
    else if (index >= 0) byBlock[`why:${index}`] = 'Answer for this finding, with a reason.';
    else if (given !== undefined && question.findings[Number(given)]) byBlock[`why:${given}`] = message;
    else if (field !== undefined && question.form.some(({ name }) => name === field)) byBlock[`field:${field}`] = message; // prettier-ignore
  }
  return Object.keys(byBlock).length === 0 ? undefined : byBlock;
}

/** A modal that only says something. */
export const renderWord = (title: string, word: string, url?: string): ModalView => ({
  type: 'modal',
  title: plain(title, limits.viewTitle),
  close: plain('Close', limits.viewTitle),
  blocks: [
    { type: 'section', text: plain(word, limits.section) },
    ...(url === undefined ? [] : [{ type: 'context' as const, elements: [marked(`<${url}|Open the review>`)] }]),
  ],
});
