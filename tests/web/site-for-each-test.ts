import type { Browser, BrowserContextOptions } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, vi } from 'vitest';
import { openBrowser, openSite, openTab, type Site } from './open-pages.ts';

/** One browser for the file, and made-up data of its own for each test; its tabs are closed behind it. */
export function siteForEachTest() {
  // A browser takes its time where tests of other parts run beside it.
  vi.setConfig({ testTimeout: 60_000 });
  let browser: Browser;
  let site: Site;
  beforeAll(async () => {
    browser = await openBrowser();
  });
  afterAll(() => browser.close());
  beforeEach(async () => {
    site = await openSite();
  });
  afterEach(async () => {
    await Promise.all(browser.contexts().map((context) => context.close()));
    await site.close();
  });
  return {
    get house() {
      return site.house;
    },
    openTab: (handle: string, options?: BrowserContextOptions) => openTab(browser, site, handle, options),
  };
}
