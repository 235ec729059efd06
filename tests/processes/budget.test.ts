import { afterAll, beforeAll, expect, it } from 'vitest';
import { buildSubmission } from '../support/build.ts';
import { openHouse, type House } from '../support/house.ts';

let house: House;
beforeAll(async () => {
  house = await openHouse();
});
afterAll(() => house.close());

it('costs Temporal at most 4 state transitions and 13 events to hold one review, from opening to effect', async () => {
  const { modelVersionId } = await house.submit(buildSubmission({ riskTier: 'medium' }));
  const [validation] = await house.openReviews(modelVersionId);
  await house.decide(validation!, 'validator-1', 'APPROVED');
  const [compliance] = await house.openReviews(modelVersionId);
  expect(compliance!.processKind).toBe('approval');
  await house.decide(compliance!, 'compliance-1', 'APPROVED');
  await house.stage(modelVersionId, 'approved');
  const handle = house.engine!.client.workflow.getHandle(`process/${compliance!.processId}`);
  await handle.result();
  const { workflowExecutionInfo: info } = (await handle.describe()).raw;
  expect(Number(info?.historyLength)).toBeLessThanOrEqual(13);
  expect(Number(info?.stateTransitionCount)).toBeLessThanOrEqual(4);
});
