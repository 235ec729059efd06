import { connectDatabase } from '../../db/client.ts';
import { buildSubmission, uniqueName } from '../support/build.ts';
import { cloneDatabase } from '../support/ground.ts';
import { createPlainApp } from '../support/plain-app.ts';
import { seed, signedHeaders, webhookSecret } from '../support/seed.ts';
import { crowdPolicies } from './crowd.ts';
import { bodyOfSubmission } from './desk.ts';
import type { Pick } from './malformed.ts';
import { mulberry32 } from './simulate-review.ts';
import { newCount, type Suite } from './suite.ts';

type Headers = Record<string, string>;

const SEED = 1;
const MINUTES = 60_000;
const otherSecret = `whsec_${Buffer.alloc(32, 8).toString('base64')}`;

/** Each makes a delivery that nobody who holds the secret signed just now. */
const forgeries: Record<string, (headers: Headers, body: Buffer, pick: Pick) => { headers: Headers; body?: Buffer }> = {
  'no signature': ({ 'webhook-signature': _, ...headers }) => ({ headers }),
  'no id': ({ 'webhook-id': _, ...headers }) => ({ headers }),
  'no timestamp': ({ 'webhook-timestamp': _, ...headers }) => ({ headers }),
  'an empty signature': (headers) => ({ headers: { ...headers, 'webhook-signature': '' } }),
  'a signature cut short': (headers, _body, pick) => ({
    headers: { ...headers, 'webhook-signature': headers['webhook-signature']!.slice(0, pick([3, 4, 10, 40, 46])) },
  }),
  'a signature with one letter changed': (headers, _body, pick) => ({ headers: withChanged(headers, pick) }),
  'a signature in capitals': (headers) => ({ headers: { ...headers, 'webhook-signature': `v1,${headers['webhook-signature']!.slice(3).toUpperCase()}` } }),
  'a signature in URL letters without its end': (headers) => ({ headers: { ...headers, 'webhook-signature': headers['webhook-signature']!.replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '') } }),
  'a signature of another version': (headers, _body, pick) => ({ headers: { ...headers, 'webhook-signature': headers['webhook-signature']!.replace('v1,', pick(['v0,', 'v2,', 'V1,', 'v1a,', 'v1', 'v1;', ','])) } }),
  'a thousand signatures, the right one last': (headers) => ({ headers: { ...headers, 'webhook-signature': `${'v1,AAAA '.repeat(1_000)}${headers['webhook-signature']}` } }),
  'another secret': (headers, body) => ({ headers: signedHeaders(headers['webhook-id']!, body, otherSecret) }),
  'an empty secret': (headers, body) => ({ headers: signedHeaders(headers['webhook-id']!, body, 'whsec_') }),
  'another body': (headers, body) => ({ headers, body: Buffer.from(body.toString().replace('low', 'high')) }),
  'a body with one space more': (headers, body) => ({ headers, body: Buffer.concat([body, Buffer.from(' ')]) }),
  'a body that is no JSON': (headers) => ({ headers: { ...headers, 'webhook-signature': 'v1,AAAA' }, body: Buffer.from('{"a":') }),
  'another id': (headers) => ({ headers: { ...headers, 'webhook-id': uniqueName('other') } }),
  'an id that moves the dots': (headers) => ({ headers: { ...headers, 'webhook-id': `${headers['webhook-id']}.${headers['webhook-timestamp']}` } }),
  'headers that stand twice': (headers, _body, pick) => ({ headers: withTwice(headers, pick(['webhook-id', 'webhook-timestamp', 'webhook-signature'])) }),
  'a time long ago': (headers, body) => ({ headers: signedHeaders(headers['webhook-id']!, body, webhookSecret, new Date(Date.now() - 6 * MINUTES)) }),
  'a time to come': (headers, body) => ({ headers: signedHeaders(headers['webhook-id']!, body, webhookSecret, new Date(Date.now() + 6 * MINUTES)) }),
  'a time that is no time': (headers, _body, pick) => ({
    headers: { ...headers, 'webhook-timestamp': pick(['', '-1', 'NaN', '1e9', '1.5', '0x10', '99999999999999999999', '9007199254740993', '1/1', 'Infinity', `+${headers['webhook-timestamp']}`, `0${'0'.repeat(40)}`]) },
  }),
}; // prettier-ignore

export const signatures: Suite = {
  name: 'signatures',
  does: 'webhooks that are forged, changed, stale or sent again (A-02, A-03)',
  run: async ({ ground, isShort, say }) => {
    const count = newCount();
    const store = await cloneDatabase(ground.postgres);
    const database = connectDatabase({ url: store.databaseUrl, max: 8 });
    await seed(database, crowdPolicies);
    let clockAhead = 0;
    const app = createPlainApp(database, { now: () => new Date(Date.now() + clockAhead) });
    const post = (headers: Headers, body: Buffer) =>
      app.request('/v1/hooks/generic', { method: 'POST', headers, body: new Uint8Array(body) });
    const random = mulberry32(SEED);
    const pick: Pick = (from) => from[Math.floor(random() * from.length)]!;
    const kept = async () =>
      Number((await database.pool.query<{ n: string }>('SELECT count(*) AS n FROM deliveries')).rows[0]!.n);

    const times = isShort ? 10 : 100;
    for (const [name, forge] of Object.entries(forgeries))
      for (let time = 0; time < times; time++) {
        const body = bodyOfSubmission(buildSubmission());
        const genuine = signedHeaders(uniqueName('delivery'), body);
        const forged = forge(genuine, body, pick);
        count.injected++;
        const answer = await post(forged.headers, forged.body ?? body);
        if (answer.status !== 401) count.let_through.push(`${name} was answered ${answer.status}`);
      }
    if ((await kept()) !== 0) count.let_through.push(`${await kept()} forged deliveries are kept`);

    const replays = isShort ? 100 : 1_000;
    const body = bodyOfSubmission(buildSubmission());
    const headers = signedHeaders(uniqueName('delivery'), body);
    for (let time = 0; time < replays; time++) {
      const answer = await post(headers, body);
      const content = (await answer.json()) as { replayed?: boolean };
      if (time > 0) count.injected++;
      if (answer.status !== 202 || (content.replayed === true) !== time > 0)
        count.doubled.push(`replay ${time} was answered ${answer.status} as ${content.replayed ? 'known' : 'new'}`);
    }
    if ((await kept()) !== 1) count.doubled.push(`one delivery is kept ${await kept()} times`);
    clockAhead = 5 * MINUTES + 2_000;
    for (let time = 0; time < replays; time++) {
      count.injected++;
      const { status } = await post(headers, body);
      if (status !== 401) count.let_through.push(`a replay after five minutes was answered ${status}`);
    }
    say(`${Object.keys(forgeries).length} kinds of forgery, ${replays} replays in time and ${replays} after`);
    await database.close();
    await store.drop();
    return count;
  },
};

function withChanged(headers: Headers, pick: Pick): Headers {
  const signature = headers['webhook-signature']!;
  // The last letter before the padding holds bits that mean nothing.
  const at = pick([3, 10, 20, 30, 40]);
  const letter = signature[at] === 'A' ? 'B' : 'A';
  return { ...headers, 'webhook-signature': signature.slice(0, at) + letter + signature.slice(at + 1) };
}

/** As they arrive when a header stands twice. */
const withTwice = (headers: Headers, name: string): Headers => ({
  ...headers,
  [name]: `${headers[name]}, ${headers[name]}`,
});
