// The pages over the real server and database, in a real browser.
import type { AddressInfo } from 'node:net';
import { serve, type ServerType } from '@hono/node-server';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { createLiveFeed } from '../../api/live/live-feed.ts';
import { startTail } from '../../relay/tail-loop.ts';
import { listenForWakeUps } from '../../relay/wake-up.ts';
import type { RunLoop } from '../../db/run-loop.ts';
import { vapidKeysOf } from '../../integrations/push/vapid-keys.ts';
import { openApi, type Api } from '../support/api.ts';
import { createPlainApp } from '../support/plain-app.ts';
import { follow, openBrowser } from './open-pages.ts';

// A browser takes its time where tests of other parts run beside it.
vi.setConfig({ testTimeout: 60_000 });

const live = createLiveFeed();
let api: Api;
let browser: Browser;
let tail: RunLoop;
let stopListening: () => Promise<void>;
const servers: ServerType[] = [];

async function serveApp(demo: boolean): Promise<string> {
  const app = createPlainApp(api.database, { live, demo });
  const server = serve({ fetch: app.fetch, port: 0, hostname: '127.0.0.1' });
  servers.push(server);
  await new Promise((done) => server.once('listening', done));
  return `http://localhost:${(server.address() as AddressInfo).port}`;
}

let site: string;
let withoutDemo: string;
beforeAll(async () => {
  [browser, api] = [await openBrowser(), await openApi({ live })];
  tail = startTail({
    database: api.database,
    isWanted: live.isWanted,
    onBegin: live.begin,
    onPause: live.pause,
    onEntries: ({ events, deactivated }) => {
      live.publish(events);
      live.dismiss(deactivated);
    },
    onError: (error) => console.error(error),
  });
  live.whenWanted(tail.wake);
  stopListening = listenForWakeUps(api.databaseUrls.databaseUrl, tail.wake);
  site = await serveApp(true);
  withoutDemo = await serveApp(false);
});
afterAll(async () => {
  await browser.close();
  live.stop();
  for (const server of servers) server.close();
  await stopListening();
  await tail.stop();
  await api.close();
});
afterEach(() => Promise.all(browser.contexts().map((context) => context.close())));

async function signIn(handle: string, options: BrowserContextOptions = {}): Promise<Page> {
  const context = await browser.newContext({ baseURL: site, viewport: { width: 1280, height: 900 }, ...options });
  const page = await context.newPage();
  await page.goto('/sign-in');
  await page.locator(`button[value="${handle}"]`).click();
  await page.waitForURL('**/reviews');
  return page;
}

const browserKeys = { p256dh: vapidKeysOf(Buffer.alloc(32, 1)).publicKey, auth: 'A'.repeat(22) };
const reason = 'The plan and the numbers agree, and the gap was assessed before.';
const plain = { javaScriptEnabled: false };

describe('an open inbox', () => {
  it('loses a row and counts down when somebody else decides, without being loaded anew', async () => {
    const review = await api.plantReview();
    await api.plantReview();
    const page = await signIn('validator-1');
    await page.waitForSelector('html[data-live=open]');
    const waiting = Number(await page.locator('[data-waiting-count]').textContent());
    await page.evaluate('window.isTheSamePage = true');
    expect((await api.decideOn(review, 'validator-2')).status).toBe(201);
    await page.locator(`[data-row="${review.id}"]`).waitFor({ state: 'detached' });
    expect(Number(await page.locator('[data-waiting-count]').textContent())).toBe(waiting - 1);
    expect(await page.evaluate('window.isTheSamePage')).toBe(true);
  });

  it('of one review says when it takes no answer any more', async () => {
    const review = await api.plantReview();
    const page = await signIn('validator-1');
    await page.goto(`/reviews/${review.id}`);
    await page.waitForSelector('html[data-live=open]');
    await page.fill('#reason', 'Half a thought');
    const readings = async () =>
      (await api.house.journalOf(review.modelVersionId)).filter(({ type }) => type === 'evidence.read').length;
    const before = await readings();
    await api.decideOn(review, 'validator-2');
    await page.getByText('This moved on elsewhere').waitFor();
    expect(await page.inputValue('#reason')).toBe('Half a thought');
    // A page that renews itself is nobody reading.
    expect(await readings()).toBe(before);
    await page.getByRole('link', { name: 'Show it as it stands' }).click();
    await page.getByText('Approved', { exact: true }).first().waitFor();
  });
});

