import type { ProcessOutcome } from './process.ts';
import type { Stage } from './stage.ts';

/** What a pipeline needs to know: go on, stop, or wait. */
export const gateStates = ['OPEN', 'APPROVED', 'REFUSED'] as const;
export type GateState = (typeof gateStates)[number];

const passed: ReadonlySet<Stage> = new Set(['approved', 'warming_up', 'challenging', 'champion']);
const stopped: ReadonlySet<Stage> = new Set([
  'rejected',
  'withdrawn',
  'quarantined',
  'rolled_back',
  'retired',
  'deleted',
]);

/**
 * Where the gate stands. A version whose latest round ended without approval, by changes requested or a missed deadline, is REFUSED
 * until its pipeline brings new evidence: nobody is asked meanwhile, so waiting would help nothing.
 */
export function gateOf(
  version: { stage: Stage; round: number },
  lastEnded: { outcome: ProcessOutcome | null; round: number } | undefined,
): GateState {
  if (passed.has(version.stage)) return 'APPROVED';
  if (stopped.has(version.stage)) return 'REFUSED';
  const awaitsEvidence =
    version.stage === 'registered' &&
    lastEnded !== undefined &&
    lastEnded.round === version.round &&
    lastEnded.outcome !== null;
  return awaitsEvidence ? 'REFUSED' : 'OPEN';
}
