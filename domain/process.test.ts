import { describe, expect, it } from 'vitest';
import { processKinds, processOutcomes, stageAfter, stepAfter } from './process.ts';
import { canMove, stages, takesNewEvidence } from './stage.ts';

describe('the lifecycle', () => {
  it('goes on to approval only after validation, and ends only by approval, rejection or withdrawal', () => {
    expect(stepAfter('VALIDATED')).toEqual({ step: 'start', kind: 'approval' });
    const endings = processOutcomes.filter((outcome) => stepAfter(outcome).step === 'end');
    expect(endings).toEqual(['APPROVED', 'REJECTED', 'WITHDRAWN']);
  });

  it('never approves a version whose deadline passed', () => {
    for (const kind of processKinds) expect(stageAfter(kind, 'EXPIRED')).not.toBe('approved');
  });

  it('reaches approved from nowhere but approving', () => {
    expect(stages.filter((stage) => canMove(stage, 'approved'))).toEqual(['approving']);
    expect(stages.filter((stage) => canMove(stage, 'champion'))).toEqual(['challenging']);
  });

  it('takes no new evidence once a version is approved, rejected or gone', () => {
    expect(stages.filter(takesNewEvidence)).toEqual(['registered', 'validating', 'validated', 'approving']);
  });
});
