import type { ProcessOutcome } from '../domain/process.ts';
import type { ProcessInput } from './contract.ts';
import { holdReviews } from './review.ts';
import { listen } from './listen.ts';
import { steps } from './steps.ts';

/** The policy's sign-offs: stages in order, the sign-offs of one stage side by side. */
export async function approvalWorkflow({ processId, opened: first }: ProcessInput): Promise<ProcessOutcome> {
  const heard = listen();
  for (let stage = 0; ; stage++) {
    const opened = stage === 0 && first ? first : await steps.openReviews({ processId, stage });
    const held = await holdReviews(opened.reviews, heard);
    if (held.outcome !== 'APPROVED' || opened.isLastStage) return steps.endProcess({ processId, ...held });
  }
}
