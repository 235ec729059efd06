import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Policy } from '../../domain/policy.ts';
import { buildPolicy, buildSubmission, uniqueName } from '../support/build.ts';
import { openHouse, type House } from '../support/house.ts';

type Change = (signOff: Policy['validation']['signOff'], policy: Policy) => void;

const houses: House[] = [];
/** A house whose validation of tier low is as the test wants it. */
const houseWith = async (change: Change): Promise<House> => {
  const policies = [
    buildPolicy('low', (policy) => change(policy.validation.signOff, policy)),
    buildPolicy('medium'),
    buildPolicy('high'),
  ];
  const house = await openHouse({ policies });
  houses.push(house);
  return house;
};
afterAll(async () => void (await Promise.all(houses.map((house) => house.close()))));

const submit = async (house: House) => {
  const { modelVersionId } = await house.submit(buildSubmission({ model: uniqueName('model'), riskTier: 'low' }));
  return modelVersionId;
};
const entriesOf = async (house: House, id: string, type: string) =>
  (await house.journalOf(id)).filter((entry) => entry.type === type);
const soon = { timeout: 20_000, interval: 50 };

describe('a review that waits', () => {
  let house: House;
  let version: string;
  beforeAll(async () => {
    house = await houseWith((signOff) => {
      signOff.dueIn = 'PT6S';
      signOff.startBy = 'PT1S';
      signOff.reminders = [{ before: 'PT3S' }];
      signOff.escalation = [
        { after: 'PT2S', to: { roles: ['compliance'], people: [] }, repeat: { every: 'PT2S', times: 1 } },
      ];
    });
    version = await submit(house);
  });

  it('reminds when nobody began in time and when the deadline comes near, each once', async () => {
    await expect
      .poll(async () => (await entriesOf(house, version, 'review.reminded')).map((entry) => entry.reason), soon)
      .toEqual(['Nobody has begun, and by now somebody should have.', 'The deadline comes near.']);
  });

  it('asks others too, again and again as the policy says, and names them', async () => {
    await expect
      .poll(
        async () => (await entriesOf(house, version, 'review.escalated')).map(({ data }) => [data.level, data.asked]),
        soon,
      )
      .toEqual([
        [1, ['compliance-1', 'compliance-2']],
        [2, []],
      ]);
  });

  it('never approves by silence above tier low, nor at tier low unless its policy says so', async () => {
    await expect.poll(async () => (await house.reviewsOf(version))[0]!.outcome, soon).toBe('EXPIRED');
  });
});

describe('somebody who was escalated to', () => {
  it('may decide', async () => {
    const house = await houseWith((signOff) => {
      signOff.escalation = [{ after: 'PT1S', to: { roles: ['compliance'], people: [] } }];
    });
    const version = await submit(house);
    await expect.poll(async () => (await entriesOf(house, version, 'review.escalated')).length, soon).toBe(1);
    const [review] = await house.reviewsOf(version);
    const { receipt } = await house.decide(review!, 'compliance-1', 'APPROVED');
    expect(receipt.review.outcome).toBe('APPROVED');
  });
});

describe('a deadline', () => {
  it('that escalates asks those who settle conflicts, gives the time again, and then ends', async () => {
    const house = await houseWith((signOff) => {
      signOff.dueIn = 'PT2S';
      signOff.onTimeout = 'escalate';
      signOff.conflict.roles = ['compliance'];
    });
    const version = await submit(house);
    await expect.poll(async () => (await house.reviewsOf(version))[0]?.outcome, soon).toBe('EXPIRED');
    const escalated = await entriesOf(house, version, 'review.escalated');
    expect(escalated.map(({ data }) => data.asked)).toEqual([['compliance-1', 'compliance-2']]);
    const [review] = await house.reviewsOf(version);
    expect(review!.closedAt!.getTime() - review!.createdAt.getTime()).toBeGreaterThanOrEqual(4_000);
  });

  it('that approves does so at tier low alone, and the journal says that nobody did', async () => {
    const house = await houseWith((signOff) => {
      signOff.dueIn = 'PT1S';
      signOff.onTimeout = 'approve';
    });
    const version = await submit(house);
    await expect.poll(async () => (await house.reviewsOf(version))[0]?.outcome, soon).toBe('APPROVED');
    const [closed] = await entriesOf(house, version, 'review.closed');
    expect(closed!.actor).toEqual({ type: 'system', id: 'deadline' });
    expect(closed!.reason).toMatch(/Nobody objected/);
  });
});

describe('a sampled approval', () => {
  it('is looked at again by somebody who took no part, and falls when they reject it', async () => {
    const house = await houseWith((_, policy) => {
      policy.secondReview = { rate: 1, roles: ['validator'], dueIn: 'P1D' };
    });
    const version = await submit(house);
    const [first] = await house.openReviews(version);
    await house.decide(first!, 'validator-1', 'APPROVED');
    await expect.poll(async () => (await house.reviewsOf(version)).length, soon).toBe(2);
    const second = (await house.reviewsOf(version)).find((review) => review.kind === 'second_look')!;
    await expect(house.decide(second, 'validator-1', 'APPROVED')).rejects.toMatchObject({ code: 'NOT_ELIGIBLE' });
    await house.decide(second, 'validator-2', 'REJECTED');
    await house.stage(version, 'rejected');
  });
});
