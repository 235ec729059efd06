// Takes the pictures of README and docs anew, from a running demo on which `npm run example -- --auto` was played.
//   node scripts/launch.mjs --with-tests scripts/take-pictures.ts
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { chromium, type Browser } from 'playwright-core';
import { z } from 'zod';
import { readConfig } from '../config.ts';
import { findTool } from '../local/tools.ts';

const folder = resolve(import.meta.dirname, '../docs/pictures');
const demoSchema = z.object({ url: z.string(), people: z.array(z.object({ handle: z.string(), token: z.string() })) });

const demo = demoSchema.parse(JSON.parse(readFileSync(join(readConfig().home, 'demo.json'), 'utf8')));
const browser = await chromium.launch({ executablePath: findTool('chromium'), args: ['--no-sandbox'] });
try {
  const review = await findReview('domain-expert', '2');
  // First, because every look at evidence is journaled.
  await take(browser, { name: 'journal', as: 'auditor', path: '/journal' });
  await take(browser, { name: 'inbox', as: 'domain-expert', path: '/reviews', height: 420 });
  await take(browser, { name: 'review', as: 'domain-expert', path: `/reviews/${review}` });
  await take(browser, { name: 'review-dark', as: 'domain-expert', path: `/reviews/${review}`, theme: 'dark' });
  await take(browser, { name: 'version', as: 'auditor', path: '/models/mortgage-denial/versions/1' });
  await take(browser, { name: 'refused', as: 'auditor', path: '/models/mortgage-denial/versions/4' });
} finally {
  await browser.close();
}

interface Picture {
  name: string;
  path: string;
  as: string;
  theme?: 'light' | 'dark';
  height?: number;
}

async function take(from: Browser, { name, path, as, theme = 'light', height = 860 }: Picture): Promise<void> {
  const context = await from.newContext({
    viewport: { width: 1280, height },
    deviceScaleFactor: 1.5,
    colorScheme: theme,
    reducedMotion: 'reduce',
  });
  const page = await context.newPage();
  await page.goto(`${demo.url}/sign-in`);
  await page.locator(`button[value="${as}"]`).click();
  await page.waitForURL('**/reviews');
  await page.goto(`${demo.url}${path}`);
  await page.waitForLoadState('networkidle');
  await page.screenshot({ path: join(folder, `${name}.png`) });
  await context.close();
}

/** The review of this version that waits for this person. */
async function findReview(handle: string, version: string): Promise<string> {
  const token = demo.people.find((person) => person.handle === handle)?.token;
  const answer = await fetch(`${demo.url}/v1/reviews?view=me`, { headers: { authorization: `Bearer ${token}` } });
  const { items } = z
    .object({ items: z.array(z.object({ id: z.string(), modelVersion: z.object({ version: z.string() }) })) })
    .parse(await answer.json());
  const found = items.find((item) => item.modelVersion.version === version);
  if (!found) throw new Error(`No review of version ${version} waits for ${handle}. Play: npm run example -- --auto`);
  return found.id;
}