describe('without a script', () => {
  it('a review is asked about, answered, talked about and handed on', async () => {
    const review = await api.plantReview();
    const page = await signIn('validator-1', plain);
    const rowOf = async () => (await api.house.reviewsOf(review.modelVersionId))[0]!;
    await page.goto(`/reviews/${review.id}`);
    await page.getByLabel('Comment').fill('Seen, @validator-2.');
    await follow(page.getByRole('button', { name: 'Comment', exact: true }));
    await page.setInputFiles('#attachment', { name: 'rows.csv', mimeType: 'text/csv', buffer: Buffer.from('id\n1\n') });
    await follow(page.getByRole('button', { name: 'Attach', exact: true }));
    await page.locator('[data-act=requestInfo]').click();
    await page.getByLabel('Question', { exact: true }).fill('Which rows were left out?');
    await follow(page.getByRole('button', { name: 'Ask', exact: true }));
    expect((await rowOf()).state).toBe('SUSPENDED');

    const owner = await signIn('data-scientist-1', plain);
    await owner.goto(`/reviews/${review.id}`);
    await owner.getByLabel('Your answer').fill('Eleven without a label.');
    await follow(owner.getByRole('button', { name: 'Answer, and let the review go on' }));
    expect((await rowOf()).state).toBe('READY');
    const [download] = await Promise.all([
      owner.waitForEvent('download'),
      owner.getByRole('link', { name: 'rows.csv' }).click(),
    ]);
    expect(download.suggestedFilename()).toBe('rows.csv');

    await page.goto(`/reviews/${review.id}`);
    await page.locator('[data-act=delegate]').click();
    await page.locator('[data-act=delegate] + form [name=to]').selectOption('validator-2');
    await page.locator('[data-act=delegate] + form [name=reason]').fill('Away this week');
    await follow(page.getByRole('button', { name: 'Delegate' }));
    expect(await rowOf()).toMatchObject({ assignee: 'validator-2', delegatedBy: 'validator-1' });
    expect(await page.locator('#conversation li').allTextContents()).toEqual([
      expect.stringContaining('Seen, @validator-2.'),
      expect.stringContaining('rows.csv'),
      expect.stringContaining('Which rows were left out?'),
      expect.stringContaining('Eleven without a label.'),
    ]);
  });

  it('a verb that is refused keeps what was written and says why', async () => {
    const review = await api.plantReview();
    const page = await signIn('validator-1', plain);
    await page.goto(`/reviews/${review.id}`);
    await page.locator('[data-act=escalate]').click();
    await page.locator('[data-act=escalate] + form [name=reason]').fill('Nobody answers');
    await follow(page.getByRole('button', { name: 'Escalate' }));
    expect(await page.getByRole('alert').textContent()).toContain('The policy names nobody further');
    expect(await page.locator('[data-act=escalate] + form [name=reason]').inputValue()).toBe('Nobody answers');
  });

  it('settings are kept', async () => {
    const page = await signIn('compliance-1', plain);
    await page.goto('/settings');
    const day = (ahead: number) => new Date(Date.now() + ahead * 86_400_000).toISOString().slice(0, 10);
    await page.fill('[name=from]', day(3));
    await page.fill('[name=to]', day(9));
    await page.getByLabel('Deputy').selectOption('compliance-2');
    await follow(page.getByRole('button', { name: 'Say so' }));
    expect(await page.locator('#absence li').count()).toBe(1);
    await follow(page.getByRole('button', { name: 'Switch them off' }));
    expect(await page.locator('body').getAttribute('data-shortcuts')).toBe('off');
    const { rows } = await api.database.pool.query(
      "SELECT preferences->'shortcuts' AS shortcuts FROM people WHERE handle = 'compliance-1'",
    );
    expect(rows).toEqual([{ shortcuts: false }]);
  });
});

describe('a decision that the policy wants signed', () => {
  const plantSigned = async () => {
    const review = await api.plantReview();
    await api.database.pool.query(
      `UPDATE reviews SET terms = jsonb_set(terms, '{rules,assurance,approve}', '"webStepUp"') WHERE id = $1`,
      [review.id],
    );
    return review;
  };
  const decisionsOn = async (reviewId: string) =>
    (await api.database.pool.query('SELECT handle, assurance, signature, reason FROM decisions WHERE review_id = $1', [reviewId])).rows; // prettier-ignore

  it('is signed with one’s own token and with nobody else’s, and nothing written is lost on the way', async () => {
    const review = await plantSigned();
    const context = await browser.newContext({ baseURL: withoutDemo, javaScriptEnabled: false });
    const page = await context.newPage();
    await page.goto(`/sign-in?next=/reviews/${review.id}`);
    await page.fill('#token', api.tokenOf('validator-1'));
    await follow(page.getByRole('button', { name: 'Sign in' }));
    await page.check('input[value=APPROVED]');
    await page.fill('#reason', reason);
    await follow(page.getByRole('button', { name: 'Approve with this reason' }));
    for (const [owner, isTheirs] of [
      ['validator-2', false],
      ['validator-1', true],
    ] as const) {
      await page.fill('#proof-token', api.tokenOf(owner));
      await follow(page.getByRole('button', { name: /^Sign as/ }));
      expect(await page.getByRole('alert').count()).toBe(isTheirs ? 0 : 1);
      expect(await decisionsOn(review.id)).toHaveLength(isTheirs ? 1 : 0);
    }
    expect(await decisionsOn(review.id)).toEqual([
      { handle: 'validator-1', assurance: 'webStepUp', reason, signature: expect.objectContaining({ meaning: 'approval' }) },
    ]); // prettier-ignore
    expect(await page.locator('#decision').textContent()).toContain('Signed:');
  });

  it('needs no second proof within five minutes of the first', async () => {
    const review = await plantSigned();
    const page = await signIn('validator-1', plain);
    await page.goto(`/step-up?next=/reviews/${review.id}`);
    await page.getByRole('button', { name: /^I am/ }).click();
    await page.waitForURL(`**/reviews/${review.id}`);
    await page.check('input[value=APPROVED]');
    await page.fill('#reason', `${reason} Again.`);
    await follow(page.getByRole('button', { name: 'Approve with this reason' }));
    expect(await page.getByRole('heading', { name: 'You approved' }).isVisible()).toBe(true);
    expect(await decisionsOn(review.id)).toMatchObject([{ assurance: 'webStepUp' }]);
  });
});

