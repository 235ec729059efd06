// The least that a payload of Slack must hold before Bolt and our listeners read it; what else stands in it is kept.
import { z } from 'zod';
import { Refused } from '../../domain/errors.ts';

export type Payload = Record<string, unknown>;

const idSchema = z.string().min(1);
const userSchema = z.looseObject({ id: idSchema });
const whoOrWhere = z.union([z.string(), z.looseObject({})]).optional();

const eventSchema = z.looseObject({
  event: z.looseObject({ type: z.string(), user: whoOrWhere, channel: whoOrWhere }),
  authorizations: z.array(z.looseObject({})).optional(),
});
const commandSchema = z.looseObject({ command: z.string(), user_id: idSchema, text: z.string().default('') });
const actionsSchema = z.looseObject({
  user: userSchema,
  actions: z.array(z.looseObject({ action_id: z.string() })).min(1),
});
const viewSchema = z.looseObject({ user: userSchema, view: z.looseObject({}) });
const interactionSchema = z.looseObject({ user: userSchema });

/** By `type`, for all that neither carry an event nor a command. */
const schemas = new Map<unknown, z.ZodType<Payload>>([
  ['event_callback', eventSchema],
  ['block_actions', actionsSchema],
  ['view_submission', viewSchema],
  ['view_closed', viewSchema],
  ...['block_suggestion', 'dialog_submission', 'interactive_message', 'message_action', 'shortcut'].map(
    (type) => [type, interactionSchema] as const,
  ),
]);

/** Throws MALFORMED_JSON for what Slack never sends, NOT_FOUND for steps of Slack's own workflows. A payload of a type that is not known here is answered as it is. */
export function checkPayload(payload: Payload): Payload {
  const schema = schemaFor(payload);
  if (!schema) return payload;
  const parsed = schema.safeParse(payload);
  if (!parsed.success) throw new Refused('MALFORMED_JSON', 'The payload is none that Slack sends.');
  const { event } = parsed.data as { event?: { type?: unknown } };
  // Bolt takes its parts for granted, and no step of ours runs in a workflow of Slack.
  if (event?.type === 'function_executed') throw new Refused('NOT_FOUND', 'Nothing here answers this.');
  return parsed.data;
}

function schemaFor(payload: Payload): z.ZodType<Payload> | undefined {
  if ('event' in payload) return eventSchema;
  if ('command' in payload) return commandSchema;
  if ('actions' in payload && payload.type !== 'interactive_message') return actionsSchema;
  return schemas.get(payload.type);
}
