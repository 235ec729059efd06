import { setTimeout as delay } from 'node:timers/promises';
import { createSlackSender } from '../../channels/slack/sender.ts';
import { AskedToWait, PermanentRefusal } from '../../domain/card.ts';
import { startCourier } from '../../courier/courier.ts';
import { appendEntries } from '../../db/queries/journal.ts';
import { submitDecision } from '../../api/services/submit-decision.ts';
import { channel } from '../../demo/slack/settings.ts';
import { buildCard } from '../support/build-card.ts';
import { uniqueName } from '../support/build.ts';
import { deskOfCards } from '../support/desk-of-cards.ts';
import { openFlakySlack, type FlakySlack, type Trouble } from '../support/flaky-slack.ts';
import { plantReviews } from '../support/plant-reviews.ts';
import { callerOf } from '../support/seed.ts';
import { intakeDepsOf } from './crowd.ts';
import { openSlackCounter, type SlackCounter } from './slack-counter.ts';
import { newCount, type Count, type Suite } from './suite.ts';

type Verdict = 'never' | 'wait' | 'again';

const answer =
  (status: number, body: string, headers: Record<string, string> = {}): Trouble =>
  ({ response }) =>
    void response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(body);
const refusal = (error: string) => answer(200, JSON.stringify({ ok: false, error }));

/** Each with what is to come of it. */
const troubles: Record<string, { trouble: Trouble; verdict: Verdict; isTaken?: boolean }> = {
  '429, wait 1 s': { trouble: answer(429, '', { 'retry-after': '1' }), verdict: 'wait' },
  '429, wait 30 s': { trouble: answer(429, '', { 'retry-after': '30' }), verdict: 'wait' },
  '429, wait how long?': { trouble: answer(429, ''), verdict: 'wait' },
  '429, wait for garbage': { trouble: answer(429, '', { 'retry-after': 'tomorrow' }), verdict: 'wait' },
  '500': { trouble: answer(500, ''), verdict: 'again' },
  '502': { trouble: answer(502, 'Bad gateway'), verdict: 'again' },
  '503': { trouble: answer(503, '<html>Down</html>'), verdict: 'again' },
  'a page': { trouble: answer(200, '<html>Hello</html>', { 'content-type': 'text/html' }), verdict: 'again' },
  'half an answer': { trouble: answer(200, '{"ok":true,"ts":"17'), verdict: 'again' },
  'channel_not_found': { trouble: refusal('channel_not_found'), verdict: 'never' },
  'account_inactive': { trouble: refusal('account_inactive'), verdict: 'never' },
  'msg_too_long': { trouble: refusal('msg_too_long'), verdict: 'never' },
  'ratelimited': { trouble: refusal('ratelimited'), verdict: 'wait' },
  'internal_error': { trouble: refusal('internal_error'), verdict: 'again' },
  'a hang': { trouble: () => undefined, verdict: 'again' },
  'a reset': { trouble: ({ response }) => void response.destroy(), verdict: 'again' },
  'a reset after the message was taken': {
    trouble: async ({ method, pass, response }) => {
      const { status, body } = await pass();
      if (method === 'chat.postMessage') response.destroy();
      else response.writeHead(status, { 'content-type': 'application/json' }).end(body);
    },
    verdict: 'again',
    isTaken: true,
  },
}; // prettier-ignore

const verdictOf = (error: unknown): Verdict =>
  error instanceof PermanentRefusal ? 'never' : error instanceof AskedToWait ? 'wait' : 'again';

export const slackApiFaults: Suite = {
  name: 'slack-api-faults',
  does: 'Slack answers with limits, errors, pages, nothing or not at all; another channel takes over (F-18)',
  run: async ({ ground, isShort, say }) => {
    const count = newCount();
    const counter = await openSlackCounter(ground);
    const flaky = await openFlakySlack(counter.apiUrl);
    const times = isShort ? 3 : 50;
    for (const [name, { trouble, verdict, isTaken }] of Object.entries(troubles))
      for (let time = 0; time < times; time++) {
        count.injected++;
        await sendThrough(counter, flaky, { name, trouble, verdict, isTaken: isTaken === true }, count);
      }
    await failWithoutName(times, count);
    for (const name of ['503', 'a reset', 'account_inactive'])
      await handOver(counter, flaky, troubles[name]!.trouble, name, isShort ? 2 : 10, count);
    say(`${Object.keys(troubles).length + 1} kinds of trouble, ${times} times each; three of them with a courier`);
    await flaky.close();
    await counter.close();
    return count;
  },
};

