import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { fulfilCondition } from '../../api/services/fulfil-condition.ts';
import { getVersion } from '../../api/services/get-version.ts';
import { deactivatePerson } from '../../api/services/manage-people.ts';
import { deferralsOf } from '../../api/services/defer-decision.ts';
import { submitDecision, submitDeferral } from '../../api/services/submit-decision.ts';
import { waitForGate } from '../../api/services/wait-for-gate.ts';
import type { DecideCommand } from '../../domain/review.ts';
import type { ReviewRow } from '../../db/queries/reviews.ts';
import { buildEvidence, buildFinding, buildPolicy, buildSubmission, uniqueName } from '../support/build.ts';
import { callerOf, openHouse, type House } from '../support/house.ts';

let house: House;
/** Whether the check `completeness` holds when it is run again. */
let stillHolds = true;
beforeAll(async () => {
  house = await openHouse({
    policies: [buildPolicy('low'), buildPolicy('medium'), buildPolicy('high')],
    computeEvidence: async (request) =>
      buildEvidence(request, [
        buildFinding({
          id: 'completeness',
          check: 'completeness',
          title: 'Completeness',
          verdict: stillHolds ? 'PASS' : 'FAIL',
          message: 'Rows lack a score.',
        }),
      ]),
  });
});
afterAll(() => house.close());

const soon = { timeout: 20_000, interval: 30 };
const inMs = (ms: number) => new Date(Date.now() + ms).toISOString();
const submitLow = async () => {
  const { modelVersionId } = await house.submit(buildSubmission({ model: uniqueName('model'), riskTier: 'low' }));
  const [review] = await house.openReviews(modelVersionId);
  return { modelVersionId, review: review! };
};
const commandFor = (
  review: ReviewRow,
  form: Partial<DecideCommand['form']>,
  outcome: DecideCommand['outcome'] = 'APPROVED',
) => ({
  reviewId: review.id,
  command: {
    outcome,
    reason: `Sound as far as it goes, ${uniqueName('note')}`,
    revision: review.revision,
    evidenceDigest: review.evidenceDigest,
    form: { dispositions: [], ...form },
  },
  idempotencyKey: uniqueName('key'),
});
const conditionsOf = async (modelVersionId: string) =>
  (
    await house.database.pool.query('SELECT id, state, owner FROM conditions WHERE model_version_id = $1', [
      modelVersionId,
    ])
  ).rows as { id: string; state: string; owner: string }[];
const typesOf = async (modelVersionId: string) => (await house.journalOf(modelVersionId)).map((entry) => entry.type);

describe('an approval on a condition', () => {
  const promise = (expiresInMs: number) => ({
    conditions: [
      {
        text: 'Monitoring is set up',
        owner: 'data-scientist-1',
        dueAt: inMs(expiresInMs),
        expiresAt: inMs(expiresInMs),
      },
    ],
  });

  it('stands for good once the owner says that it is done, and nobody else can say so', async () => {
    const { modelVersionId, review } = await submitLow();
    await submitDecision(house.deps, callerOf('validator-1'), commandFor(review, promise(3_600_000)));
    await house.stage(modelVersionId, 'approved');
    const [condition] = await conditionsOf(modelVersionId);
    const { model, version } = await house.versionOf(modelVersionId);
    const standing = async () => [
      await waitForGate(house.deps, callerOf('pipeline'), { model, version, waitMs: 0, signal: new AbortController().signal }),
      await getVersion(house.deps, callerOf('auditor'), { model, version }),
    ]; // prettier-ignore
    const said = { id: condition!.id, text: 'Monitoring is set up', owner: 'data-scientist-1', dueAt: expect.stringMatching(/Z$/), expiresAt: expect.stringMatching(/Z$/) }; // prettier-ignore
    for (const view of await standing()) expect(view).toMatchObject({ conditions: [{ ...said, state: 'OPEN' }] });
    const fulfil = (handle: string) =>
      fulfilCondition(house.deps, callerOf(handle), {
        conditionId: condition!.id,
        reason: 'The dashboard watches drift since today.',
      });
    await expect(fulfil('validator-1')).rejects.toMatchObject({ code: 'FORBIDDEN' });
    await expect(fulfil('data-scientist-1')).resolves.toMatchObject({
      state: 'FULFILLED',
      closedBy: 'data-scientist-1',
    });
    for (const view of await standing()) expect(view).toMatchObject({ conditions: [{ ...said, state: 'FULFILLED' }] });
    const followUp = async () =>
      (await house.processesOf(modelVersionId)).find((process) => process.kind === 'follow_up');
    await expect.poll(async () => (await followUp())?.outcome, soon).toBe('APPROVED');
    expect((await house.versionOf(modelVersionId)).stage).toBe('approved');
    expect(await typesOf(modelVersionId)).toEqual(expect.arrayContaining(['condition.set', 'condition.fulfilled']));
  });

  it('is asked about anew when it was not kept in time, and falls when people say so', async () => {
    const { modelVersionId, review } = await submitLow();
    await submitDecision(house.deps, callerOf('validator-1'), commandFor(review, promise(1_500)));
    await house.stage(modelVersionId, 'approved');
    await expect.poll(async () => (await conditionsOf(modelVersionId))[0]?.state, soon).toBe('EXPIRED');
    const [again] = await house.openReviews(modelVersionId);
    expect(again!.kind).toBe('condition');
    await house.decide(again!, 'validator-2', 'REJECTED');
    await house.stage(modelVersionId, 'quarantined');
  });

  it.each([
    ['an owner whom nobody knows', { owner: 'nobody' }, '/form/conditions/0/owner'],
    ['a day that has passed', { dueAt: '2020-01-01T00:00:00Z' }, '/form/conditions/0/dueAt'],
    ['an expiry before its due day', { expiresAt: inMs(60_000) }, '/form/conditions/0/expiresAt'],
  ])('is refused with %s', async (_, change, pointer) => {
    const { review } = await submitLow();
    const condition = { text: 'Monitoring is set up', owner: 'data-scientist-1', dueAt: inMs(3_600_000), ...change };
    await expect(
      submitDecision(house.deps, callerOf('validator-1'), commandFor(review, { conditions: [condition] })),
    ).rejects.toMatchObject({ code: 'INVALID', errors: [{ pointer }] });
  });

  it('is refused with a rejection', async () => {
    const { review } = await submitLow();
    await expect(
      submitDecision(house.deps, callerOf('validator-1'), commandFor(review, promise(60_000), 'REJECTED')),
    ).rejects.toMatchObject({ code: 'INVALID' });
  });
});

