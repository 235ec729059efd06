import { randomBytes } from 'node:crypto';
import { connectDatabase } from '../../db/client.ts';
import { openMailReview } from '../../api/services/mail-review.ts';
import { cloneDatabase } from '../support/ground.ts';
import { listenHere } from '../support/listen-here.ts';
import { createPlainApp } from '../support/plain-app.ts';
import { seed } from '../support/seed.ts';
import { openBrowser } from '../web/open-pages.ts';
import { formTokenIn, mailPolicies, plantMailReviews, pressFields, type MailReviewOnDesk } from './mail-desk.ts';
import { intakeDepsOf } from './crowd.ts';
import { newCount, type Suite } from './suite.ts';

const AT_ONCE = 64;
const form = { 'content-type': 'application/x-www-form-urlencoded', 'sec-fetch-site': 'same-origin' };

/** Ways in which another site, or no page at all, sends the form of a person's link. */
const forgedHeaders: Record<string, Record<string, string>> = {
  'from another site': { 'content-type': form['content-type'], 'sec-fetch-site': 'cross-site' },
  'from a neighbour of ours': { 'content-type': form['content-type'], 'sec-fetch-site': 'same-site' },
  'from another origin': { 'content-type': form['content-type'], origin: 'https://evil.example' },
  'from an origin that is hidden': { 'content-type': form['content-type'], origin: 'null' },
  'with two words for where it comes from': { 'content-type': form['content-type'], 'sec-fetch-site': 'same-origin, cross-site' },
  'as plain text': { 'content-type': 'text/plain', 'sec-fetch-site': 'same-origin' },
  'as JSON': { 'content-type': 'application/json', 'sec-fetch-site': 'same-origin' },
  'as JSON that says it is text': { 'content-type': 'text/plain;application/json', 'sec-fetch-site': 'same-origin' },
  'in parts': { 'content-type': 'multipart/form-data; boundary=x', 'sec-fetch-site': 'same-origin' },
}; // prettier-ignore

