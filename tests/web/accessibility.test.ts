import { AxeBuilder } from '@axe-core/playwright';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { digestOf } from '../../web/fixtures/evidence.ts';
import { openBrowser, openSite, openTab, type Site } from './open-pages.ts';

// A browser takes its time where tests of other parts run beside it.
vi.setConfig({ testTimeout: 60_000 });

let browser: Browser;
let sites: Record<'usual' | 'empty' | 'overfull', Site>;
beforeAll(async () => {
  browser = await openBrowser();
  sites = { usual: await openSite('usual'), empty: await openSite('empty'), overfull: await openSite('overfull') };
});
afterAll(async () => {
  await browser.close();
  await Promise.all(Object.values(sites).map((site) => site.close()));
});

const pages: [scenario: keyof typeof sites, path: string, who: string][] = [
  ['usual', '/sign-in', 'nobody'],
  ['usual', '/reviews', 'compliance-1'],
  ['usual', '/reviews?view=done', 'compliance-1'],
  ['usual', '/reviews/rev_2', 'compliance-1'],
  ['usual', '/reviews/rev_6c', 'compliance-1'],
  ['usual', '/reviews/rev_7e', 'compliance-1'],
  ['usual', '/reviews/rev_waiting', 'data-scientist-1'],
  ['usual', '/reviews/rev_signed', 'validator-1'],
  ['usual', '/reviews/rev_promised', 'data-scientist-1'],
  ['usual', '/reviews/rev_rebased', 'validator-1'],
  ['usual', '/reviews/rev_3', 'admin'],
  ['usual', '/reviews/rev_2/compare', 'compliance-1'],
  ['usual', '/step-up', 'validator-1'],
  ['usual', '/settings', 'validator-1'],
  ['usual', '/reviews?q=mortgage&due=week', 'compliance-1'],
  ['usual', `/reviews/rev_2/documents/${digestOf('model_card')}`, 'compliance-1'],
  ['usual', '/models', 'auditor'],
  ['usual', '/models/mortgage-denial', 'auditor'],
  ['usual', '/models/mortgage-denial/versions/4', 'auditor'],
  ['usual', '/journal?verify=1', 'auditor'],
  ['usual', '/policies', 'auditor'],
  ['usual', '/policies/high/versions/2', 'auditor'],
  ['usual', '/nowhere', 'auditor'],
  ['empty', '/reviews', 'compliance-1'],
  ['empty', '/journal', 'auditor'],
  ['empty', '/settings', 'validator-1'],
  ['overfull', '/reviews', 'compliance-1'],
  ['overfull', '/reviews/rev_long', 'compliance-1'],
];

// Rows of long tables and lists are alike.
const laterRows = [
  'tbody tr:nth-child(n + 6)',
  '#findings li:nth-child(n + 12)',
  '[data-decision-form] fieldset > div:nth-child(n + 12)',
];
const everyRule = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];

/** Faults that keep somebody out, in one line each. */
async function findFaults(axe: AxeBuilder): Promise<string[]> {
  const { violations } = await axe.analyze();
  return violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .flatMap(({ id, nodes }) => nodes.map((node) => `${id}: ${node.html.slice(0, 160)}`));
}

describe.each(pages)('%s %s for %s', (scenario, path, who) => {
  it('keeps nobody out, in light and dark', async () => {
    const page = await openTab(browser, sites[scenario], who, { colorScheme: 'light', reducedMotion: 'reduce' });
    await page.goto(path);
    await page.evaluate(`document.querySelectorAll('main details').forEach((fold) => (fold.open = true))`);
    const axe = laterRows.reduce(
      (builder, rows) => builder.exclude(rows),
      new AxeBuilder({ page }).withTags(everyRule),
    );
    if (scenario === 'overfull') {
      // The colours are those of the usual pages, and measuring hundreds of rows takes a minute.
      expect(await findFaults(axe.disableRules(['color-contrast']))).toEqual([]);
    } else {
      expect(await findFaults(axe)).toEqual([]);
      // Without motion, or a colour on its way from light to dark would be measured.
      await page.emulateMedia({ colorScheme: 'dark', reducedMotion: 'reduce' });
      expect(await findFaults(axe.withRules(['color-contrast']))).toEqual([]);
    }
    expect(page.problems.filter((problem) => !problem.includes('404'))).toEqual([]);
    await page.context().close();
  });

  it('never scrolls sideways on a phone, nor at 400 % zoom', async () => {
    const page = await openTab(browser, sites[scenario], who);
    for (const width of [390, 320]) {
      await page.setViewportSize({ width, height: 800 });
      await page.goto(path);
      expect(await page.evaluate('document.documentElement.scrollWidth - window.innerWidth')).toBeLessThanOrEqual(0);
    }
    await page.context().close();
  });
});