describe('an approval that counts if a check still holds', () => {
  const defer = (review: ReviewRow, ms = 1_000, check = 'completeness', as = 'validator-1') =>
    submitDeferral(house.deps, callerOf(as), commandFor(review, { deferral: { check, countsAt: inMs(ms) } }));

  it('counts at its instant, and not before', async () => {
    stillHolds = true;
    const early = await submitLow();
    await defer(early.review, 3_600_000);
    expect((await house.reviewsOf(early.modelVersionId))[0]!.approvals).toBe(0);

    const { modelVersionId, review } = await submitLow();
    const { deferral } = await defer(review);
    expect(deferral.state).toBe('PENDING');
    await house.stage(modelVersionId, 'approved');
    const [decided] = (await house.journalOf(modelVersionId)).filter((entry) => entry.type === 'decision.recorded');
    expect(decided!.actor.id).toBe('validator-1');
    expect(Date.parse(decided!.at)).toBeGreaterThanOrEqual(Date.parse(deferral.countsAt));
  });

  it('lapses when the check no longer holds, says why, and the person is asked again', async () => {
    stillHolds = true;
    const { modelVersionId, review } = await submitLow();
    stillHolds = false;
    await defer(review);
    const state = async () => (await deferralsOf(house.deps, callerOf('validator-1'), review.id))[0]!;
    await expect.poll(async () => (await state()).state, soon).toBe('LAPSED');
    expect((await state()).reason).toContain('Rows lack a score.');
    expect(await typesOf(modelVersionId)).toContain('decision.lapsed');
    await house.decide(review, 'validator-1', 'REJECTED');
    await house.stage(modelVersionId, 'rejected');
  });

  it('is refused for a check that the policy does not have, and while another one waits', async () => {
    stillHolds = true;
    const { review } = await submitLow();
    await expect(defer(review, 60_000, 'horoscope')).rejects.toMatchObject({
      errors: [{ pointer: '/form/deferral/check' }],
    });
    await defer(review, 60_000);
    await expect(defer(review, 61_000)).rejects.toMatchObject({ code: 'WRONG_STATE' });
  });

  it('is never counted at once by a channel that cannot wait', async () => {
    const { review } = await submitLow();
    await expect(
      submitDecision(
        house.deps,
        callerOf('validator-1'),
        commandFor(review, { deferral: { check: 'completeness', countsAt: inMs(60_000) } }),
      ),
    ).rejects.toMatchObject({ code: 'INVALID' });
  });

  it('lapses when the person has left meanwhile', async () => {
    stillHolds = true;
    const { modelVersionId, review } = await submitLow();
    await defer(review, 2_000, 'completeness', 'validator-2');
    await deactivatePerson(house.deps, callerOf('admin'), 'validator-2', { reason: 'Left the bank today' });
    const state = async () => (await deferralsOf(house.deps, callerOf('validator-1'), review.id))[0]!;
    await expect.poll(async () => (await state()).state, soon).not.toBe('PENDING');
    expect(await state()).toMatchObject({ state: 'LAPSED', reason: 'The person has no access any more.' });
    expect((await house.reviewsOf(modelVersionId))[0]).toMatchObject({ approvals: 0, closedAt: null });
    expect(await typesOf(modelVersionId)).not.toContain('decision.recorded');
  });
});
