import { uniqueName } from '../support/build.ts';
import { plantReviews } from '../support/plant-reviews.ts';
import type { Post } from '../support/slack-requests.ts';
import { mulberry32 } from './simulate-review.ts';
import { openSlackCounter, referenceTo } from './slack-counter.ts';
import { newCount, type Suite } from './suite.ts';

const SEED = 1;
const AT_ONCE = 8;

/** As Slack tells of a thing again: with and without its headers, signed anew, and late. */
const tellings: Post[] = [
  {},
  { headers: { 'x-slack-retry-num': '1', 'x-slack-retry-reason': 'http_timeout' } },
  { signedAt: 1_000 },
  { signedAt: -240_000, headers: { 'x-slack-retry-num': '3', 'x-slack-retry-reason': 'http_error' } },
];

export const slackRedelivery: Suite = {
  name: 'slack-redelivery',
  does: 'Slack tells of each press and modal four times, out of order and late (F-19)',
  run: async ({ ground, isShort, say }) => {
    const count = newCount();
    const counter = await openSlackCounter(ground);
    const random = mulberry32(SEED);
    const times = isShort ? 20 : 200;
    const { ids, evidenceDigest } = await plantReviews(counter.database.pool, { count: times, candidates: ['validator-1', 'validator-2'], prefix: 'again' }); // prettier-ignore
    const claims: (() => Promise<Response>)[] = [];
    const decisions: (() => Promise<Response>)[] = [];
    for (const id of ids) {
      const reference = referenceTo(id, evidenceDigest);
      const claim = counter.press('validator-1', reference, 'claim');
      const decision = counter.submission('validator-1', uniqueName('V'), { reference, outcome: 'APPROVED', reason: `Read all of it, ${uniqueName('note')}` }); // prettier-ignore
      for (const how of tellings) {
        claims.push(() => counter.postPayload(claim, how));
        decisions.push(() => counter.postPayload(decision, how));
      }
    }
    for (const requests of [claims, decisions]) {
      const shuffled = requests.map((request) => ({ request, at: random() })).sort((a, b) => a.at - b.at);
      await Promise.all(
        Array.from({ length: AT_ONCE }, async () => {
          for (let next = shuffled.pop(); next; next = shuffled.pop()) {
            const answer = await next.request();
            count.injected++;
            if (answer.status !== 200) count.lost.push(`a telling was answered ${answer.status}`);
            const said = await answer.text();
            if (said !== '') count.undetected.push(`a telling was answered with ${said.slice(0, 200)}`);
          }
        }),
      );
    }
    for (const id of ids) {
      const given = await counter.decisionsOn(id);
      if (given.length === 0) count.lost.push(`${id} has no decision`);
      if (given.length > 1) count.doubled.push(`${id} has ${given.length} decisions`);
      for (const type of ['review.claimed', 'decision.recorded', 'review.closed']) {
        const entries = await counter.entriesAbout(id, type);
        if (entries < 1) count.lost.push(`${id} has no entry ${type}`);
        if (entries > 1) count.doubled.push(`${id} has ${entries} entries ${type}`);
      }
      const refused = await counter.entriesAbout(id, 'decision.refused');
      if (refused > 0) count.doubled.push(`${id} refused its own decision ${refused} times`);
    }
    say(`${times} reviews, each claimed and decided, each told of ${tellings.length} times`);
    await counter.close();
    return count;
  },
};
