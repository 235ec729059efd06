import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createSlackSender } from '../../channels/slack/sender.ts';
import { AskedToWait, PermanentRefusal, type CardRecipient, type CardSender } from '../../domain/card.ts';
import { buildCard, buildCardDecision } from '../support/build-card.ts';
import { uniqueName } from '../support/build.ts';
import { openEmulatedSlack, type EmulatedSlack } from '../support/emulated-slack.ts';
import { openFlakySlack, type FlakySlack } from '../support/flaky-slack.ts';

let slack: EmulatedSlack;
let flaky: FlakySlack;
let sender: CardSender;
let vera: CardRecipient;
let everybody: CardRecipient;
beforeAll(async () => {
  slack = await openEmulatedSlack();
});
afterAll(() => slack.close());
beforeEach(async () => {
  flaky = await openFlakySlack(slack.apiUrl);
  sender = newSender();
  vera = {
    name: 'validator-1',
    person: { handle: 'validator-1', name: 'Vera', email: 'validator-1@example.com', slackUserId: await slack.userOf('validator-1'), timeZone: 'UTC' },
  }; // prettier-ignore
  everybody = { name: `#${slack.channelId}`, person: null };
});
afterEach(() => flaky.close());

const newSender = (change: { timeoutMs?: number } = {}) =>
  createSlackSender({ token: slack.token, apiUrl: flaky.apiUrl, now: () => new Date(), everyMs: 1, ...change });
const newCard = () => buildCard({ reviewId: uniqueName('rev') });
const cardsOf = async (channel: string, reviewId: string) =>
  (await slack.history(channel)).filter((message) => JSON.stringify(message.blocks ?? '').includes(reviewId));

describe('in a Slack that nobody here wrote', () => {
  it('a card goes once to each person and channel, and is edited in place until its end', async () => {
    const card = newCard();
    const mine = await sender.deliver(card, vera, null);
    const theirs = await sender.deliver(card, everybody, null);
    expect(mine.channel).toMatch(/^D/);
    expect(theirs.channel).toBe(slack.channelId);
    const ended = buildCard({
      ...card,
      decisions: [buildCardDecision()],
      ending: { sentence: 'Approved.', at: '2026-11-21T10:00:00Z' },
    });
    expect(await sender.deliver(ended, vera, mine)).toEqual(mine);
    expect(await sender.deliver(ended, everybody, theirs)).toEqual(theirs);
    for (const { channel } of [mine, theirs]) {
      const found = await cardsOf(channel!, card.reviewId);
      expect(found).toHaveLength(1);
      expect(JSON.stringify(found[0]?.blocks)).toContain('Read the plan');
      expect(JSON.stringify(found[0]?.blocks)).not.toContain('decide:');
    }
  });

  it('a card whose answer was lost is found again and not sent twice', async () => {
    const card = newCard();
    flaky.setTrouble(async ({ method, pass, response }) => {
      const { status, body } = await pass();
      if (method === 'chat.postMessage') response.destroy();
      else response.writeHead(status, { 'content-type': 'application/json' }).end(body);
    });
    await expect(sender.deliver(card, everybody, null)).rejects.toThrow(/request error/);
    flaky.setTrouble(undefined);
    const place = await sender.deliver({ ...card, progress: '2 of 2 approved' }, everybody, null);
    const found = await cardsOf(slack.channelId, card.reviewId);
    expect(found.map(({ ts }) => ts)).toEqual([place.ts]);
    expect(JSON.stringify(found[0]?.blocks)).toContain('2 of 2 approved');
  });

  it('a reminder stands in the thread of its card, once', async () => {
    const place = await sender.deliver(newCard(), vera, null);
    const notice = { key: uniqueName('key'), kind: 'reminder', title: 'Due in an hour', body: 'It waits for you.', url: 'https://countersign.test/' }; // prettier-ignore
    await sender.tell(notice, vera, place);
    await sender.tell(notice, vera, place);
    const replies = await slack.replies(place.channel!, place.ts!);
    expect(replies.filter(({ text }) => text === 'Due in an hour')).toHaveLength(1);
  });

  it('the chart lies as a picture in the thread of the card', async () => {
    const png = Buffer.from('iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==', 'base64'); // prettier-ignore
    const card = buildCard({ reviewId: uniqueName('rev'), chart: { title: 'ROC', alt: 'A curve', png: async () => png } }); // prettier-ignore
    const place = await sender.deliver(card, everybody, null);
    expect(place.picture).toMatch(/^F/);
    const replies = await slack.replies(place.channel!, place.ts!);
    expect(replies.flatMap(({ files }) => files ?? [])).toHaveLength(1);
  });
});

