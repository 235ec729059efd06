import { describe, expect, it } from 'vitest';
import { follow } from './open-pages.ts';
import { siteForEachTest } from './site-for-each-test.ts';

const site = siteForEachTest();

const reason = 'I compared both groups row by row; the gap follows debt ratios that the 2025 assessment accepted.';

describe('a decision in the inbox', () => {
  it('can be made with the keyboard alone, from the list to the next review', async () => {
    const page = await site.openTab('compliance-1');
    await page.goto('/reviews');
    await page.keyboard.press('j');
    await page.keyboard.press('j');
    await page.keyboard.press('j');
    await page.keyboard.press('Enter');
    await page.waitForURL('**/reviews/rev_2');

    await page.keyboard.press('a');
    expect(await page.isChecked('input[value=APPROVED]')).toBe(true);
    // On through the form with Tab alone: each finding's link, answer and reason, then the reason of it all, then the button.
    const next = () => page.keyboard.press('Tab');
    for (const letter of ['A', 'M']) {
      await next();
      await next();
      await page.keyboard.press(letter);
      await next();
      await page.keyboard.type('Within what was assessed before.');
    }
    await next();
    await page.keyboard.type(reason);
    // Past what an approval may hang on: conditions, and a check that must still hold.
    await next();
    await next();
    await next();
    expect(await page.locator(':focus').textContent()).toContain('Approve with this reason');
    await page.keyboard.press('Enter');

    await page.getByRole('heading', { name: 'You approved' }).waitFor();
    expect(site.house.done).toEqual([{ verb: 'APPROVED', reviewId: 'rev_2', by: 'compliance-1' }]);
    await page.keyboard.press('j');
    await page.waitForURL('**/reviews/rev_6c');
    expect(page.problems).toEqual([]);
  });

  it('can be made without a script', async () => {
    const page = await site.openTab('compliance-1', { javaScriptEnabled: false });
    await page.goto('/reviews/rev_2');
    await page.check('input[value=REJECTED]');
    // The style sheet alone shows what follows from it, and takes away what only an approval needs.
    expect(await page.getByRole('button', { name: 'Reject with this reason' }).isVisible()).toBe(true);
    expect(await page.getByText('Counts as rejection 1 of 2').isVisible()).toBe(true);
    expect(await page.locator('#disposition-0').isVisible()).toBe(false);
    await page.fill('#reason', reason);
    await follow(page.getByRole('button', { name: 'Reject with this reason' }));
    expect(await page.getByRole('heading', { name: 'You rejected' }).isVisible()).toBe(true);
    expect(site.house.done).toEqual([{ verb: 'REJECTED', reviewId: 'rev_2', by: 'compliance-1' }]);
  });

  it('keeps what was written when it is refused, and says what is missing', async () => {
    const page = await site.openTab('compliance-1');
    await page.goto('/reviews/rev_2');
    await page.check('input[value=APPROVED]');
    await page.fill('#reason', 'ok');
    await page.getByRole('button', { name: 'Approve with this reason' }).click();
    await page.getByRole('alert').waitFor();
    expect(await page.inputValue('#reason')).toBe('ok');
    expect(await page.isChecked('input[value=APPROVED]')).toBe(true);
    expect(await page.getByText('Choose an answer and say why.').count()).toBe(2);
    expect(await page.locator(':focus').getAttribute('role')).toBe('alert');
    expect(site.house.done).toEqual([]);
  });

  it('is not made by single keys once they are switched off', async () => {
    const page = await site.openTab('compliance-1');
    await page.goto('/reviews/rev_2');
    await page.keyboard.press('?');
    const kept = page.waitForResponse('**/settings/shortcuts');
    await page.getByLabel('Single keys act as shortcuts').uncheck();
    await kept;
    await page.keyboard.press('Escape');
    await page.reload();
    await page.keyboard.press('a');
    expect(await page.isChecked('input[value=APPROVED]')).toBe(false);
    expect(await page.locator('[data-shortcut-hint]:visible').count()).toBe(0);
  });
});

describe('a page', () => {
  it('shows times in the viewer’s zone, with UTC under the pointer', async () => {
    const page = await site.openTab('compliance-1');
    await page.goto('/reviews/rev_2');
    const due = page.locator('time').first();
    expect(await due.textContent()).toBe('Wed 25 Nov, 01:59');
    expect(await due.getAttribute('title')).toBe('2026-11-24 16:59:48 UTC');
  });

  it('shows times in UTC, and says so, where there is no script', async () => {
    const page = await site.openTab('compliance-1', { javaScriptEnabled: false });
    await page.goto('/reviews/rev_2');
    expect(await page.locator('time').first().textContent()).toBe('Tue 24 Nov, 16:59 UTC');
  });

  it.each([true, false])('keeps the colours that a person chose (with a script: %s)', async (javaScriptEnabled) => {
    const page = await site.openTab('compliance-1', { colorScheme: 'light', javaScriptEnabled });
    await page.goto('/reviews');
    await page.locator('[data-menu] summary').click();
    await page.getByRole('button', { name: 'Dark' }).click();
    await page.goto('/models');
    expect(await page.locator('html').getAttribute('data-theme')).toBe('dark');
  });

  it('reads marked reviews one after the other', async () => {
    const page = await site.openTab('compliance-1');
    await page.goto('/reviews');
    for (const key of ['j', 'j', 'x', 'j', 'x']) await page.keyboard.press(key);
    await page.getByRole('button', { name: 'Read the marked ones in order' }).click();
    await page.waitForURL('**/reviews/rev_5?queue=rev_2');
    expect(page.problems).toEqual([]);
  });

  it('verifies the journal in front of the reader and ends in a sentence', async () => {
    const page = await site.openTab('auditor');
    await page.goto('/journal');
    await page.getByRole('button', { name: 'Verify' }).click();
    await page.getByText('All 19 entries in 3 chains are as they were written; none is missing.').waitFor();
    expect(page.problems).toEqual([]);
  });
});

describe('what stands beside a review', () => {
  it.each([
    ['scrolls with the page where it is taller than the window', 900, false],
    ['stays in view where all of it fits', 1_900, true],
  ])('%s, and hides nothing in a scroll area of its own', async (_, height, stays) => {
    const page = await site.openTab('compliance-1', { viewport: { width: 1440, height } });
    await page.goto('/reviews/rev_2');
    await page.locator(`.review-aside > ${stays ? '[data-fits]' : 'div:not([data-fits])'}`).waitFor();
    await page.evaluate('scrollTo(0, 500)');
    const column = "document.querySelector('.review-aside > div')";
    expect(await page.evaluate(`${column}.getBoundingClientRect().top > 0`)).toBe(stays);
    expect(await page.evaluate(`${column}.scrollHeight - ${column}.clientHeight`)).toBeLessThanOrEqual(1);
  });
});
