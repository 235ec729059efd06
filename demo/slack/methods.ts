// A strict double of the Web API methods that we call: what Slack would refuse is refused here with Slack's own word for it.
import { randomBytes } from 'node:crypto';
import { z } from 'zod';
import { messageBlocksSchema, metadataSchema, problemsOf, viewSchema } from '../../channels/slack/check-blocks.ts';
import { bot, channel as theChannel, team } from './settings.ts';
import type { KeptMessage, KeptView, SlackStore } from './store.ts';

export type Args = Record<string, unknown>;
export type Answer = Record<string, unknown>;

export class SlackError extends Error {
  readonly code: string;
  readonly messages: string[];

  constructor(code: string, messages: string[] = []) {
    super(code);
    this.code = code;
    this.messages = messages;
  }
}

export interface World {
  store: SlackStore;
  /** By user id. */
  people: ReadonlyMap<string, string>;
  now: () => Date;
  /** Which triggers were given out to whom, and are not spent. */
  triggers: Map<string, { user: string | null; spent: boolean }>;
  publicUrl: string;
  ownUrl: string;
}

const LONGEST_TEXT = 40_000;
const MOST_LISTED = 200;

const argsOf = <T extends z.ZodType>(schema: T, args: Args): z.output<T> => {
  const parsed = schema.safeParse(args);
  if (!parsed.success)
    throw new SlackError(
      'invalid_arguments',
      parsed.error.issues.map(({ path, message }) => `${path.join('/')}: ${message}`),
    );
  return parsed.data;
};

const text = z.string().default('');
const blocks = z.array(z.record(z.string(), z.unknown())).default([]);
const postSchema = z.looseObject({
  channel: z.string(),
  text,
  blocks,
  thread_ts: z.string().optional(),
  metadata: z.record(z.string(), z.unknown()).optional(),
});

function checkMessage({ text: words, blocks: shown }: { text: string; blocks: unknown[] }): void {
  if (words === '' && shown.length === 0) throw new SlackError('no_text');
  if (words.length > LONGEST_TEXT) throw new SlackError('msg_too_long');
  const problems = problemsOf(messageBlocksSchema, shown);
  if (problems.length > 0) throw new SlackError('invalid_blocks', problems);
}

function checkView(view: unknown, type: 'modal' | 'home'): Record<string, unknown> {
  const problems = problemsOf(viewSchema, view);
  if (problems.length > 0) throw new SlackError('invalid_arguments', problems);
  const checked = view as Record<string, unknown>;
  if (checked.type !== type) throw new SlackError('invalid_arguments', [`view: is no ${type}`]);
  return checked;
}

const newViewId = () => `V${randomBytes(6).toString('hex').toUpperCase()}`;
export const newHash = () => `${Date.now()}.${randomBytes(4).toString('hex')}`;

const channelOf = ({ store }: World, id: string): { id: string; user: string | null } => {
  if (id === theChannel.id) return { id, user: null };
  const owner = Object.entries(store.state.direct).find(([, conversation]) => conversation === id)?.[0];
  if (owner === undefined) throw new SlackError('channel_not_found');
  return { id, user: owner };
};

function newTs({ store, now }: World): string {
  const { state } = store;
  state.last = Math.max(state.last + 1, now().getTime() * 1_000);
  return `${Math.floor(state.last / 1e6)}.${String(state.last % 1e6).padStart(6, '0')}`;
}

function find(world: World, channel: string, ts: string): KeptMessage | undefined {
  return world.store.state.messages.find((one) => one.channel === channel && one.ts === ts && one.onlyFor === null);
}

export function keep(world: World, message: Omit<KeptMessage, 'ts' | 'isEdited' | 'files'> & { files?: string[] }) {
  const kept: KeptMessage = { files: [], ...message, ts: newTs(world), isEdited: false };
  world.store.state.messages.push(kept);
  world.store.changed();
  return kept;
}

const asSlack = (message: KeptMessage) => ({
  type: 'message',
  user: bot.userId,
  bot_id: bot.botId,
  app_id: bot.appId,
  team: team.id,
  ts: message.ts,
  text: message.text,
  blocks: message.blocks,
  ...(message.threadTs === null ? {} : { thread_ts: message.threadTs }),
  ...(message.metadata === null ? {} : { metadata: message.metadata }),
  ...(message.files.length === 0 ? {} : { files: message.files.map((id) => ({ id })) }),
});

