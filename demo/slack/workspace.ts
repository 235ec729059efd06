// What people do in the demo's Slack: each press, modal and command becomes the signed request that Slack would post.
import { randomBytes } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { z } from 'zod';
import { viewSchema } from '../../channels/slack/check-blocks.ts';
import { signatureOf } from '../../channels/slack/signature.ts';
import type { Screen, ScreenMessage, SlackWorkspace } from '../../api/services/slack-workspace.ts';
import { demoPeople } from '../people.ts';
import { createSlackApi } from './api.ts';
import { methods, newHash, viewAsSlack, type World } from './methods.ts';
import { bot, channel, team } from './settings.ts';
import { openStore, type KeptMessage, type KeptView } from './store.ts';

export interface SlackDoubleOptions {
  home: string;
  now: () => Date;
  publicUrl: string;
  /** Where the server reaches itself. */
  ownUrl: string;
  token: string;
  signingSecret: string;
  /** Posts to `/slack/events`. @default by HTTP */
  post?: (body: string, headers: Record<string, string>) => Promise<Response>;
}

type Payload = Record<string, unknown>;
type Element = { type: string; action_id: string; value?: string; text?: unknown; style?: string };

/** How long a page waits for what its press brings about. */
const PATIENCE_MS = 2_000;
const CARD_CHANGES_WITHIN_MS = 600;