describe('when Slack', () => {
  const answer = (status: number, body: string, headers: Record<string, string> = {}) =>
    flaky.setTrouble(({ response }) => void response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(body)); // prettier-ignore
  const failureOf = async (): Promise<unknown> =>
    sender.deliver(newCard(), everybody, null).then(
      () => undefined,
      (error: unknown) => error,
    );

  it.each([
    ['30', 30_000],
    ['1', 1_000],
    ['soon', 30_000],
    ['', 30_000],
    ['-5', 30_000],
    ['999999999', 3_600_000],
  ])('asks to wait %s, it is left alone for so long', async (retryAfter, waitMs) => {
    answer(429, '', retryAfter === '' ? {} : { 'retry-after': retryAfter });
    expect(await failureOf()).toMatchObject({ name: 'AskedToWait', waitMs });
    expect(await failureOf()).toBeInstanceOf(AskedToWait);
  });

  it('says ratelimited in its body, it is left alone too', async () => {
    answer(200, '{"ok":false,"error":"ratelimited"}');
    expect(await failureOf()).toMatchObject({ waitMs: 30_000 });
  });

  it.each(['channel_not_found', 'account_inactive', 'msg_too_long', 'token_revoked', 'not_in_channel'])(
    'refuses for good with %s, nothing is tried again',
    async (error) => {
      answer(200, JSON.stringify({ ok: false, error }));
      expect(await failureOf()).toBeInstanceOf(PermanentRefusal);
    },
  );

  it.each<[string, number, string]>([
    ['breaks', 500, ''],
    ['is unavailable', 503, '<html>'],
    ['answers a page', 200, '<html>Sorry</html>'],
    ['says internal_error', 200, '{"ok":false,"error":"internal_error"}'],
  ])('%s, another try is worth it', async (_, status, body) => {
    answer(status, body);
    const failure = await failureOf();
    expect(failure).toBeInstanceOf(Error);
    expect(failure).not.toBeInstanceOf(PermanentRefusal);
    expect(failure).not.toBeInstanceOf(AskedToWait);
  });

  it('hangs, the call ends in time, and was made once', async () => {
    flaky.setTrouble(() => undefined);
    const inTime = newSender({ timeoutMs: 1_000 }).deliver(newCard(), everybody, null);
    await expect(inTime).rejects.toBeInstanceOf(Error);
    expect(flaky.calls).toHaveLength(1);
  });

  it('has deleted a card that still waits, it is sent again', async () => {
    const card = newCard();
    const place = await sender.deliver(card, everybody, null);
    await slack.client.chat.delete({ channel: place.channel!, ts: place.ts! });
    const again = await sender.deliver(card, everybody, place);
    expect(again.ts).not.toBe(place.ts);
    expect(await cardsOf(slack.channelId, card.reviewId)).toHaveLength(1);
  });
});

it('sends nobody who is not linked anything', async () => {
  const stranger = { name: 'x', person: { ...vera.person!, slackUserId: null } };
  await expect(sender.deliver(newCard(), stranger, null)).rejects.toBeInstanceOf(PermanentRefusal);
  expect(flaky.calls).toEqual([]);
});

it('lets no burst into one conversation: who would wait long is told when to come back', async () => {
  const slow = createSlackSender({ token: slack.token, apiUrl: slack.apiUrl, now: () => new Date('2026-11-21T10:00:00Z'), everyMs: 1_500 }); // prettier-ignore
  const results = await Promise.allSettled([1, 2, 3].map(() => slow.deliver(newCard(), everybody, null)));
  expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'fulfilled', 'rejected']);
  expect(results[2]).toMatchObject({ reason: { name: 'AskedToWait', waitMs: 3_000 } });
});