/** A new card meets the trouble once, then a Slack that is well: one call a try, one message in the end. */
async function sendThrough(
  { token, now, double }: SlackCounter,
  flaky: FlakySlack,
  { name, trouble, verdict, isTaken }: { name: string; trouble: Trouble; verdict: Verdict; isTaken: boolean },
  count: Count,
): Promise<void> {
  // Short where nothing answers; on a busy machine everything else may take its time.
  const timeoutMs = name === 'a hang' ? 1_000 : 10_000;
  const options = { token, apiUrl: flaky.apiUrl, now, everyMs: 0 };
  const card = buildCard({ reviewId: uniqueName('rev') });
  const recipient = { name: `#${channel.id}`, person: null };
  flaky.calls.length = 0;
  flaky.setTrouble(trouble);
  const failure = await createSlackSender({ ...options, timeoutMs })
    .deliver(card, recipient, null)
    .then(
      () => undefined,
      (error: unknown) => error,
    );
  flaky.setTrouble(undefined);
  if (failure === undefined) count.undetected.push(`${name} was taken for success`);
  else if (verdictOf(failure) !== verdict) count.undetected.push(`${name} means ${verdictOf(failure)}, not ${verdict}`);
  if (flaky.calls.length > (isTaken ? 2 : 1)) count.doubled.push(`${name}: ${flaky.calls.length} calls in one try`);
  await createSlackSender(options).deliver(card, recipient, null);
  const sent = double.workspace.everything().items.filter(({ blocks }) => JSON.stringify(blocks).includes(card.reviewId)); // prettier-ignore
  if (sent.length === 0) count.lost.push(`${name}: the card never arrived`);
  if (sent.length > 1) count.doubled.push(`${name}: the card stands there ${sent.length} times`);
}

async function failWithoutName(times: number, count: Count): Promise<void> {
  const sender = createSlackSender({ token: 'xoxb-test', apiUrl: 'http://slack.invalid/api/', now: () => new Date(), timeoutMs: 300 }); // prettier-ignore
  for (let time = 0; time < times; time++) {
    count.injected++;
    const failure = await sender
      .deliver(buildCard(), { name: '#C1', person: null }, null)
      .catch((error: unknown) => error);
    if (!(failure instanceof Error) || verdictOf(failure) !== 'again')
      count.undetected.push('a name that leads nowhere was taken for something else');
  }
}

const PATIENCE_MS = 30_000;

/** People who want Slack alone get a mail once Slack fails them, and can decide all the while. */
async function handOver(
  { database, token, now }: SlackCounter,
  flaky: FlakySlack,
  trouble: Trouble,
  name: string,
  times: number,
  count: Count,
): Promise<void> {
  await database.pool.query(`UPDATE people SET preferences = '{"channels":["slack"]}' WHERE handle = 'validator-1'`);
  flaky.setTrouble(trouble);
  const email = deskOfCards('email');
  const slack = createSlackSender({ token, apiUrl: flaky.apiUrl, now, everyMs: 0 });
  const courier = await startCourier({ database, senders: [slack, email], publicUrl: 'https://countersign.test', onError: () => undefined, pollMs: 50 }); // prettier-ignore
  const { ids, evidenceDigest } = await plantReviews(database.pool, { count: times, candidates: ['validator-1'], prefix: uniqueName('over') }); // prettier-ignore
  for (const reviewId of ids) {
    const { rows } = await database.pool.query<{ stream: string }>('SELECT model_version_id AS stream FROM reviews WHERE id = $1', [reviewId]); // prettier-ignore
    const opened = { stream: rows[0]!.stream, type: 'review.opened' as const, actor: { type: 'system' as const, id: 'suite' }, reason: 'Opened.', data: { reviewId } }; // prettier-ignore
    await database.withTransaction((tx) => appendEntries(tx, [opened], now()));
  }
  const deadline = Date.now() + PATIENCE_MS;
  const reached = () => ids.filter((id) => email.cards.some(({ card }) => card.reviewId === id));
  while (reached().length < ids.length && Date.now() < deadline) await delay(50);
  for (const id of ids) {
    count.injected++;
    if (!reached().includes(id)) count.lost.push(`${name}: nobody was told of ${id} by mail within 30 s`);
    await submitDecision(intakeDepsOf(database), callerOf('validator-1', 'web'), {
      reviewId: id,
      command: { outcome: 'APPROVED', reason: `Decided on the page, ${uniqueName('note')}`, revision: 1, evidenceDigest, form: { dispositions: [] } },
      idempotencyKey: uniqueName('key'),
    }).catch((error: unknown) => count.lost.push(`${name}: ${id} could not be decided: ${String(error)}`)); // prettier-ignore
  }
  flaky.setTrouble(undefined);
  await courier.stop();
}
