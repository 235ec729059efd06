import type { Browser } from 'playwright-core';
import { AxeBuilder } from '@axe-core/playwright';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { uniqueName } from '../support/build.ts';
import { openMailRoom, type MailRoom } from '../support/mail-room.ts';
import { openBrowser } from '../web/open-pages.ts';

// A browser takes its time where tests of other parts run beside it.
vi.setConfig({ testTimeout: 60_000 });

let room: MailRoom;
let browser: Browser;
beforeAll(async () => {
  [room, browser] = await Promise.all([openMailRoom(), openBrowser()]);
});
afterEach(() => Promise.all(browser.contexts().map((context) => context.close())));
afterAll(async () => {
  await browser.close();
  await room.close();
});

/** Everything that a decision could leave behind. */
async function tracesOf(reviewId: string): Promise<unknown> {
  const { pool } = room.database;
  const [review, codes, decided, sessions, journal] = await Promise.all([
    pool.query('SELECT state, outcome, revision FROM reviews WHERE id = $1', [reviewId]),
    pool.query('SELECT token_hash, used_at FROM mail_tokens WHERE review_id = $1 ORDER BY 1', [reviewId]),
    pool.query('SELECT count(*) FROM decisions WHERE review_id = $1', [reviewId]),
    pool.query('SELECT count(*) FROM sessions'),
    pool.query(`SELECT count(*) FROM journal.entries WHERE stream = (SELECT model_version_id FROM reviews WHERE id = $1)`, [reviewId]),
  ]); // prettier-ignore
  return [review.rows, codes.rows, decided.rows, sessions.rows, journal.rows];
}

const linkTo = async (handle: string) => {
  const { review, mailTo } = await room.open();
  return { review, link: `${room.url}${room.linkIn(mailTo(handle))}` };
};

describe('a scanner that opens every link of a mail', () => {
  it('with GET, HEAD and whatever else, changes nothing', async () => {
    const { review, link } = await linkTo('validator-1');
    const before = await tracesOf(review.id);
    for (const method of ['GET', 'HEAD', 'OPTIONS', 'GET', 'HEAD', 'PUT', 'DELETE', 'PATCH', 'POST']) {
      const answer = await fetch(link, { method, redirect: 'manual', headers: { 'user-agent': 'SafeLinks/1.0' } });
      await answer.arrayBuffer();
      expect(answer.headers.get('set-cookie')).toBeNull();
    }
    expect(await tracesOf(review.id)).toEqual(before);
  });

  it('in a real browser that runs the page’s scripts, moves, types, follows its links and waits until it is quiet, changes nothing', async () => {
    const { review, link } = await linkTo('validator-1');
    const before = await tracesOf(review.id);
    const posted: string[] = [];
    for (const javaScriptEnabled of [true, false]) {
      const context = await browser.newContext({ javaScriptEnabled });
      const page = await context.newPage();
      page.on('request', (request) => request.method() === 'POST' && posted.push(request.url()));
      await page.goto(link, { waitUntil: 'networkidle' });
      await page.mouse.move(200, 300);
      await page.mouse.wheel(0, 2_000);
      for (const key of ['a', 'c', 'r', 'j', 'k', 'Enter', 'Escape']) await page.keyboard.press(key);
      await page.reload({ waitUntil: 'networkidle' });
      const hrefs = await page.locator('a[href^="/"]').evaluateAll((links) => links.map((each) => each.getAttribute('href')!));
      for (const href of hrefs) await page.goto(`${room.url}${href}`, { waitUntil: 'networkidle' });
      await context.close();
    }
    expect(posted).toEqual([]);
    expect(await tracesOf(review.id)).toEqual(before);
  }); // prettier-ignore

  it('and that submits every form it finds, as it stands, decides nothing', async () => {
    const { review, link } = await linkTo('validator-1');
    const page = await (await browser.newContext()).newPage();
    await page.goto(link);
    await page.evaluate('document.querySelectorAll("form").forEach((form) => form.submit())');
    await page.getByText('Choose an outcome').first().waitFor();
    const { rows } = await room.database.pool.query('SELECT 1 FROM decisions WHERE review_id = $1', [review.id]);
    expect(rows).toEqual([]);
    // The person comes after the scanner, and the link is as good as ever.
    await page.goto(link);
    expect(await page.locator('[data-decision-form]').count()).toBe(1);
  });
});

describe('a person who follows the link', () => {
  it.each([true, false])('decides with a press (with a script: %s)', async (javaScriptEnabled) => {
    const { review, link } = await linkTo('validator-1');
    const reason = `I read the card and the plan, ${uniqueName('note')}`;
    const page = await (await browser.newContext({ javaScriptEnabled })).newPage();
    await page.goto(link);
    await page.check('input[value=APPROVED]');
    await page.fill('#reason', reason);
    await page.getByRole('button', { name: 'Approve with this reason' }).click();
    await page.getByRole('heading', { name: 'You approved' }).waitFor();
    const { rows } = await room.database.pool.query('SELECT handle, channel, reason FROM decisions WHERE review_id = $1', [review.id]);
    expect(rows).toEqual([{ handle: 'validator-1', channel: 'email', reason }]);
    await page.goto(link);
    await page.getByRole('heading', { name: 'This link no longer decides' }).waitFor();
  }); // prettier-ignore

  it('is kept out by nothing on the page, in light and dark, wide and on a phone', async () => {
    const { link } = await linkTo('validator-1');
    for (const address of [link, link.replace(/code=.*/, 'code=spent')]) {
      const context = await browser.newContext({ colorScheme: 'light', reducedMotion: 'reduce' });
      const page = await context.newPage();
      await page.goto(address);
      for (const colorScheme of ['light', 'dark'] as const) {
        await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
        const { violations } = await new AxeBuilder({ page }).analyze();
        expect(violations.map(({ id, nodes }) => `${id} ${nodes[0]?.html}`)).toEqual([]);
      }
      for (const width of [390, 320]) {
        await page.setViewportSize({ width, height: 800 });
        expect(await page.evaluate('document.documentElement.scrollWidth - window.innerWidth')).toBeLessThanOrEqual(0);
      }
    }
  });
});
