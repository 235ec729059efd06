import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { run } from './commands.mjs';
import { projectRoot, readJson, writeJson } from './places.mjs';

const stampFile = join(projectRoot, 'node_modules/.countersign/packages.json');
const advice =
  'Check that the npm registry can be reached (npm ping) and that this folder is writable, then start again.';

/** Installs the packages of the lock file when node_modules differs from it. Answers whether it had to. */
export async function installPackages(say) {
  const lockText = readFileSync(join(projectRoot, 'package-lock.json'));
  const { allowScripts = {} } = readJson(join(projectRoot, 'package.json'));
  const digest = createHash('sha256').update(lockText).update(JSON.stringify(allowScripts)).digest('hex');
  if (readJson(stampFile)?.digest === digest) return false;

  const installed = readJson(join(projectRoot, 'node_modules/.package-lock.json'));
  if (!installed || !sameVersions(JSON.parse(lockText), installed)) {
    say('packages: installing what package-lock.json names (about a minute the first time)');
    await npm(['ci', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error']);
  }
  await runApprovedScripts(allowScripts);
  writeJson(stampFile, { digest });
  return true;
}

/**
 * Whether npm's record of what it installed agrees with the lock file. Packages for other platforms are in the lock
 * file only.
 */
export function sameVersions(lock, installed) {
  const wanted = lock.packages;
  const present = installed.packages;
  for (const [path, entry] of Object.entries(present)) {
    if (wanted[path]?.version !== entry.version || wanted[path]?.integrity !== entry.integrity) return false;
  }
  return Object.entries(wanted).every(
    ([path, entry]) => path === '' || path in present || entry.optional || entry.devOptional,
  );
}

async function runApprovedScripts(allowScripts) {
  const approved = Object.keys(allowScripts).filter((name) => allowScripts[name] === true);
  for (const name of approved) {
    const folder = join(projectRoot, 'node_modules', name);
    const script = readJson(join(folder, 'package.json'))?.scripts?.postinstall;
    const [, file] = /^node (\S+)$/.exec(script ?? '') ?? [];
    if (!existsSync(folder) || !file) continue;
    await run(process.execPath, [file], { cwd: folder, advice });
  }
}

function npm(args) {
  return run('npm', args, { cwd: projectRoot, advice, shell: process.platform === 'win32' });
}
