import { uniqueName } from '../support/build.ts';
import { plantReviews } from '../support/plant-reviews.ts';
import { formOf, signingSecret, slackHeaders } from '../support/slack-requests.ts';
import type { Pick } from './malformed.ts';
import { mulberry32 } from './simulate-review.ts';
import { openSlackCounter, referenceTo } from './slack-counter.ts';
import { newCount, type Suite } from './suite.ts';

type Headers = Record<string, string>;

const SEED = 1;
const MINUTES = 60_000;
const TIME = 'x-slack-request-timestamp';
const SIGNATURE = 'x-slack-signature';

/** Each makes a request that Slack did not sign just now. */
const forgeries: Record<string, (headers: Headers, raw: Buffer, pick: Pick) => { headers: Headers; raw?: Buffer }> = {
  'no signature': ({ [SIGNATURE]: _, ...headers }) => ({ headers }),
  'no time': ({ [TIME]: _, ...headers }) => ({ headers }),
  'an empty signature': (headers) => ({ headers: { ...headers, [SIGNATURE]: '' } }),
  'a signature cut short': (headers, _raw, pick) => ({ headers: { ...headers, [SIGNATURE]: headers[SIGNATURE]!.slice(0, pick([2, 3, 10, 40, 66])) } }),
  'a signature with one letter changed': (headers, _raw, pick) => ({ headers: withChanged(headers, pick([3, 10, 30, 50, 66])) }),
  'a signature in capitals': (headers) => ({ headers: { ...headers, [SIGNATURE]: `v0=${headers[SIGNATURE]!.slice(3).toUpperCase()}` } }),
  'a signature of another version': (headers, _raw, pick) => ({ headers: { ...headers, [SIGNATURE]: headers[SIGNATURE]!.replace('v0=', pick(['v1=', 'V0=', 'v0:', 'v0', '', 'v0==', 'v0=v0='])) } }),
  'another secret': (_headers, raw) => ({ headers: slackHeaders(raw, new Date(), { secret: 'a-secret-of-somebody-else-entirely' }) }),
  'an empty secret': (_headers, raw) => ({ headers: slackHeaders(raw, new Date(), { secret: '' }) }),
  'another body': (headers, raw) => ({ headers, raw: Buffer.from(raw.toString().replace('APPROVED', 'REJECTED')) }),
  'a body with one byte more': (headers, raw) => ({ headers, raw: Buffer.concat([raw, Buffer.from('&')]) }),
  'another time under the same signature': (headers) => ({ headers: { ...headers, [TIME]: String(Number(headers[TIME]) + 1) } }),
  'headers that stand twice': (headers, _raw, pick) => { const name = pick([TIME, SIGNATURE]); return { headers: { ...headers, [name]: `${headers[name]}, ${headers[name]}` } }; },
  'a time long ago': (_headers, raw) => ({ headers: slackHeaders(raw, new Date(), { signedAt: -6 * MINUTES }) }),
  'a time to come': (_headers, raw) => ({ headers: slackHeaders(raw, new Date(), { signedAt: 6 * MINUTES }) }),
  'a time that is no time': (headers, _raw, pick) => ({ headers: { ...headers, [TIME]: pick(['', '-1', 'NaN', '1e9', '1.5', '0x10', '99999999999999999999', 'Infinity', `+${headers[TIME]}`, `0${headers[TIME]}`]) } }),
}; // prettier-ignore

export const slackSignatures: Suite = {
  name: 'slack-signatures',
  does: 'requests of Slack that are forged, changed, stale or sent again (A-02, A-03)',
  run: async ({ ground, isShort, say }) => {
    const count = newCount();
    const counter = await openSlackCounter(ground);
    const random = mulberry32(SEED);
    const pick: Pick = (from) => from[Math.floor(random() * from.length)]!;
    const { ids, evidenceDigest } = await plantReviews(counter.database.pool, { count: 1, candidates: ['validator-1'], prefix: 'sign' }); // prettier-ignore
    const [id = ''] = ids;
    const raw = () =>
      formOf(counter.submission('validator-1', uniqueName('V'), { reference: referenceTo(id, evidenceDigest), outcome: 'APPROVED', reason: `Read all of it, ${uniqueName('note')}` })); // prettier-ignore

    const times = isShort ? 10 : 100;
    for (const [name, forge] of Object.entries(forgeries))
      for (let time = 0; time < times; time++) {
        const body = raw();
        const forged = forge(slackHeaders(body, counter.now()), body, pick);
        count.injected++;
        const answer = await counter.post(forged.raw ?? body, forged.headers);
        if (answer.status !== 401) count.let_through.push(`${name} was answered ${answer.status}`);
      }
    if ((await counter.decisionsOn(id)).length > 0) count.let_through.push('a forged request decided');

    const replays = isShort ? 100 : 1_000;
    const body = raw();
    const headers = slackHeaders(body, counter.now(), { secret: signingSecret });
    for (let time = 0; time <= replays; time++) {
      const { status } = await counter.post(body, headers);
      if (time > 0) count.injected++;
      if (status !== 200) count.lost.push(`replay ${time} was answered ${status}`);
    }
    const given = await counter.decisionsOn(id);
    if (given.length !== 1) count.doubled.push(`one submission made ${given.length} decisions`);
    const entries = await counter.entriesAbout(id, 'decision.recorded');
    if (entries !== 1) count.doubled.push(`one submission is journaled ${entries} times`);
    counter.advance(5 * MINUTES + 2_000);
    for (let time = 0; time < replays; time++) {
      count.injected++;
      const { status } = await counter.post(body, headers);
      if (status !== 401) count.let_through.push(`a replay after five minutes was answered ${status}`);
    }
    say(`${Object.keys(forgeries).length} kinds of forgery, ${replays} replays in time and ${replays} after`);
    await counter.close();
    return count;
  },
};

function withChanged(headers: Headers, at: number): Headers {
  const signature = headers[SIGNATURE]!;
  const letter = signature[at] === 'a' ? 'b' : 'a';
  return { ...headers, [SIGNATURE]: signature.slice(0, at) + letter + signature.slice(at + 1) };
}
