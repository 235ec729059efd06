// Slack's own rules for what we send, as strict schemas: what Slack would refuse is refused here, and what it would drop silently too.
import { z } from 'zod';
import { limits } from './limits.ts';

const plain = (max: number) =>
  z.strictObject({ type: z.literal('plain_text'), text: z.string().min(1).max(max), emoji: z.boolean().optional() });

/** After the documented escapes, `<` only opens a link, a mention or a date, and `&` only an escape. */
const notation = z.string().refine((text) => {
  const rest = text
    .replaceAll(/&(amp|lt|gt);/g, '')
    .replaceAll(/<(https?:\/\/[^<>|\s]+(\|[^<>|]*)?|@[UW][A-Z0-9]+|#C[A-Z0-9]+|!date\^\d+\^[^<>|]+\|[^<>|]+)>/g, '');
  return !/[<>&]/.test(rest);
}, 'holds &, < or > that is not escaped');

const marked = (max: number) =>
  z.strictObject({ type: z.literal('mrkdwn'), text: notation.pipe(z.string().min(1).max(max)), verbatim: z.boolean().optional() }); // prettier-ignore
const text = (max: number) => z.discriminatedUnion('type', [plain(max), marked(max)]);

const blockId = z.string().min(1).max(limits.blockId).optional();
const actionId = z.string().min(1).max(limits.actionId);
const url = z.url({ protocol: /^https?$/ }).max(limits.url);

const option = z.strictObject({
  text: plain(limits.optionText),
  value: z.string().min(1).max(limits.optionValue),
  description: plain(limits.optionText).optional(),
});
const placeholder = plain(limits.placeholder).optional();

const button = z.strictObject({
  type: z.literal('button'),
  text: plain(limits.buttonText),
  action_id: actionId,
  value: z.string().min(1).max(limits.buttonValue).optional(),
  url: url.optional(),
  style: z.enum(['primary', 'danger']).optional(),
  accessibility_label: z.string().max(limits.buttonText).optional(),
});

const select = z.strictObject({
  type: z.literal('static_select'),
  action_id: actionId,
  options: z.array(option).min(1).max(limits.options),
  initial_option: option.optional(),
  placeholder,
});
const radio = z.strictObject({
  type: z.literal('radio_buttons'),
  action_id: actionId,
  options: z.array(option).min(1).max(limits.choices),
  initial_option: option.optional(),
});
const textInput = z.strictObject({
  type: z.literal('plain_text_input'),
  action_id: actionId,
  multiline: z.boolean().optional(),
  min_length: z.int().min(0).max(limits.inputLength).optional(),
  max_length: z.int().min(1).max(limits.inputLength).optional(),
  initial_value: z.string().max(limits.inputLength).optional(),
  placeholder,
});
const numberInput = z.strictObject({
  type: z.literal('number_input'),
  action_id: actionId,
  is_decimal_allowed: z.boolean(),
  min_value: z.string().optional(),
  max_value: z.string().optional(),
  initial_value: z.string().optional(),
  placeholder,
});
const datePicker = z.strictObject({ type: z.literal('datepicker'), action_id: actionId, initial_date: z.iso.date().optional(), placeholder }); // prettier-ignore
const usersSelect = z.strictObject({ type: z.literal('users_select'), action_id: actionId, initial_user: z.string().optional(), placeholder }); // prettier-ignore

const image = z
  .strictObject({
    type: z.literal('image'),
    image_url: url.optional(),
    slack_file: z.strictObject({ id: z.string().min(1) }).optional(),
    alt_text: z.string().min(1).max(limits.imageAlt),
    title: plain(limits.imageAlt).optional(),
    block_id: blockId,
  })
  .refine((block) => (block.image_url === undefined) !== (block.slack_file === undefined), 'has one source');

const block = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('header'), text: plain(limits.header), block_id: blockId }),
  z.strictObject({ type: z.literal('divider'), block_id: blockId }),
  z
    .strictObject({
      type: z.literal('section'),
      text: text(limits.section).optional(),
      fields: z.array(text(limits.field)).min(1).max(limits.fields).optional(),
      accessory: button.optional(),
      block_id: blockId,
    })
    .refine((section) => section.text !== undefined || section.fields !== undefined, 'has a text or fields'),
  z.strictObject({ type: z.literal('context'), elements: z.array(text(limits.contextText)).min(1).max(limits.contextElements), block_id: blockId }), // prettier-ignore
  z.strictObject({ type: z.literal('actions'), elements: z.array(z.discriminatedUnion('type', [button, select])).min(1).max(limits.actions), block_id: blockId }), // prettier-ignore
  z.strictObject({
    type: z.literal('input'),
    label: plain(limits.label),
    element: z.discriminatedUnion('type', [textInput, numberInput, select, radio, datePicker, usersSelect]),
    hint: plain(limits.hint).optional(),
    optional: z.boolean().optional(),
    dispatch_action: z.boolean().optional(),
    block_id: blockId,
  }),
  image,
]);
export type Block = z.infer<typeof block>;

const blocksOf = (max: number) =>
  z.array(block).max(max).superRefine((blocks, ctx) => {
    const ids = new Set<string>();
    blocks.forEach(({ block_id: id, ...rest }, index) => {
      if (id !== undefined && ids.has(id)) ctx.addIssue({ code: 'custom', path: [index, 'block_id'], message: `stands twice: ${id}` }); // prettier-ignore
      if (id !== undefined) ids.add(id);
      if (rest.type !== 'actions') return;
      const actions = rest.elements.map((element) => element.action_id);
      if (new Set(actions).size < actions.length) ctx.addIssue({ code: 'custom', path: [index], message: 'names an action twice' }); // prettier-ignore
    });
  }); // prettier-ignore

export const messageBlocksSchema = blocksOf(limits.messageBlocks).refine(
  (blocks) => blocks.every(({ type }) => type !== 'input'),
  'holds an input, which belongs into a view',
);

const viewBase = {
  blocks: blocksOf(limits.viewBlocks),
  private_metadata: z.string().max(limits.privateMetadata).optional(),
  callback_id: z.string().min(1).max(limits.callbackId).optional(),
  external_id: z.string().max(limits.callbackId).optional(),
};
const modalSchema = z
  .strictObject({
    type: z.literal('modal'),
    title: plain(limits.viewTitle),
    submit: plain(limits.viewTitle).optional(),
    close: plain(limits.viewTitle).optional(),
    clear_on_close: z.boolean().optional(),
    notify_on_close: z.boolean().optional(),
    ...viewBase,
  })
  .refine((view) => view.submit !== undefined || view.blocks.every(({ type }) => type !== 'input'), 'has inputs and no submit'); // prettier-ignore
const homeSchema = z.strictObject({ type: z.literal('home'), ...viewBase });
export const viewSchema = z.discriminatedUnion('type', [modalSchema, homeSchema]);
export type ModalView = z.infer<typeof modalSchema>;
export type HomeView = z.infer<typeof homeSchema>;

export const metadataSchema = z
  .strictObject({
    event_type: z.string().min(1).max(limits.eventType),
    event_payload: z.record(z.string(), z.unknown()),
  })
  .refine((metadata) => Buffer.byteLength(JSON.stringify(metadata)) <= limits.metadataBytes, 'is too large');

/** What Slack would say of it, one sentence a mistake; empty when it would be taken. */
export function problemsOf(schema: z.ZodType, value: unknown): string[] {
  const parsed = schema.safeParse(value);
  return parsed.success ? [] : parsed.error.issues.map(({ path, message }) => `/${path.join('/')} ${message}`);
}