/** The view as Slack sends it back. */
export const viewAsSlack = ({ id, hash, view }: KeptView, values: Record<string, unknown> = {}) => ({
  ...view,
  id,
  hash,
  team_id: team.id,
  app_id: bot.appId,
  bot_id: bot.botId,
  app_installed_team_id: team.id,
  previous_view_id: null,
  root_view_id: id,
  private_metadata: view.private_metadata ?? '',
  callback_id: view.callback_id ?? '',
  state: { values },
});

function spend(world: World, trigger: string): string | null {
  // Whoever signs requests by hand names triggers of their own.
  const known = world.triggers.get(trigger) ?? { user: null, spent: false };
  if (trigger === '' || trigger.length > 200) throw new SlackError('invalid_trigger_id');
  if (known.spent) throw new SlackError('exchanged_trigger_id');
  world.triggers.set(trigger, { ...known, spent: true });
  return known.user;
}

const conversationsOpen = (world: World, args: Args): Answer => {
  const { users } = argsOf(z.looseObject({ users: z.string() }), args);
  if (!world.people.has(users)) throw new SlackError('user_not_found');
  const { direct } = world.store.state;
  const isOpen = direct[users] !== undefined;
  direct[users] ??= `D${users.slice(1)}`;
  if (!isOpen) world.store.changed();
  return { no_op: isOpen, channel: { id: direct[users] } };
};

const list = (world: World, args: Args, ofThread: boolean): Answer => {
  const { channel, ts, limit, oldest } = argsOf(
    z.looseObject({ channel: z.string(), ts: z.string().optional(), limit: z.coerce.number().default(100), oldest: z.string().optional() }),
    args,
  ); // prettier-ignore
  const { id } = channelOf(world, channel);
  if (ofThread && (ts === undefined || !find(world, id, ts))) throw new SlackError('thread_not_found');
  const messages = world.store.state.messages
    .filter((message) => message.channel === id && message.onlyFor === null)
    .filter((message) => (ofThread ? message.ts === ts || message.threadTs === ts : message.threadTs === null))
    .filter((message) => oldest === undefined || Number(message.ts) >= Number(oldest))
    .slice(-Math.min(limit, MOST_LISTED))
    .map(asSlack);
  return { messages: ofThread ? messages : messages.toReversed(), has_more: false };
};

