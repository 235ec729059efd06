import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { ask, findOnPath, isProgram, run } from './commands.mjs';
import { projectRoot, readJson } from './places.mjs';

const names = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable', 'chrome'];
const macPrograms = [
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
];
const advice = 'Install Chromium or Chrome so that it is on PATH (Debian: apt-get install chromium), then start again.';

/** A browser for the tests: the machine's own, else the one that npm brings, which needs no root. */
export async function findBrowser({ cache, say, node }) {
  const own = names.map((name) => findOnPath(name)).find(Boolean) ?? macPrograms.find(isProgram);
  if (own && ask(own, ['--version'])) return { path: own, from: 'machine' };

  const { version } = readJson(join(projectRoot, 'node_modules/@sparticuz/chromium/package.json')) ?? {};
  const folder = join(cache, `chromium-${version}`);
  const path = join(folder, 'chromium');
  if (isProgram(path) && existsSync(join(folder, 'complete.json'))) return { path, from: 'npm' };
  say(`browser for tests: unpacking Chromium from npm`);
  mkdirSync(folder, { recursive: true });
  // The package unpacks into the temporary folder that it is told of.
  const script = `
    const { default: chromium } = await import('@sparticuz/chromium');
    await chromium.executablePath();
    await (await import('node:fs/promises')).writeFile(process.env.TMPDIR + '/complete.json', '{}');`;
  const environment = { ...process.env, TMPDIR: folder };
  await run(node, ['--input-type=module', '--eval', script], { cwd: projectRoot, env: environment, advice });
  if (!ask(path, ['--version', '--no-sandbox'])) throw new Error(`${path} does not run on this machine. ${advice}`);
  return { path, from: 'npm' };
}
