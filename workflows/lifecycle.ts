import { condition, defineUpdate, setHandler } from '@temporalio/workflow';
import { stepAfter, type ProcessOutcome } from '../domain/process.ts';
import {
  EVIDENCE_ARRIVED,
  PROCESS_ENDED,
  type EvidenceArrived,
  type ProcessEnded,
  type ProcessInput,
  type StartableKind,
} from './contract.ts';
import { listen } from './listen.ts';
import { steps } from './steps.ts';

/** Strings a version's processes together, round after round, until it is approved, rejected or withdrawn. */
export async function lifecycleWorkflow({ processId, modelVersionId }: ProcessInput): Promise<ProcessOutcome> {
  const heard = listen();
  const ended: ProcessEnded[] = [];
  let latestRound = 1;
  setHandler(defineUpdate<void, [ProcessEnded]>(PROCESS_ENDED), (process) => {
    ended.push(process);
  });
  setHandler(defineUpdate<void, [EvidenceArrived]>(EVIDENCE_ARRIVED), ({ round }) => {
    latestRound = Math.max(latestRound, round);
  });

  const begin = (kind: Exclude<StartableKind, 'lifecycle' | 'follow_up'>, round: number) =>
    steps.beginProcess({ lifecycleId: processId, modelVersionId, kind, round });
  let round = 1;
  let kind: Exclude<StartableKind, 'lifecycle' | 'follow_up'> = 'validation';
  await begin(kind, round);
  let isWaiting = true;
  for (;;) {
    const outcomeNow = () => ended.find((process) => process.kind === kind && process.round === round)?.outcome;
    await condition(
      () => heard.stopped !== undefined || latestRound > round || (isWaiting && outcomeNow() !== undefined),
    );
    if (heard.stopped)
      return steps.endProcess({ processId, outcome: heard.stopped.cause, reason: heard.stopped.reason });
    if (latestRound > round) {
      round = latestRound;
      kind = 'validation';
      isWaiting = true;
      await begin(kind, round);
      continue;
    }
    const outcome = outcomeNow();
    if (outcome === undefined) continue;
    const next = stepAfter(outcome);
    if (next.step === 'end')
      return steps.endProcess({
        processId,
        outcome: next.outcome,
        reason: `${kind} of round ${round} ended: ${outcome}.`,
      });
    if (next.step === 'await_evidence') {
      isWaiting = false;
      continue;
    }
    kind = next.kind;
    await begin(kind, round);
  }
}
