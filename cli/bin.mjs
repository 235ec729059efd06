#!/usr/bin/env node
// Runs the command line on our Node, which takes TypeScript as it is, in the caller's folder.
import { spawn } from 'node:child_process';
import { constants } from 'node:os';
import { fileURLToPath } from 'node:url';
import { findNode } from '../scripts/setup/node.mjs';

const program = fileURLToPath(new URL('main.ts', import.meta.url));
const node = nodeOrExplain();
const child = spawn(node, [program, ...process.argv.slice(2)], { stdio: 'inherit' });
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
