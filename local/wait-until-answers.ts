import { setTimeout as delay } from 'node:timers/promises';
import { lastLines } from './log-file.ts';
import type { Exit } from './processes.ts';

const patience = 60_000;

/** Waits for a server that was just started. Throws with the last lines of its log when it ends or stays silent. */
export async function waitUntilAnswers(options: {
  name: string;
  exited: Promise<Exit>;
  answers: () => Promise<boolean>;
  log: string;
}): Promise<void> {
  const { name, answers, log } = options;
  let ending: string | undefined;
  options.exited.then(
    ({ code, signal }) => (ending = `ended (${signal ?? `exit code ${code}`})`),
    (error: unknown) => (ending = `could not be started (${String(error)})`),
  );
  const deadline = Date.now() + patience;
  while (!(await answers())) {
    if (Date.now() > deadline) ending = `did not answer in ${patience / 1000} s`;
    if (ending !== undefined) throw new Error(`${name} ${ending}. Its last lines (${log}):\n${lastLines(log)}`);
    await delay(50);
  }
}
