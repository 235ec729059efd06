// The pages over made-up data, in a real browser.
import type { AddressInfo } from 'node:net';
import { serve } from '@hono/node-server';
import { chromium, type Browser, type BrowserContextOptions, type Locator, type Page } from 'playwright-core';
import { findTool } from '../../local/tools.ts';
import { loadAssets } from '../../web/assets.ts';
import { createPreview } from '../../web/fixtures/preview-app.ts';
import type { House, Scenario } from '../../web/fixtures/house.ts';

/** Nothing that a browser does by itself goes out of this machine. */
const quiet = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

export const openBrowser = (): Promise<Browser> =>
  chromium.launch({ executablePath: process.env['COUNTERSIGN_TEST_CHROMIUM'] ?? findTool('chromium'), args: quiet });

export interface Site {
  url: string;
  house: House;
  close: () => Promise<void>;
}

export async function openSite(scenario: Scenario = 'usual'): Promise<Site> {
  const { app, house } = createPreview({ scenario, assets: loadAssets('dist/assets') });
  const server = serve({ fetch: app.fetch, port: 0, hostname: '127.0.0.1' });
  await new Promise((resolve) => server.once('listening', resolve));
  const { port } = server.address() as AddressInfo;
  const close = () =>
    new Promise<void>((resolve) => {
      server.close(() => resolve());
      if ('closeAllConnections' in server) server.closeAllConnections();
    });
  return { url: `http://127.0.0.1:${port}`, house, close };
}

/** A tab in which this person is signed in. Every error on its console fails the page's caller through `problems`. */
export async function openTab(
  browser: Browser,
  site: Site,
  handle: string,
  options: BrowserContextOptions = {},
): Promise<Page & { problems: string[] }> {
  const context = await browser.newContext({
    baseURL: site.url,
    viewport: { width: 1280, height: 900 },
    timezoneId: 'Asia/Tokyo',
    ...options,
  });
  await context.addCookies([{ name: 'who', value: handle, url: site.url }]);
  const page = await context.newPage();
  const problems: string[] = [];
  page.on('console', (message) => message.type() === 'error' && problems.push(message.text()));
  page.on('pageerror', (error) => problems.push(error.message));
  return Object.assign(page, { problems });
}

/** Presses what leads to another page, and waits until all of that page is there: what is read of it at once may not be parsed yet. */
export async function follow(pressed: Locator): Promise<void> {
  const arrived = pressed.page().waitForEvent('load');
  await Promise.all([arrived, pressed.click()]);
}
