// npm run bench [-- NAME…] [--short] [--profile]
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import type { Bench } from './bench.ts';
import { copies } from './copies.ts';
import { decision } from './decision.ts';
import { humanTask } from './human-task.ts';
import { inboxGrowth } from './inbox-growth.ts';
import { inbox } from './inbox.ts';
import { waiting } from './waiting.ts';
import { live } from './live.ts';
import { lineOf, tableOf, type BenchResult } from './report.ts';
import { webhook } from './webhook.ts';

const benches: Record<string, Bench> = {
  webhook,
  decision,
  inbox,
  'inbox-growth': inboxGrowth,
  copies,
  'human-task': humanTask,
  waiting,
  live,
};

const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: { short: { type: 'boolean', default: false }, profile: { type: 'boolean', default: false } },
});
const unknown = positionals.filter((name) => !(name in benches));
if (unknown.length > 0) {
  console.error(`There is no benchmark ${unknown.join(', ')}; there are ${Object.keys(benches).join(', ')}`);
  process.exit(2);
}

const undo: (() => unknown)[] = [];
for (const signal of ['SIGINT', 'SIGTERM', 'disconnect'] as const)
  process.once(signal, () => void undoAll().finally(() => process.exit(1)));

for (const name of positionals.length > 0 ? positionals : Object.keys(benches)) {
  console.log(`\n${name}${values.short ? ', short' : ''}`);
  const result = await runBench(name);
  console.log(`\n${tableOf(result)}`);
  console.log(lineOf(result));
  if (!values.short && !values.profile) keep(result);
}
process.exit(0);

async function runBench(name: string): Promise<BenchResult> {
  const folder = mkdtempSync(join(tmpdir(), `countersign-bench-${name}-`));
  undo.push(() => rmSync(folder, { recursive: true, force: true }));
  const profileFolder = values.profile ? resolve('.countersign/profiles', name) : undefined;
  if (profileFolder !== undefined) mkdirSync(profileFolder, { recursive: true });
  try {
    return await benches[name]!({
      folder,
      isShort: values.short,
      profileFolder,
      say: (line) => console.log(line),
      atEnd: (step) => undo.push(step),
    });
  } finally {
    await undoAll();
  }
}

async function undoAll(): Promise<void> {
  for (let step = undo.pop(); step !== undefined; step = undo.pop()) {
    try {
      await step();
    } catch (error) {
      console.error(error);
    }
  }
}

function keep(result: BenchResult): void {
  const folder = resolve(import.meta.dirname, 'results');
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, `${result.bench}.json`), `${JSON.stringify(result, null, 2)}\n`);
}
