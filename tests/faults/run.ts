// npm run faults [-- NAME… ] [--short]: injects faults and bad input, and counts what they did. Ends with 1 unless nothing was lost,
// doubled, undetected or let through.
import { startEmbeddedPostgres } from '../../local/embedded-postgres.ts';
import { startTemporalServer } from '../../local/temporal-server.ts';
import { findTool } from '../../local/tools.ts';
import { makeFolder, makeTemplate } from '../support/ground.ts';
import type { Count, Ground, Suite } from './suite.ts';
import { suites } from './suites.ts';

const args = process.argv.slice(2);
const isShort = args.includes('--short');
const names = args.filter((arg) => !arg.startsWith('--'));
const wrong = [
  ...names.filter((name) => !suites.some((suite) => suite.name === name)),
  ...args.filter((arg) => arg.startsWith('--') && arg !== '--short'),
];
if (wrong.length > 0) {
  console.error(
    `There is no ${wrong.join(', ')}. Suites:\n${suites.map(({ name, does }) => `  ${name.padEnd(22)}${does}`).join('\n')}`,
  );
  process.exit(2);
}
const chosen = names.length === 0 ? suites : suites.filter((suite) => names.includes(suite.name));

const ground = await openGround();
try {
  for (const suite of chosen) if (!(await runSuite(suite, ground))) process.exitCode = 1;
} finally {
  await ground.close();
}
process.exit();

/** Answers whether the system held. */
async function runSuite(suite: Suite, on: Ground): Promise<boolean> {
  const startedAt = performance.now();
  console.log(`\n${suite.name}: ${suite.does}`);
  const count = await suite.run({ ground: on, isShort, say: (line) => console.log(`  ${line}`) });
  const { injected, ...wrongs } = count;
  for (const [kind, sentences] of Object.entries(wrongs)) printSome(kind, sentences);
  console.log(`  took ${((performance.now() - startedAt) / 1000).toFixed(1)} s`);
  const numbers = Object.fromEntries(Object.entries(wrongs).map(([kind, sentences]) => [kind, sentences.length]));
  console.log(JSON.stringify({ fault: suite.name, injected, ...numbers }));
  return injected > 0 && isHarmless(count);
}

function isHarmless({ lost, doubled, undetected, let_through }: Count): boolean {
  return [lost, doubled, undetected, let_through].every((sentences) => sentences.length === 0);
}

function printSome(kind: string, sentences: readonly string[]): void {
  for (const sentence of sentences.slice(0, 20)) console.log(`  ${kind}: ${sentence}`);
  if (sentences.length > 20) console.log(`  ${kind}: and ${sentences.length - 20} more`);
}

async function openGround(): Promise<Ground & { close: () => Promise<void> }> {
  const folder = makeFolder();
  const { path: home, logFolder } = folder;
  const [postgres, temporal] = await Promise.all([
    startEmbeddedPostgres({ home, logFolder }),
    startTemporalServer({ executable: findTool('temporal'), home, logFolder, storage: 'memory' }),
  ]);
  await makeTemplate(postgres);
  return {
    postgres,
    temporalAddress: temporal.address,
    close: async () => {
      await Promise.all([temporal.stop(), postgres.stop()]);
      folder.remove();
    },
  };
}