describe('the pages as an app', () => {
  it('keep assets on the device and no page', async () => {
    const page = await signIn('compliance-1');
    await page.evaluate('navigator.serviceWorker.ready');
    await page.goto('/models');
    await page.goto('/journal');
    const kept = await page.evaluate<string[]>(
      `caches.open('countersign-assets').then((cache) => cache.keys()).then((keys) => keys.map(({ url }) => new URL(url).pathname))`,
    );
    expect(kept.length).toBeGreaterThan(0);
    expect(kept.filter((path) => !path.startsWith('/assets/'))).toEqual([]);
    const manifest = (await (await page.request.get('/manifest.webmanifest')).json()) as { icons: { src: string }[] };
    for (const { src } of manifest.icons) expect((await page.request.get(src)).status()).toBe(200);
  });

  it('show what is pushed, and offer pushes where the browser takes them', async () => {
    const page = await signIn('compliance-1', { permissions: ['notifications'] });
    const devtools = await page.context().newCDPSession(page);
    // A push to a worker that is not stored and active yet is dropped without a word.
    const activated = new Promise<string>((found) =>
      devtools.on('ServiceWorker.workerVersionUpdated', ({ versions }) => {
        const active = versions.find(({ status }) => status === 'activated');
        if (active) found(active.registrationId);
      }),
    );
    await devtools.send('ServiceWorker.enable');
    await page.goto('/settings');
    await page.getByRole('button', { name: 'Send pushes to this browser' }).waitFor();
    const data = JSON.stringify({
      title: 'Compliance of m 1 waits for you',
      body: 'Is it fit?',
      url: '/reviews/rev_1',
      tag: 't',
    });
    await devtools.send('ServiceWorker.deliverPushMessage', { origin: site, registrationId: await activated, data });
    const shown = () => page.evaluate<unknown>(`navigator.serviceWorker.ready.then((worker) => worker.getNotifications()).then((all) => all.map(({ title, body, tag, data }) => ({ title, body, tag, data })))`); // prettier-ignore
    await expect.poll(shown, { timeout: 20_000 }).toEqual([{ title: 'Compliance of m 1 waits for you', body: 'Is it fit?', tag: 't', data: { url: '/reviews/rev_1' } }]); // prettier-ignore
  });

  it('get pushes from one press until the next', async () => {
    const page = await signIn('validator-2', { permissions: ['notifications'] });
    // No push service answers here: the browser's part of it is played.
    const endpoint = 'https://push.example.com/pressed';
    const json = { endpoint, expirationTime: null, keys: browserKeys };
    await page.addInitScript(`{
      let standing = null;
      const subscription = { endpoint: '${endpoint}', toJSON: () => (${JSON.stringify(json)}), unsubscribe: async () => ((standing = null), true) };
      PushManager.prototype.getSubscription = async () => standing;
      PushManager.prototype.subscribe = async () => (standing = subscription);
    }`);
    await page.goto('/settings');
    await page.getByRole('button', { name: 'Send pushes to this browser' }).click();
    await page.getByText('This browser gets pushes.').waitFor();
    const kept = async () => (await api.read<{ subscriptions: { endpoint: string }[] }>('/v1/people/me/push', 'validator-2')).subscriptions; // prettier-ignore
    expect(await kept()).toMatchObject([{ endpoint }]);
    await page.getByRole('button', { name: 'Send no more pushes to this browser' }).click();
    await page.getByText('This browser gets no pushes.').waitFor();
    expect(await kept()).toEqual([]);
  });
});
