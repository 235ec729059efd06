/**
 * Sets up everything that Countersign needs on this machine. Node built-ins only, any Node from 20 on: it runs before
 * there are packages. Run again it changes nothing and takes a moment.
 *
 *   node scripts/setup.mjs [--with-tests]
 */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { findBrowser } from './setup/browser.mjs';
import { SetupError } from './setup/commands.mjs';
import { findNode } from './setup/node.mjs';
import { installPackages } from './setup/packages.mjs';
import { cacheFolder, projectRoot, readJson, toolsFile, writeJson } from './setup/places.mjs';
import { makePython } from './setup/python.mjs';
import { findTemporal } from './setup/temporal.mjs';

/** Answers the tools, as also written to node_modules/.countersign/tools.json. */
export async function setUp({ withTests = false } = {}) {
  const started = performance.now();
  const say = (line) => console.log(`set-up  ${line}`);
  const cache = cacheFolder();
  const before = readJson(toolsFile) ?? {};

  const installed = await installPackages(say);
  if (installed) say('packages: as in package-lock.json');
  const node = findNode();
  const tools = { ...before, node };
  if (process.env.TEMPORAL_ADDRESS && !withTests) {
    say(`Temporal server: yours at ${process.env.TEMPORAL_ADDRESS} (TEMPORAL_ADDRESS)`);
  } else {
    tools.temporal = await findTemporal({ cache, say });
    const { path, from, version } = tools.temporal;
    if (path !== before.temporal?.path) say(`Temporal server: from ${from}, ${version}`);
  }
  buildAssets(node.path);
  if (withTests) {
    tools.chromium = await findBrowser({ cache, say, node: node.path });
    tools.python = await makePython({ cache, say });
  }
  // Compared with what lies there now: installing packages takes the file away with the rest.
  if (JSON.stringify(tools) !== JSON.stringify(readJson(toolsFile))) writeJson(toolsFile, tools);
  const seconds = ((performance.now() - started) / 1000).toFixed(1);
  say(`everything is there (Node ${node.version}, ${seconds} s)`);
  return tools;
}

function buildAssets(node) {
  const script = join(projectRoot, 'scripts/build-assets.mjs');
  if (!existsSync(script)) return;
  const { status } = spawnSync(node, [script], { cwd: projectRoot, stdio: ['ignore', 'inherit', 'inherit'] });
  if (status !== 0) throw new SetupError('The style sheets could not be built.', 'The lines above say why.');
}

/** Prints what went wrong and what to do about it. */
export function reportFailure(error) {
  console.error(`\nSet-up stopped: ${error instanceof SetupError ? error.message : (error.stack ?? error)}`);
  if (error.advice) console.error(`\nWhat to do: ${error.advice}`);
}

if (process.argv[1] && import.meta.url.endsWith('/scripts/setup.mjs') && process.argv[1].endsWith('setup.mjs')) {
  setUp({ withTests: process.argv.includes('--with-tests') }).catch((error) => {
    reportFailure(error);
    process.exitCode = 1;
  });
}
