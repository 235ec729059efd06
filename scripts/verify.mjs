/**
 * Everything that a change must pass: types, lint with the walls between rooms, documents, tests. Runs all of them and
 * fails when one fails. The tests come last, so that their closing line is the last line.
 */
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { projectRoot } from './setup/places.mjs';

const program = (path) => join(projectRoot, 'node_modules', path);
const steps = [
  { name: 'types', args: [program('typescript/bin/tsc'), '--noEmit'] },
  { name: 'lint', args: [program('oxlint/bin/oxlint')], needs: '.oxlintrc.json' },
  { name: 'documents', args: ['scripts/check-docs.mjs'], needs: 'scripts/check-docs.mjs' },
  { name: 'tests', args: [program('vitest/vitest.mjs'), 'run'] },
].filter(({ needs }) => needs === undefined || existsSync(join(projectRoot, needs)));

const failed = [];
for (const { name, args } of steps) {
  console.log(`\nverify  ${name}`);
  if (name === 'tests' && failed.length > 0) console.log(`verify  failed so far: ${failed.join(', ')}`);
  const code = await run(args);
  if (code !== 0) failed.push(name);
}
process.exitCode = failed.length > 0 ? 1 : 0;

function run(args) {
  const child = spawn(process.execPath, args, { cwd: projectRoot, stdio: 'inherit' });
  const end = (signal) => {
    child.kill(signal);
    process.exit(1);
  };
  process.once('SIGINT', end).once('SIGTERM', end);
  return new Promise((resolve) => {
    child.on('exit', (code) => {
      process.off('SIGINT', end).off('SIGTERM', end);
      resolve(code ?? 1);
    });
  });
}
