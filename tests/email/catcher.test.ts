import { AxeBuilder } from '@axe-core/playwright';
import { serve } from '@hono/node-server';
import { mkdtemp, rm } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { createEmailSender, type EmailSender } from '../../channels/email/sender.ts';
import { usualCard, endedCard } from '../support/sample-cards.ts';
import { startMailCatcher, type MailCatcher } from '../../demo/mail-catcher.ts';
import { findFreePort } from '../../local/free-port.ts';
import { createPreview } from '../../web/fixtures/preview-app.ts';
import { loadAssets } from '../../web/assets.ts';
import { openBrowser } from '../web/open-pages.ts';

vi.setConfig({ testTimeout: 60_000 });

const picture = Buffer.from('iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg==', 'base64'); // prettier-ignore
const card = { ...usualCard, chart: { title: 'Rates by group', alt: 'Six times as often', png: async () => picture } };
const person = { handle: 'compliance-1', name: 'Carla Nowak', email: 'compliance-1@example.com', slackUserId: null, timeZone: 'Europe/Berlin' }; // prettier-ignore
const recipient = { name: person.handle, person };

let home: string;
let port: number;
let catcher: MailCatcher;
let sender: EmailSender;
let browser: Browser;
let url: string;
let stopServing: () => void;
beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'catcher-'));
  port = await findFreePort();
  catcher = await startMailCatcher({ port, home });
  sender = createEmailSender({
    smtpUrl: `smtp://127.0.0.1:${port}`,
    from: { name: 'Countersign', address: 'reviews@example.com' },
    domain: 'example.com',
    publicUrl: 'https://countersign.example.com',
    tokenFor: async () => 'c'.repeat(43),
    now: () => new Date(),
  });
  const place = await sender.deliver(card, recipient, null);
  await sender.deliver(endedCard, recipient, place);
  browser = await openBrowser();
  const { app } = createPreview({ assets: loadAssets('dist/assets'), mailbox: catcher });
  const server = serve({ fetch: app.fetch, port: 0, hostname: '127.0.0.1' });
  await new Promise((resolve) => server.once('listening', resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  stopServing = () => void server.close();
});
afterAll(async () => {
  await browser.close();
  stopServing();
  sender.close();
  await catcher.stop();
  await rm(home, { recursive: true });
});

const listOf = async (from = url) =>
  (await (await fetch(`${from}/demo/mail?format=json`)).json()) as {
    items: { to: string; subject: string; text: string; html: string; headers: Record<string, string> }[];
    nextCursor: null;
  };

/** Runs in the browser. */
declare function getComputedStyle(of: unknown): { borderRadius: string };
const radiusOf = (box: unknown): string => getComputedStyle(box).borderRadius;

/** What axe finds in light and dark, and whether it scrolls sideways on a phone. */
async function faultsOf(page: Page, spared: string[] = []): Promise<string[]> {
  const found: string[] = [];
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
    const { violations } = await new AxeBuilder({ page }).disableRules(spared).analyze();
    found.push(...violations.map(({ id, nodes }) => `${colorScheme} ${id} ${nodes[0]?.html}`));
  }
  for (const width of [390, 320]) {
    await page.setViewportSize({ width, height: 800 });
    const isWide = await page.evaluate('document.documentElement.scrollWidth > window.innerWidth');
    if (isWide) found.push(`scrolls sideways at ${width}`);
  }
  return found;
}

describe('the mailbox of the demo', () => {
  it('lists the mails that were sent, newest first, with both forms and their headers', async () => {
    const { items, nextCursor } = await listOf();
    expect(nextCursor).toBeNull();
    expect(items.map(({ to, subject }) => [to, subject.slice(0, 12)])).toEqual([
      ['compliance-1@example.com', 'Re: [Review]'],
      ['compliance-1@example.com', '[Review] mor'],
    ]);
    const [ended, opened] = items;
    expect(ended!.headers['in-reply-to']).toBe(opened!.headers['message-id']);
    expect(opened!.text).toContain(card.question);
    expect(opened!.html).toContain(card.question);
  });

  it('is not there outside of demo mode, nor without a catcher', async () => {
    for (const options of [{ demo: false, mailbox: catcher }, {}]) {
      const { app } = createPreview(options);
      for (const path of ['/demo/mail', '/demo/mail?format=json', `/demo/mail/${catcher.list()[0]!.id}`, `/demo/mail/${catcher.list()[0]!.id}/html`])
        expect((await app.request(path)).status).toBe(404);
    }
  }); // prettier-ignore

  it('shows a mail as its reader would see it, picture included, and runs nothing of it', async () => {
    const page = await (await browser.newContext({ viewport: { width: 1280, height: 900 } })).newPage();
    await page.goto(`${url}/demo/mail`);
    await page.getByRole('link', { name: '[Review] mortgage-denial 2' }).last().click();
    const frame = page.frameLocator('iframe');
    await frame.getByRole('heading', { name: card.question }).waitFor();
    expect(await frame.locator('img').evaluate((image: { naturalWidth: number }) => image.naturalWidth)).toBe(1);
    expect(await frame.locator('.card').evaluate(radiusOf)).toBe('10px');
    const { headers } = await fetch(`${url}/demo/mail/${catcher.list()[0]!.id}/html`);
    expect(headers.get('content-security-policy')).toMatch(/default-src 'none'.*frame-ancestors 'self'.*sandbox/);
    expect(headers.get('content-security-policy')).not.toContain('script-src');
    expect(headers.get('x-frame-options')).toBe('SAMEORIGIN');
    expect((await fetch(`${url}/demo/mail`)).headers.get('x-frame-options')).toBe('DENY');
  }); // prettier-ignore

  it('keeps nobody out, in light and dark, wide and on a phone, nor do its mails', async () => {
    const context = await browser.newContext({ reducedMotion: 'reduce' });
    const page = await context.newPage();
    for (const path of ['/demo/mail', `/demo/mail/${catcher.list()[1]!.id}`]) {
      await page.goto(`${url}${path}`);
      expect(await page.locator('iframe:not([title])').count()).toBe(0);
      // No script runs within it, so axe cannot look there; the mail itself is looked at below.
      await page.evaluate(`document.querySelector('iframe')?.remove()`);
      expect(await faultsOf(page)).toEqual([]);
    }
    // A mail is no page of a site: it has no landmarks.
    const mail = await context.newPage();
    await mail.setContent(catcher.list()[1]!.html);
    expect(await faultsOf(mail, ['region', 'landmark-one-main'])).toEqual([]);
  });

  it('keeps the mails over a restart', async () => {
    const before = await listOf();
    await catcher.stop();
    catcher = await startMailCatcher({ port, home });
    const { app } = createPreview({ mailbox: catcher });
    const after = (await (await app.request('/demo/mail?format=json')).json()) as typeof before;
    expect(after).toEqual(before);
    expect(catcher.list()[1]!.pictures['chart@countersign']?.base64).toBe(picture.toString('base64'));
  });

  it('counts a mail once that is sent again under its own name', async () => {
    const before = catcher.list().length;
    await sender.deliver(card, recipient, null);
    expect(catcher.list()).toHaveLength(before);
  });
});
