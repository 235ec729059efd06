import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { overrideReview } from '../../api/services/close-by-hand.ts';
import { getProcess } from '../../api/services/get-process.ts';
import { waitForGate } from '../../api/services/wait-for-gate.ts';
import { buildPolicy, buildSubmission, uniqueName } from '../support/build.ts';
import { callerOf, openHouse, type House } from '../support/house.ts';

let house: House;
beforeAll(async () => {
  const low = buildPolicy('low', (policy) => {
    policy.breakGlass = { roles: ['compliance'], postReview: { roles: ['compliance'], dueIn: 'P2D' } };
  });
  const medium = buildPolicy('medium', (policy) => {
    policy.breakGlass = low.breakGlass!;
    policy.secondReview = { rate: 1, roles: ['validator'], dueIn: 'P2D' };
  });
  house = await openHouse({ policies: [low, medium, buildPolicy('high')] });
});
afterAll(() => house.close());

const reason = 'Production scores everybody zero since noon, and this version is the fix.';
const breakGlass = async () => {
  const { modelVersionId } = await house.submit(buildSubmission({ model: uniqueName('model'), riskTier: 'low' }));
  const [review] = await house.openReviews(modelVersionId);
  await overrideReview(house.deps, callerOf('compliance-1'), { reviewId: review!.id, outcome: 'APPROVED', reason });
  await house.stage(modelVersionId, 'approved');
  const [after] = await house.openReviews(modelVersionId);
  return { modelVersionId, after: after! };
};

