import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { waitForGate } from '../../api/services/wait-for-gate.ts';
import { buildSubmission } from '../support/build.ts';
import { callerOf, openHouse, type House } from '../support/house.ts';

let house: House;
beforeAll(async () => {
  house = await openHouse();
});
afterAll(() => house.close());

const gateOf = (model: string, waitMs: number, signal = new AbortController().signal) =>
  waitForGate(house.deps, callerOf('pipeline'), { model, version: '1', waitMs, signal });

describe('a pipeline at the gate', () => {
  it('hears of the approval while it waits, and whom it waited for before', async () => {
    const submission = buildSubmission({ riskTier: 'low' });
    const { modelVersionId } = await house.submit(submission);
    const [review] = await house.openReviews(modelVersionId);
    expect(await gateOf(submission.model, 0)).toMatchObject({
      gate: 'OPEN',
      outcome: null,
      waitingFor: [{ signOff: 'validation', missingRoles: ['validator'] }],
    });
    const waiting = gateOf(submission.model, 25_000);
    await house.decide(review!, 'validator-1', 'APPROVED');
    expect(await waiting).toMatchObject({ gate: 'APPROVED', stage: 'approved', outcome: 'APPROVED', waitingFor: [] });
  });

  it('is stopped by a request for changes, with the reason, and open again once new evidence is there', async () => {
    const submission = buildSubmission({ riskTier: 'low' });
    const { modelVersionId } = await house.submit(submission);
    const [review] = await house.openReviews(modelVersionId);
    const waiting = gateOf(submission.model, 25_000);
    await house.decide(review!, 'validator-1', 'CHANGES_REQUESTED');
    expect(await waiting).toMatchObject({ gate: 'REFUSED', outcome: 'CHANGES_REQUESTED' });
    await house.send({ type: 'model_version.evidence_updated', data: submission });
    expect(await gateOf(submission.model, 0)).toMatchObject({ gate: 'OPEN' });
  });

  it('is let go at once when it went away, and sees nothing of what others submitted', async () => {
    const submission = buildSubmission({ riskTier: 'low' });
    await house.submit(submission);
    const gone = new AbortController();
    gone.abort();
    expect(await gateOf(submission.model, 50_000, gone.signal)).toMatchObject({ gate: 'OPEN' });
    await expect(gateOf('somebody-elses-model', 0)).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });
});
