/**
 * Sets up, then runs one of our programs on the right Node, with our TypeScript and JSX, signals and exit code passed on.
 *
 *   node scripts/launch.mjs [--with-tests] <program> [arguments]
 */
import { spawn } from 'node:child_process';
import { constants } from 'node:os';
import { delimiter, dirname, join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { projectRoot } from './setup/places.mjs';
import { reportFailure, setUp } from './setup.mjs';

const [first, ...others] = process.argv.slice(2);
const withTests = first === '--with-tests';
const [program, ...args] = withTests ? others : [first, ...others];
if (!program) {
  console.error('usage: node scripts/launch.mjs [--with-tests] <program> [arguments]');
  process.exit(2);
}

const tools = await setUp({ withTests }).catch((error) => {
  reportFailure(error);
  process.exit(1);
});

const tsx = pathToFileURL(join(projectRoot, 'node_modules/tsx/dist/loader.mjs')).href;
const folders = [dirname(tools.node.path), join(projectRoot, 'node_modules/.bin'), process.env.PATH];
const loader = /\.tsx?$/.test(program) ? ['--import', tsx] : [];
const child = spawn(tools.node.path, [...loader, resolve(projectRoot, program), ...args], {
  cwd: projectRoot,
  // The channel tells the child when we are gone, however we went.
  stdio: ['inherit', 'inherit', 'inherit', 'ipc'],
  env: { ...process.env, PATH: folders.join(delimiter) },
});
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
child.on('exit', (code, signal) => process.exit(code ?? 128 + constants.signals[signal]));

// npm killed outright tells nobody: its child is handed to another parent.
if (process.env.npm_lifecycle_event) {
  const parent = process.ppid;
  setInterval(() => process.ppid !== parent && child.kill('SIGTERM'), 1000).unref();
}
