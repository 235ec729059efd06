// The program of the evidence process: a request on standard input, an answer on standard output, then it ends.
import { rmSync } from 'node:fs';
import { text } from 'node:stream/consumers';
import { buildEvidencePack } from './build-evidence-pack.ts';
import type { EvidenceAnswer, EvidenceTask } from './run-in-process.ts';

const megabyte = 1024 ** 2;
const watchEveryMs = 100;
const outOfMemory: EvidenceAnswer = {
  ok: false,
  code: 'OUT_OF_MEMORY',
  message: 'The evidence process reached its memory limit.',
};

const task = JSON.parse(await text(process.stdin)) as EvidenceTask;

// Neither the heap limit nor DuckDB's counts all memory; what the system counts is what hurts others.
const parent = process.ppid;
const watch = setInterval(() => {
  // Nobody is left to read the answer or to clear away the copies.
  if (process.ppid !== parent) {
    rmSync(task.scratch, { recursive: true, force: true });
    stop();
  }
  if (process.memoryUsage.rss() > task.limits.memoryLimitMb * megabyte) finish(outOfMemory);
}, watchEveryMs);

// A signal to the whole process group is our parent's to answer: it waits for us, stops us, or goes, and then we go.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => undefined);

let finished = false;
function finish(answer: EvidenceAnswer): void {
  if (finished) return;
  finished = true;
  clearInterval(watch);
  process.stdout.write(JSON.stringify(answer), stop);
}

/** An ordinary exit waits for DuckDB's threads, which may be at work for minutes. */
function stop(): void {
  process.kill(process.pid, 'SIGKILL');
}

try {
  const built = await buildEvidencePack(task.request, task.inputs, {
    memoryLimitMb: Math.floor(task.limits.memoryLimitMb / 2),
    threads: 2,
  });
  finish({ ok: true, built });
} catch (error) {
  const message = error instanceof Error ? (error.stack ?? error.message) : String(error);
  finish(/out of memory/i.test(message) ? outOfMemory : { ok: false, code: 'FAILED', message });
}