export function createSlackDouble(options: SlackDoubleOptions) {
  const store = openStore(options.home);
  const { state } = store;
  const names = new Map(demoPeople.map(({ slackUserId, name }) => [slackUserId, name]));
  const world: World = { ...options, store, people: names, triggers: new Map() };

  const post =
    options.post ??
    ((body: string, headers: Record<string, string>) =>
      fetch(`${options.ownUrl}/slack/events`, { method: 'POST', body, headers, signal: AbortSignal.timeout(10_000) }));

  const newTrigger = (user: string): string => {
    const trigger = `${Date.now()}.${randomBytes(6).toString('hex')}`;
    world.triggers.set(trigger, { user, spent: false });
    const [oldest] = world.triggers.keys();
    if (world.triggers.size > 1_000 && oldest !== undefined) world.triggers.delete(oldest);
    return trigger;
  };

  const send = async (body: string, contentType: string): Promise<Payload> => {
    const timestamp = String(Math.floor(options.now().getTime() / 1_000));
    const signature = signatureOf(options.signingSecret, timestamp, Buffer.from(body));
    const answer = await post(body, {
      'content-type': contentType,
      'x-slack-request-timestamp': timestamp,
      'x-slack-signature': signature,
    });
    const text = await answer.text();
    if (!answer.ok) throw new Error(`The request of the demo's Slack was answered ${answer.status}`);
    return text === '' ? {} : (z.record(z.string(), z.unknown()).safeParse(JSON.parse(text)).data ?? {});
  };
  const sendForm = (fields: Record<string, string>) => send(new URLSearchParams(fields).toString(), 'application/x-www-form-urlencoded'); // prettier-ignore
  const sendPayload = (payload: Payload) => sendForm({ payload: JSON.stringify(payload) });

  /** What a person would notice: their modal, their Home, notes to them, and the message that they pressed on. */
  const noticedBy = (user: string, pressed?: KeptMessage): string =>
    JSON.stringify([
      modalOf(user)?.hash,
      homeOf(user)?.hash,
      state.messages.filter(({ onlyFor }) => onlyFor === user).length,
      pressed?.blocks,
    ]);

  /** Posts, and waits a little until the person would notice that something came of it. */
  const settled = async (user: string, work: () => Promise<unknown>, pressed?: KeptMessage): Promise<void> => {
    const before = noticedBy(user, pressed);
    await work();
    for (let waited = 0; waited < PATIENCE_MS && noticedBy(user, pressed) === before; waited += 25) await delay(25);
  };

  const userOf = (id: string) => ({ id, username: names.get(id) ?? id, name: names.get(id) ?? id, team_id: team.id });
  const base = (user: string, trigger: string) => ({
    team,
    user: userOf(user),
    api_app_id: bot.appId,
    token: 'demo',
    trigger_id: trigger,
    enterprise: null,
    is_enterprise_install: false,
  });

  const conversationOf = (user: string, place: string): string | undefined => {
    if (place === channel.id) return channel.id;
    if (place !== 'dm') return undefined;
    methods['conversations.open']?.(world, { users: user });
    return state.direct[user];
  };

  const tellPrivately = (user: string, conversation: string, answer: Payload) => {
    const shown = z.looseObject({ text: z.string().default(''), blocks: z.array(z.record(z.string(), z.unknown())).default([]) }).safeParse(answer); // prettier-ignore
    if (shown.success && (shown.data.text !== '' || shown.data.blocks.length > 0))
      methods['chat.postEphemeral']?.(world, { channel: conversation, user, ...shown.data });
  };

  const elementAt = (blocks: unknown, block: number, element: number): { element: Element; blockId: string } | undefined => {
    const list = Array.isArray(blocks) ? (blocks as Payload[]) : [];
    const found = list[block];
    const elements = found?.type === 'actions' ? (found.elements as Element[]) : [found?.accessory as Element];
    const pressed = elements[element];
    return pressed && { element: pressed, blockId: typeof found?.block_id === 'string' ? found.block_id : `b${block}` };
  }; // prettier-ignore

  const modalOf = (user: string) =>
    state.views.findLast(({ user: owner, isOpen, view }) => owner === user && isOpen && view.type === 'modal');
  const homeOf = (user: string) =>
    state.views.findLast(({ user: owner, view }) => owner === user && view.type === 'home');

  const workspace: SlackWorkspace = {
    people: demoPeople.filter(({ type }) => type === 'user').map(({ slackUserId, name }) => ({ userId: slackUserId, name })), // prettier-ignore
    channel,

    everything: () => {
      const owners = new Map(Object.entries(state.direct).map(([user, conversation]) => [conversation, user]));
      return {
        items: state.messages.map(({ channel: where, ts, threadTs, text, blocks, onlyFor }) => ({
          channel: where,
          ts,
          threadTs,
          user: onlyFor ?? owners.get(where) ?? bot.userId,
          text,
          blocks,
        })),
        nextCursor: null,
        views: state.views.filter(({ view }) => view.type === 'modal').map(shownView),
        homes: state.views.filter(({ view }) => view.type === 'home').map(shownView),
      };
    },

    look: (user, place): Screen | undefined => {
      const name = names.get(user);
      if (name === undefined) return undefined;
      const conversation = conversationOf(user, place);
      const modal = modalOf(user);
      const home = place === 'home' ? homeOf(user) : undefined;
      const visible = state.messages.filter(
        (message) => message.channel === conversation && (message.onlyFor === null || message.onlyFor === user),
      );
      return {
        me: { userId: user, name },
        conversation: { id: conversation ?? 'home', name: place === channel.id ? channel.name : bot.name },
        messages: visible.filter(({ threadTs }) => threadTs === null).map((message) => screenMessage(message, visible)),
        home: home && { viewId: home.id, blocks: home.view.blocks as unknown[] },
        modal: modal && { viewId: modal.id, view: modal.view, values: modal.values, errors: modal.errors },
      };
    },

    press: async (user, { place, ts, viewId, block, element }) => {
      const trigger = newTrigger(user);
      const actionTs = `${(options.now().getTime() / 1_000).toFixed(3)}000`;
      const act = (pressed: Element, blockId: string) => [{ ...pressed, block_id: blockId, action_ts: actionTs }];
      const view = state.views.find(({ id, user: owner }) => id === viewId && owner === user);
      if (view) {
        const at = elementAt(view.view.blocks, block, element);
        if (!at) return;
        const container = { type: 'view', view_id: view.id };
        const payload = { type: 'block_actions', ...base(user, trigger), container, view: viewAsSlack(view), actions: act(at.element, at.blockId) }; // prettier-ignore
        return settled(user, () => sendPayload(payload));
      }
      const conversation = conversationOf(user, place);
      const message = state.messages.find((one) => one.channel === conversation && one.ts === ts);
      const at = message && elementAt(message.blocks, block, element);
      if (!message || !at) return;
      const payload = {
        type: 'block_actions',
        ...base(user, trigger),
        container: { type: 'message', message_ts: message.ts, channel_id: message.channel, is_ephemeral: false, ...(message.threadTs === null ? {} : { thread_ts: message.threadTs }) }, // prettier-ignore
        channel: { id: message.channel, name: message.channel === channel.id ? channel.name : 'directmessage' },
        message: { type: 'message', user: bot.userId, ts: message.ts, text: message.text, blocks: message.blocks },
        response_url: `${options.publicUrl}/demo/slack/response`,
        actions: act(at.element, at.blockId),
      };
      await settled(user, () => sendPayload(payload), message);
    },

    submit: async (user, viewId, fields) => {
      const view = state.views.find(({ id, user: owner, isOpen }) => id === viewId && owner === user && isOpen);
      if (!view) return;
      const { values, errors } = valuesOf(view, fields);
      Object.assign(view, { values: fields, errors });
      store.changed();
      // Slack's own client asks for what is missing.
      if (Object.keys(errors).length > 0) return;
      const payload = { type: 'view_submission', ...base(user, newTrigger(user)), view: viewAsSlack(view, values), response_urls: [] }; // prettier-ignore
      obey(view, await sendPayload(payload));
      store.changed();
      // Meanwhile the courier brings the card up to date.
      if (!view.isOpen) await delay(CARD_CHANGES_WITHIN_MS);
    },

    close: (user, viewId) => {
      const view = state.views.find(({ id, user: owner }) => id === viewId && owner === user);
      if (!view) return;
      view.isOpen = false;
      store.changed();
    },

    command: async (user, place, text) => {
      const conversation = conversationOf(user, place) ?? channel.id;
      const answer = await sendForm({
        token: 'demo',
        team_id: team.id,
        team_domain: team.domain,
        channel_id: conversation,
        channel_name: conversation === channel.id ? channel.name : 'directmessage',
        user_id: user,
        user_name: names.get(user) ?? user,
        command: '/countersign',
        text,
        api_app_id: bot.appId,
        is_enterprise_install: 'false',
        response_url: `${options.publicUrl}/demo/slack/response`,
        trigger_id: newTrigger(user),
      });
      tellPrivately(user, conversation, answer);
    },

    openHome: async (user) => {
      const at = options.now().getTime() / 1_000;
      const direct = conversationOf(user, 'dm');
      await settled(user, () =>
        send(
          JSON.stringify({
            token: 'demo',
            team_id: team.id,
            api_app_id: bot.appId,
            type: 'event_callback',
            event_id: `Ev${randomBytes(6).toString('hex').toUpperCase()}`,
            event_time: Math.floor(at),
            authorizations: [{ team_id: team.id, user_id: bot.userId, is_bot: true, enterprise_id: null, is_enterprise_install: false }],
            event: { type: 'app_home_opened', user, channel: direct, tab: 'home', event_ts: String(at) },
          }),
          'application/json',
        ),
      ); // prettier-ignore
    },

    picture: (id) => store.readFile(id),
  };

  const screenMessage = (message: KeptMessage, all: readonly KeptMessage[]): ScreenMessage => ({
    ts: message.ts,
    text: message.text,
    blocks: message.blocks,
    isEdited: message.isEdited,
    isPrivate: message.onlyFor !== null,
    pictures: message.files.flatMap((id) => {
      const file = state.files[id];
      return file ? [{ id, title: file.title, alt: file.alt }] : [];
    }),
    replies: all.filter(({ threadTs }) => threadTs === message.ts).map((reply) => screenMessage(reply, [])),
  });

  return {
    workspace,
    api: createSlackApi(world, options.token),
    /** Who a request of somebody else's making says has pressed, so that their modal opens before them. */
    overhear: (payload: Record<string, unknown>) => {
      const said = overheardSchema.safeParse(payload).data;
      if (said && names.has(said.user.id) && !world.triggers.has(said.trigger_id))
        world.triggers.set(said.trigger_id, { user: said.user.id, spent: false });
    },
    stop: () => store.flush(),
  };
}

