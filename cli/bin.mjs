#!/usr/bin/env node
// Runs the command line on our Node, in the caller's folder.
import { spawn } from 'node:child_process';
import { constants } from 'node:os';
import { fileURLToPath } from 'node:url';
import { findNode } from '../scripts/setup/node.mjs';

const loader = new URL('../node_modules/tsx/dist/loader.mjs', import.meta.url);
const program = fileURLToPath(new URL('main.ts', import.meta.url));
const node = nodeOrExplain();
const child = spawn(node, ['--import', loader.href, program, ...process.argv.slice(2)], {
  stdio: 'inherit',
  env: { ...process.env, TSX_TSCONFIG_PATH: fileURLToPath(new URL('../tsconfig.json', import.meta.url)) },
});
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => child.kill(signal));
child.on('exit', (code, signal) => process.exit(code ?? 128 + constants.signals[signal]));

function nodeOrExplain() {
  try {
    return findNode().path;
  } catch (error) {
    console.error(`${error.message}\nRun "npm run setup" in Countersign's folder first.`);
    process.exit(1);
  }
}