describe('a glass that was broken', () => {
  it('lets the version through at once, names who and why, and asks others after the fact', async () => {
    const { modelVersionId, after } = await breakGlass();
    const entry = (await house.journalOf(modelVersionId)).find(({ type }) => type === 'policy.overridden');
    expect(entry).toMatchObject({ actor: { id: 'compliance-1' }, reason });
    expect(after.kind).toBe('after_the_fact');
    await expect(house.decide(after, 'validator-1', 'APPROVED')).rejects.toMatchObject({ code: 'NOT_ELIGIBLE' });
    await expect(house.decide(after, 'compliance-1', 'APPROVED')).rejects.toMatchObject({ code: 'NOT_ELIGIBLE' });
    await house.decide(after, 'compliance-2', 'APPROVED');
    const followUp = async () => (await house.processesOf(modelVersionId)).find(({ kind }) => kind === 'follow_up');
    await expect.poll(async () => (await followUp())?.outcome, { timeout: 20_000 }).toBe('APPROVED');
    expect((await house.versionOf(modelVersionId)).stage).toBe('approved');
  });

  it('is told apart from a sign-off by everything that says how the version stands', async () => {
    const { modelVersionId, after } = await breakGlass();
    const version = await house.versionOf(modelVersionId);
    const gate = () =>
      waitForGate(house.deps, callerOf('pipeline'), {
        model: version.model,
        version: version.version,
        waitMs: 0,
        signal: new AbortController().signal,
      });
    const [validation] = (await house.processesOf(modelVersionId)).filter(({ kind }) => kind === 'validation');
    const signOff = async () => (await getProcess(house.deps, callerOf('auditor'), validation!.id)).signOffs[0];
    expect(await gate()).toMatchObject({
      gate: 'APPROVED',
      overridden: true,
      overrides: [{ signOff: 'validation', afterTheFact: 'OPEN' }],
      waitingFor: [],
    });
    expect(await signOff()).toMatchObject({
      override: { by: 'compliance-1', reason, afterTheFact: 'OPEN', review: after.id },
    });
    const journal = await house.journalOf(modelVersionId);
    const ended = journal.find(({ type, data }) => type === 'process.ended' && data.kind === 'validation');
    expect(ended).toMatchObject({ reason: expect.stringContaining('the glass was broken on'), data: { isOverridden: true } }); // prettier-ignore
    expect(journal.find(({ type }) => type === 'review.closed')).toMatchObject({ data: { isOverride: true } });
    await house.decide(after, 'compliance-2', 'APPROVED');
    expect((await gate()).overrides).toEqual([{ signOff: 'validation', afterTheFact: 'CONFIRMED' }]);
    expect(await signOff()).toMatchObject({ override: { afterTheFact: 'CONFIRMED' } });
  });

  it('takes the version out of use when whoever looks after the fact says that it was wrong', async () => {
    const { modelVersionId, after } = await breakGlass();
    await house.decide(after, 'compliance-2', 'REJECTED');
    await house.stage(modelVersionId, 'quarantined');
    // Its lifecycle may end later still.
    const ended = (await house.journalOf(modelVersionId)).filter(({ type }) => type === 'process.ended');
    expect(ended.filter(({ data }) => data.kind === 'follow_up')).toMatchObject([{ data: { outcome: 'REJECTED' } }]);
  });

  it('is not held up by a second look where approvals are sampled', async () => {
    const { modelVersionId } = await house.submit(buildSubmission({ model: uniqueName('model'), riskTier: 'medium' }));
    const [review] = await house.openReviews(modelVersionId);
    await overrideReview(house.deps, callerOf('compliance-1'), { reviewId: review!.id, outcome: 'APPROVED', reason });
    await house.stage(modelVersionId, 'approving');
    expect((await house.reviewsOf(modelVersionId)).map(({ kind }) => kind)).not.toContain('second_look');
  });

  it('stops what was still being asked, when it was wrong to break it before approval', async () => {
    const { modelVersionId } = await house.submit(buildSubmission({ model: uniqueName('model'), riskTier: 'high' }));
    const [validation] = await house.openReviews(modelVersionId);
    await overrideReview(house.deps, callerOf('compliance-1'), {
      reviewId: validation!.id,
      outcome: 'APPROVED',
      reason,
    });
    const open = async () => (await house.reviewsOf(modelVersionId)).filter((review) => review.closedAt === null);
    await expect.poll(async () => (await open()).map(({ kind }) => kind).sort((a, b) => (a < b ? -1 : 1)), { timeout: 20_000 }).toEqual(['after_the_fact', 'sign_off', 'sign_off']); // prettier-ignore
    const after = (await open()).find(({ kind }) => kind === 'after_the_fact')!;
    await house.decide(after, 'compliance-2', 'REJECTED');
    await house.stage(modelVersionId, 'quarantined');
    await expect.poll(async () => (await open()).length, { timeout: 20_000 }).toBe(0);
    const running = async () => (await house.processesOf(modelVersionId)).filter(({ state }) => state === 'RUNNING');
    await expect.poll(async () => (await running()).length, { timeout: 20_000 }).toBe(0);
    expect((await house.versionOf(modelVersionId)).stage).toBe('quarantined');
  });

  it('is broken by nobody who only runs the system, under a policy that ships', async () => {
    const { modelVersionId } = await house.submit(buildSubmission({ model: uniqueName('model'), riskTier: 'high' }));
    const [review] = await house.openReviews(modelVersionId);
    await expect(
      overrideReview(house.deps, callerOf('admin'), { reviewId: review!.id, outcome: 'APPROVED', reason }),
    ).rejects.toMatchObject({ code: 'NOT_ELIGIBLE' });
    expect((await house.reviewsOf(modelVersionId))[0]!.closedAt).toBeNull();
  });

  it('is broken by nobody whom the policy does not name', async () => {
    const { modelVersionId } = await house.submit(buildSubmission({ model: uniqueName('model'), riskTier: 'low' }));
    const [review] = await house.openReviews(modelVersionId);
    await expect(
      overrideReview(house.deps, callerOf('validator-2'), { reviewId: review!.id, outcome: 'APPROVED', reason }),
    ).rejects.toMatchObject({ code: 'NOT_ELIGIBLE' });
    expect((await house.reviewsOf(modelVersionId))[0]!.closedAt).toBeNull();
  });
});