export const mailLinks: Suite = {
  name: 'mail-links',
  does: 'links of mails: scanners, reuse, forwarding, late, forged forms, a million guesses (A-11, A-09)',
  run: async ({ ground, isShort, say }) => {
    const count = newCount();
    const times = isShort ? 4 : 100;
    const store = await cloneDatabase(ground.postgres);
    const database = connectDatabase({ url: store.databaseUrl, max: 12 });
    await seed(database, mailPolicies);
    const app = createPlainApp(database);
    const { pool } = database;
    const decided = async (id: string): Promise<number> =>
      Number((await pool.query<{ n: string }>('SELECT count(*) AS n FROM decisions WHERE review_id = $1', [id])).rows[0]!.n); // prettier-ignore
    const post = (path: string, fields: Record<string, string>, headers: Record<string, string> = form) =>
      app.request(path.split('?')[0]!, { method: 'POST', headers, body: new URLSearchParams(fields).toString() });
    const open = async (link: string, headers: Record<string, string> = {}) => app.request(link, { headers });
    const press = async (review: MailReviewOnDesk, link: string, headers?: Record<string, string>) => {
      const token = formTokenIn(await (await open(link)).text()) ?? 'none';
      return post(link, pressFields(review, link, token), headers);
    };
    const spent = new Set<string>();
    /** The constant answer, and no decision beside those that there were. */
    const expectSpent = async (name: string, review: MailReviewOnDesk, answer: Response, stand: number) => {
      count.injected++;
      // Who is signed in sees their own name above it.
      if (!name.includes('signed in'))
        spent.add((await answer.text()).replaceAll(review.id, 'rev').replaceAll(/code=[\w-]*/g, 'code'));
      if (answer.status !== 410) count.let_through.push(`${name}: answered ${answer.status}`);
      if ((await decided(review.id)) !== stand) count.let_through.push(`${name}: decided`);
    };
    const expectNothing = async (name: string, review: MailReviewOnDesk) => {
      count.injected++;
      if ((await decided(review.id)) !== 0) count.let_through.push(`${name}: decided`);
      const used = await pool.query('SELECT FROM mail_tokens WHERE review_id = $1 AND used_at IS NOT NULL', [
        review.id,
      ]);
      if (used.rowCount !== 0) count.lost.push(`${name}: a code was used up`);
    };

    // A scanner, without and with a browser.
    for (const review of await plantMailReviews(database, times, 'scanned')) {
      const link = await review.linkFor('validator-1');
      for (const method of ['GET', 'HEAD', 'OPTIONS', 'GET']) await (await app.request(link, { method })).arrayBuffer();
      await expectNothing('GET and HEAD', review);
    }
    const listening = await listenHere(app);
    const browser = await openBrowser();
    try {
      const context = await browser.newContext();
      for (const review of await plantMailReviews(database, times, 'browsed')) {
        const page = await context.newPage();
        await page.goto(`${listening.url}${await review.linkFor('validator-1')}`);
        for (const key of ['a', 'Enter', 'r']) await page.keyboard.press(key);
        await page.close();
        await expectNothing('a browser that runs the page and types', review);
      }
    } finally {
      await browser.close();
      await listening.close();
    }

    // Links that were good.
    const signedIn = await app.request('/sign-in', { method: 'POST', headers: form, body: 'handle=validator-2' });
    const cookie = signedIn.headers.get('set-cookie')!.split(';')[0]!;
    for (const review of await plantMailReviews(database, times, 'forwarded')) {
      const link = await review.linkFor('validator-1');
      const token = formTokenIn(await (await open(link)).text())!;
      await expectSpent('opened by another who is signed in', review, await open(link, { cookie }), 0);
      await expectSpent('pressed by another who is signed in', review, await post(link, pressFields(review, link, token), { ...form, cookie }), 0); // prettier-ignore
    }
    for (const review of await plantMailReviews(database, times, 'reused')) {
      const [link, second, other] = [await review.linkFor('validator-1'), await review.linkFor('validator-1'), await review.linkFor('validator-2')]; // prettier-ignore
      const token = formTokenIn(await (await open(link)).text())!;
      const first = await post(link, pressFields(review, link, token));
      if (first.status !== 200) count.lost.push(`a good press was answered ${first.status}`);
      await expectSpent('opened again', review, await open(link), 1);
      await expectSpent('pressed again', review, await post(link, pressFields(review, link, token)), 1);
      await expectSpent('a second link of the same person', review, await open(second), 1);
      await expectSpent('the link of another, after the decision', review, await open(other), 1);
    }
    for (const review of await plantMailReviews(database, times, 'moved')) {
      const link = await review.linkFor('validator-1');
      await pool.query(`DELETE FROM review_candidates WHERE review_id = $1 AND handle = 'validator-1'`, [review.id]);
      await expectSpent('after it was handed to others', review, await open(link), 0);
      await expectSpent('pressed after it was handed to others', review, await press(review, link), 0);
    }
    for (const review of await plantMailReviews(database, times, 'claimed')) {
      const link = await review.linkFor('validator-1');
      await pool.query(`UPDATE reviews SET assignee = 'validator-2', state = 'RESERVED' WHERE id = $1`, [review.id]);
      await expectSpent('claimed by another', review, await press(review, link), 0);
    }
    for (const review of await plantMailReviews(database, times, 'renewed')) {
      const link = await review.linkFor('validator-1');
      await pool.query(`UPDATE reviews SET revision = 2, material_revision = 2 WHERE id = $1`, [review.id]);
      await expectSpent('about older evidence', review, await press(review, link), 0);
    }

    // Forms that no page of ours sent.
    const forged = await plantMailReviews(database, Object.keys(forgedHeaders).length, 'forged');
    for (let time = 0; time < Math.ceil(times / 8); time++)
      for (const [index, [name, headers]] of Object.entries(forgedHeaders).entries()) {
        const review = forged[index]!;
        const answer = await press(review, await review.linkFor('validator-1'), headers);
        if (answer.status < 400) count.let_through.push(`a form ${name} was answered ${answer.status}`);
        await expectNothing(`a form ${name}`, review);
      }

    // Guesses.
    const [guessed] = await plantMailReviews(database, 1, 'guessed');
    const known = await guessed!.linkFor('validator-1');
    const deps = { ...intakeDepsOf(database), cursorKey: randomBytes(32) };
    const guesses = isShort ? 5_000 : 1_000_000;
    for (let made = 0; made < guesses; made += AT_ONCE)
      await Promise.all(
        Array.from({ length: AT_ONCE }, async () => {
          count.injected++;
          const code = randomBytes(32).toString('base64url');
          const opened = await openMailReview(deps, { reviewId: guessed!.id, code, signedIn: undefined });
          if (opened) count.let_through.push('a guess opened the review');
        }),
      );
    const limited = createPlainApp(database, { rateLimits: { failures: { requests: 30, seconds: 3_600 } } });
    const statuses: number[] = [];
    for (let n = 0; n < 100; n++) {
      count.injected++;
      statuses.push((await limited.request(`/mail/reviews/${guessed!.id}?code=${randomBytes(32).toString('base64url')}`)).status); // prettier-ignore
    }
    if (!statuses.slice(30).every((status) => status === 429)) count.let_through.push('guesses over HTTP have no end');
    if ((await limited.request(known)).status !== 200) count.lost.push('guesses of others lock a person out');
    if (spent.size !== 1) count.undetected.push(`codes that do not decide get ${spent.size} different answers`);
    say(`${guesses} guesses; one answer for ${count.injected - guesses} other attempts`);
    await database.close();
    await store.drop();
    return count;
  },
};