const shownView = ({ id, hash, user, trigger, isOpen, view }: KeptView) => ({
  ...view,
  id,
  hash,
  user,
  trigger,
  isOpen,
});

const overheardSchema = z.looseObject({ trigger_id: z.string(), user: z.looseObject({ id: z.string() }) });

/** What Slack's client does with the answer to a submitted modal. */
function obey(view: KeptView, answer: Payload): void {
  if (answer.response_action === 'errors') {
    const errors = z.record(z.string(), z.string()).safeParse(answer.errors);
    view.errors = errors.success ? errors.data : {};
    return;
  }
  if (answer.response_action === 'update') {
    const checked = viewSchema.safeParse(answer.view);
    if (!checked.success) throw new Error(`Slack would not show this view: ${checked.error.message}`);
    Object.assign(view, { view: checked.data, hash: newHash(), values: {}, errors: {} });
    return;
  }
  view.isOpen = false;
}

interface InputBlock {
  type: string;
  block_id: string;
  optional?: boolean;
  element: { type: string; action_id: string; max_length?: number; options?: { value: string }[] };
}

/** The form of the page as Slack's `state.values`, and what its client would ask for first. */
function valuesOf({ view }: KeptView, fields: Record<string, string>) {
  const values: Record<string, Record<string, unknown>> = {};
  const errors: Record<string, string> = {};
  for (const block of view.blocks as InputBlock[]) {
    if (block.type !== 'input') continue;
    const { element, block_id: id } = block;
    const given = (fields[id] ?? '').replaceAll('\r\n', '\n');
    if (given.trim() === '' && block.optional !== true) errors[id] = 'Please complete this required field.';
    if (element.max_length !== undefined && given.length > element.max_length)
      errors[id] = `Please enter no more than ${element.max_length} characters.`;
    values[id] = { [element.action_id]: { type: element.type, ...valueOf(element, given) } };
  }
  return { values, errors };
}

function valueOf({ type, options = [] }: InputBlock['element'], given: string): Payload {
  const value = given === '' ? null : given;
  switch (type) {
    case 'datepicker':
      return { selected_date: value };
    case 'users_select':
      return { selected_user: value };
    case 'static_select':
    case 'radio_buttons':
      return { selected_option: options.find((option) => option.value === given) ?? null };
    default:
      return { value };
  }
}
