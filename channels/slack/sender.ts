// Puts cards and notices into Slack. Slack knows no idempotency keys: each message carries ours as metadata, and is looked for before it is sent.
import type { webApi } from '@slack/bolt';
import { PermanentRefusal, type Card, type CardRecipient, type CardSender, type Notice } from '../../domain/card.ts';
import type { Block } from './check-blocks.ts';
import { createSlackClient, type SlackAccess } from './client.ts';
import { failureOf, slackErrorOf } from './failure.ts';
import { createPace } from './pace.ts';
import { renderCard } from './render-card.ts';
import { renderNotice } from './render-notice.ts';

export interface SlackSenderOptions extends SlackAccess {
  now: () => Date;
  /** How long one call may take. @default 10,000 */
  timeoutMs?: number;
  /** Between two new messages of one conversation. @default 1,000 */
  everyMs?: number;
}

const EVENT_TYPE = 'countersign_message';
const LOOK_BACK = 100;
/** Longer than a message that failed may take to appear. */
const LOOK_BACK_MS = 24 * 60 * 60_000;

interface Sent {
  channel: string;
  ts: string;
}

interface Message {
  channel: string;
  text: string;
  blocks: Block[];
  thread_ts?: string;
}

export function createSlackSender(options: SlackSenderOptions): CardSender {
  const client = createSlackClient(options, options.timeoutMs);
  const pace = createPace(options.now, options.everyMs);
  const conversations = new Map<string, string>();

  const conversationOf = async ({ name, person }: CardRecipient): Promise<string> => {
    if (person === null) return name.replace(/^#/, '');
    if (person.slackUserId === null) throw new PermanentRefusal(`${person.handle} is not linked to Slack`);
    const known = conversations.get(person.slackUserId);
    if (known !== undefined) return known;
    const opened = await client.conversations.open({ users: person.slackUserId });
    const id = opened.channel?.id;
    if (id === undefined) throw new Error('Slack opened no conversation');
    conversations.set(person.slackUserId, id);
    return id;
  };

  /** A message of ours that is there already, from an attempt whose answer was lost. */
  const find = async (channel: string, key: string, threadTs?: string): Promise<string | undefined> => {
    const oldest = String(Math.floor((options.now().getTime() - LOOK_BACK_MS) / 1_000));
    const about = { channel, include_all_metadata: true, limit: LOOK_BACK };
    const { messages = [] } =
      threadTs === undefined
        ? await client.conversations.history({ ...about, oldest })
        : await client.conversations.replies({ ...about, ts: threadTs });
    return messages.find((message) => keyOf(message) === key)?.ts;
  };

  const post = async (message: Message, key: string): Promise<Sent & { isNew: boolean }> => {
    const there = await find(message.channel, key, message.thread_ts);
    if (there !== undefined) return { channel: message.channel, ts: there, isNew: false };
    await pace(message.channel);
    const { ts, channel } = await client.chat.postMessage({
      ...message,
      unfurl_links: false,
      unfurl_media: false,
      metadata: { event_type: EVENT_TYPE, event_payload: { key } },
    } as webApi.ChatPostMessageArguments);
    if (ts === undefined) throw new Error('Slack took the message and named no time');
    return { channel: channel ?? message.channel, ts, isNew: true };
  };

  const update = (card: Card, { channel, ts }: Sent) =>
    client.chat.update({ channel, ts, ...renderCard(card) } as webApi.ChatUpdateArguments);

  /** The picture lies in the thread. A card without it is still a card, so nothing fails with it. */
  const attachChart = async ({ chart }: Card, { channel, ts }: Sent): Promise<Record<string, string>> => {
    if (chart === null) return {};
    try {
      const there = await client.conversations.replies({ channel, ts, limit: LOOK_BACK });
      const known = there.messages?.flatMap((message) => message.files ?? [])[0]?.id;
      if (known !== undefined) return { picture: known };
      const png = await chart.png();
      const { upload_url: url, file_id: id } = await client.files.getUploadURLExternal({
        filename: 'chart.png',
        length: png.length,
        alt_text: chart.alt.slice(0, 1_000),
      });
      if (url === undefined || id === undefined) return {};
      const body = new Uint8Array(png);
      const answer = await fetch(url, { method: 'POST', body, signal: AbortSignal.timeout(options.timeoutMs ?? 10_000) }); // prettier-ignore
      if (!answer.ok) return {};
      await client.files.completeUploadExternal({
        files: [{ id, title: chart.title.slice(0, 200) }],
        channel_id: channel,
        thread_ts: ts,
      });
      return { picture: id };
    } catch {
      return {};
    }
  };

  const deliverNew = async (card: Card, recipient: CardRecipient) => {
    const channel = await conversationOf(recipient);
    const { isNew, ...sent } = await post({ channel, ...renderCard(card) }, `card/${card.reviewId}/${recipient.name}`);
    // What lies there may show an earlier revision.
    if (!isNew) await update(card, sent);
    return { ...sent, ...(await attachChart(card, sent)) };
  };

  return {
    channel: 'slack',
    deliver: async (card, recipient, place) => {
      try {
        if (place?.channel === undefined || place.ts === undefined) return await deliverNew(card, recipient);
        try {
          await update(card, { channel: place.channel, ts: place.ts });
        } catch (error) {
          if (slackErrorOf(error) !== 'message_not_found') throw error;
          // Somebody deleted it: who is asked still has to see it.
          return card.ending === null ? await deliverNew(card, recipient) : place;
        }
        return place;
      } catch (error) {
        throw failureOf(error);
      }
    },
    tell: async (notice, recipient, place) => {
      try {
        const channel = place?.channel ?? (await conversationOf(recipient));
        const thread = place?.ts === undefined ? {} : { thread_ts: place.ts };
        await post({ channel, ...renderNotice(notice), ...thread }, noticeKey(notice, recipient));
      } catch (error) {
        throw failureOf(error);
      }
    },
  };
}

const noticeKey = ({ key }: Notice, { name }: CardRecipient) => `notice/${key}/${name}`;

const recordOf = (value: unknown): Record<string, unknown> =>
  typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};

function keyOf(message: object): unknown {
  const { event_type: type, event_payload: payload } = recordOf(recordOf(message).metadata);
  return type === EVENT_TYPE ? recordOf(payload).key : undefined;
}
