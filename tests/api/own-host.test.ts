import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { connectDatabase, type Database } from '../../db/client.ts';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';
import { createPlainApp, giveTokens } from '../support/plain-app.ts';
import { seed } from '../support/seed.ts';

let store: TestDatabase;
let database: Database;
let tokenOf: (handle: string) => string;
beforeAll(async () => {
  store = await createTestDatabase();
  database = connectDatabase({ url: store.databaseUrl, max: 2 });
  await seed(database, []);
  tokenOf = await giveTokens(database);
});
afterAll(async () => {
  await database.close();
  await store.drop();
});

const appOf = (demo: boolean) => createPlainApp(database, { demo, publicUrl: 'http://countersign.test:8080' });
const read = async (host: string, { demo = true, path = '/sign-in', headers = {} } = {}) =>
  (await appOf(demo).request(path, { headers: { host, ...headers } })).status;
/** As a browser sends it that knows no Sec-Fetch-Site, or one that does. */
const signIn = async (host: string, headers: Record<string, string>, demo = true) =>
  (
    await appOf(demo).request('/sign-in', {
      method: 'POST',
      headers: { host, 'content-type': 'application/x-www-form-urlencoded', ...headers },
      body: demo ? 'handle=validator-1' : `token=${tokenOf('validator-1')}`,
    })
  ).status;
const own = [
  'localhost:8080',
  'localhost:9123',
  '127.0.0.1:8080',
  '[::1]:8080',
  '192.0.2.7:8080',
  '[2001:db8::7]:8080',
  'countersign.test',
  'countersign.test:9000',
];
const foreign = ['rebound.example', 'rebound.example:8080', 'localhost.rebound.example', '127.0.0.1.rebound.example', 'countersign.test.rebound.example', 'localhost@rebound.example', '']; // prettier-ignore

describe('a demo, where nobody needs a secret', () => {
  it.each(own)('answers as %s', async (host) => {
    expect(await read(host)).toBe(200);
    expect(await signIn(host, { origin: `http://${host}` })).toBe(303);
    expect(await signIn(host, { origin: `http://${host}`, 'sec-fetch-site': 'same-origin' })).toBe(303);
  });

  it.each(foreign)('shows nothing to, and signs nobody in for, a page that was given our address under the name %j', async (host) => {
    for (const path of ['/sign-in', '/demo/mail', '/demo/slack', '/v1/reviews', '/reviews', '/'])
      expect(await read(host, { path })).toBe(403);
    // A page cannot call itself a program either.
    expect(await read(host, { path: '/demo/mail', headers: { authorization: 'Bearer x' } })).toBe(403);
    expect(await signIn(host, { origin: `http://${host}` })).toBe(403);
    expect(await signIn(host, { origin: `http://${host}`, 'sec-fetch-site': 'same-origin' })).toBe(403);
  }); // prettier-ignore

  it('answers programs with their tokens, and whoever asks whether it is up, under any name', async () => {
    const headers = { authorization: `Bearer ${tokenOf('validator-1')}` };
    expect(await read('countersign', { path: '/v1/reviews', headers })).toBe(200);
    expect(await read('countersign', { path: '/healthz' })).toBe(200);
  });
});

describe('outside of demo mode', () => {
  it('is reached under any name, but signs in for pages of its own names only', async () => {
    expect(await read('proxy.internal', { demo: false })).toBe(200);
    expect(await signIn('rebound.example', { origin: 'http://rebound.example' }, false)).toBe(403);
    expect(await signIn('countersign.test', { origin: 'http://countersign.test' }, false)).toBe(303);
    expect(await signIn('proxy.internal', { origin: 'http://countersign.test:8080' }, false)).toBe(303);
  });
});
