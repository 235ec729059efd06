import { condition } from '@temporalio/workflow';
import type { ProcessOutcome } from '../domain/process.ts';
import type { ProcessInput } from './contract.ts';
import { listen } from './listen.ts';
import { holdReviews } from './review.ts';
import { steps } from './steps.ts';

/** Comes back to an approval at its instant, and asks people whether it stands unless that became needless meanwhile. */
export async function followUpWorkflow({ processId, at }: ProcessInput): Promise<ProcessOutcome> {
  const heard = listen();
  if (at !== undefined) await condition(() => heard.stopped !== undefined, Math.max(1, Date.parse(at) - Date.now()));
  if (heard.stopped) return steps.endProcess({ processId, outcome: heard.stopped.cause, reason: heard.stopped.reason });
  const opened = await steps.openFollowUp({ processId });
  if (!opened) return steps.endProcess({ processId, outcome: 'APPROVED', reason: 'Nothing is left to ask.' });
  const held = await holdReviews([opened], heard);
  return steps.endProcess({ processId, ...held });
}