export const methods: Record<string, (world: World, args: Args) => Answer> = {
  'api.test': (_, args) => ({ args }),
  'auth.test': ({ publicUrl }) => ({ url: publicUrl, team: team.domain, team_id: team.id, user: bot.name, user_id: bot.userId, bot_id: bot.botId }), // prettier-ignore

  'chat.postMessage': (world, args) => {
    const message = argsOf(postSchema, args);
    checkMessage(message);
    if (message.metadata !== undefined && problemsOf(metadataSchema, message.metadata).length > 0)
      throw new SlackError('invalid_metadata_format');
    const known = world.people.has(message.channel) ? conversationsOpen(world, { users: message.channel }) : undefined;
    const id = known ? String((known.channel as { id: unknown }).id) : channelOf(world, message.channel).id;
    if (message.thread_ts !== undefined && !find(world, id, message.thread_ts)) throw new SlackError('thread_not_found'); // prettier-ignore
    const kept = keep(world, {
      channel: id,
      threadTs: message.thread_ts ?? null,
      text: message.text,
      blocks: message.blocks,
      metadata: message.metadata ?? null,
      onlyFor: null,
    });
    return { channel: id, ts: kept.ts, message: asSlack(kept) };
  },

  'chat.postEphemeral': (world, args) => {
    const message = argsOf(postSchema.extend({ user: z.string() }), args);
    checkMessage(message);
    const { id } = channelOf(world, message.channel);
    if (!world.people.has(message.user)) throw new SlackError('user_not_in_channel');
    const kept = keep(world, { channel: id, threadTs: null, text: message.text, blocks: message.blocks, metadata: null, onlyFor: message.user }); // prettier-ignore
    return { message_ts: kept.ts };
  },

  'chat.update': (world, args) => {
    const change = argsOf(z.looseObject({ channel: z.string(), ts: z.string(), text, blocks }), args);
    checkMessage(change);
    const message = find(world, channelOf(world, change.channel).id, change.ts);
    if (!message) throw new SlackError('message_not_found');
    Object.assign(message, { text: change.text, blocks: change.blocks, isEdited: true });
    world.store.changed();
    return { channel: message.channel, ts: message.ts, text: message.text, message: asSlack(message) };
  },

  'conversations.open': conversationsOpen,
  'conversations.history': (world, args) => list(world, args, false),
  'conversations.replies': (world, args) => list(world, args, true),

  'users.info': ({ people }, args) => {
    const { user } = argsOf(z.looseObject({ user: z.string() }), args);
    const name = people.get(user);
    if (name === undefined) throw new SlackError('user_not_found');
    return { user: { id: user, team_id: team.id, name, real_name: name, profile: { real_name: name } } };
  },

  'views.open': (world, args) => {
    const { trigger_id: trigger, view } = argsOf(z.looseObject({ trigger_id: z.string(), view: z.unknown() }), args);
    const checked = checkView(view, 'modal');
    const kept: KeptView = { id: newViewId(), hash: newHash(), user: spend(world, trigger), trigger, isOpen: true, view: checked, values: {}, errors: {} }; // prettier-ignore
    world.store.state.views.push(kept);
    world.store.changed();
    return { view: viewAsSlack(kept) };
  },

  'views.update': (world, args) => {
    const { view_id: id, view, hash } = argsOf(z.looseObject({ view_id: z.string(), view: z.unknown(), hash: z.string().optional() }), args); // prettier-ignore
    const kept = world.store.state.views.find((one) => one.id === id && one.isOpen);
    if (!kept) throw new SlackError('not_found');
    if (hash !== undefined && hash !== kept.hash) throw new SlackError('hash_conflict');
    Object.assign(kept, { view: checkView(view, 'modal'), hash: newHash(), errors: {} });
    world.store.changed();
    return { view: viewAsSlack(kept) };
  },

  'views.publish': (world, args) => {
    const { user_id: user, view } = argsOf(z.looseObject({ user_id: z.string(), view: z.unknown() }), args);
    if (!world.people.has(user)) throw new SlackError('invalid_arguments', ['user_id: is nobody']);
    const checked = checkView(view, 'home');
    const { views } = world.store.state;
    const before = views.findIndex((one) => one.user === user && one.view.type === 'home');
    if (before >= 0) views.splice(before, 1);
    const kept: KeptView = { id: newViewId(), hash: newHash(), user, trigger: null, isOpen: true, view: checked, values: {}, errors: {} }; // prettier-ignore
    views.push(kept);
    world.store.changed();
    return { view: viewAsSlack(kept) };
  },

  'files.getUploadURLExternal': (world, args) => {
    const { length, alt_text: alt, filename } = argsOf(
      z.looseObject({ filename: z.string().min(1), length: z.coerce.number().int().positive(), alt_text: z.string().default('') }),
      args,
    ); // prettier-ignore
    const id = `F${randomBytes(6).toString('hex').toUpperCase()}`;
    world.store.state.files[id] = { id, title: filename, alt, length, isThere: false };
    world.store.changed();
    return { upload_url: `${world.ownUrl}/demo/slack/upload/${id}`, file_id: id };
  },

  'files.completeUploadExternal': (world, args) => {
    const given = argsOf(
      z.looseObject({ files: z.array(z.looseObject({ id: z.string(), title: z.string().optional() })).min(1), channel_id: z.string().optional(), thread_ts: z.string().optional() }),
      args,
    ); // prettier-ignore
    const files = given.files.map(({ id, title }) => {
      const file = world.store.state.files[id];
      if (!file?.isThere) throw new SlackError('file_not_found');
      if (title !== undefined) file.title = title;
      return file;
    });
    if (given.channel_id !== undefined)
      keep(world, {
        channel: channelOf(world, given.channel_id).id,
        threadTs: given.thread_ts ?? null,
        text: files.map(({ title }) => title).join(', '),
        blocks: [],
        metadata: null,
        onlyFor: null,
        files: files.map(({ id }) => id),
      });
    world.store.changed();
    return { files: files.map(({ id, title }) => ({ id, title })) };
  },
};
