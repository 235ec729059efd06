import { ActivityFailure, ApplicationFailure } from '@temporalio/workflow';
import type { ProcessOutcome } from '../domain/process.ts';
import type { ProcessInput } from './contract.ts';
import { holdReviews } from './review.ts';
import { listen } from './listen.ts';
import { evidence, steps } from './steps.ts';

/** The policy's checks on the version's files; then, unless a blocking one failed, an independent validator. */
export async function validationWorkflow({ processId }: ProcessInput): Promise<ProcessOutcome> {
  const heard = listen();
  const end = (outcome: ProcessOutcome, reason: string) => steps.endProcess({ processId, outcome, reason });
  let computed;
  try {
    computed = await evidence.computeEvidence({ processId });
  } catch (error) {
    return end(
      'CHANGES_REQUESTED',
      `The evidence could not be computed: ${causeOf(error)} Deliver it again as model_version.evidence_updated.`,
    );
  }
  if (heard.stopped) return end(heard.stopped.cause, heard.stopped.reason);
  if (computed.verdict === 'REJECTED') return end('REJECTED', computed.reason);
  const { reviews } = await steps.openReviews({ processId, stage: 0 });
  const held = await holdReviews(reviews, heard);
  return held.outcome === 'APPROVED' ? end('VALIDATED', held.reason) : end(held.outcome, held.reason);
}

function causeOf(error: unknown): string {
  const cause = error instanceof ActivityFailure ? error.cause : error;
  return cause instanceof ApplicationFailure && cause.message
    ? `${cause.message}.`
    : 'its process ended without an answer.';
}
