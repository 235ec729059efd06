import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { PermanentRefusal } from '../../domain/card.ts';
import { buildPolicy, buildSubmission, uniqueName } from '../support/build.ts';
import { appendEntries } from '../../db/queries/journal.ts';
import { plantReviews } from '../support/plant-reviews.ts';
import { deskOfCards, type DeskOfCards } from '../support/desk-of-cards.ts';
import { openHouse, type House } from '../support/house.ts';

let house: House;
const slack = deskOfCards('slack');
const email = deskOfCards('email');

beforeAll(async () => {
  house = await openHouse({
    senders: [slack, email],
    policies: [
      buildPolicy('low'),
      buildPolicy('medium'),
      buildPolicy('high', (policy) => {
        policy.validation.signOff.quorum = 2;
        policy.notify.slack.channel = 'C0REVIEWS';
        policy.notify.slack.redact = ['reasons', 'summary'];
      }),
    ],
  });
  await house.database.pool.query(`UPDATE people SET slack_user_id = 'U' || upper(replace(handle, '-', ''))`);
});
afterAll(() => house.close());
beforeEach(() => {
  slack.refuse = () => undefined;
  email.refuse = () => undefined;
});

const submit = async () => {
  const { modelVersionId } = await house.submit(buildSubmission({ model: uniqueName('model'), riskTier: 'high' }));
  const [review] = await house.openReviews(modelVersionId);
  return review!;
};
const copiesOf = (desk: DeskOfCards, reviewId: string) => desk.cards.filter(({ card }) => card.reviewId === reviewId);
const recipientsOf = (desk: DeskOfCards, reviewId: string) =>
  copiesOf(desk, reviewId)
    .map((copy) => copy.recipient)
    .sort();
/** A channel that failed is tried again after some seconds. */
const soon = { timeout: 20_000, interval: 20 };

describe('a review that opens', () => {
  it('reaches each candidate once in every channel that reaches them, and the channel that the policy names', async () => {
    const review = await submit();
    await expect.poll(() => recipientsOf(slack, review.id), soon).toEqual(['#C0REVIEWS', 'validator-1', 'validator-2']);
    await expect.poll(() => recipientsOf(email, review.id), soon).toEqual(['validator-1', 'validator-2']);
  });

  it('says what is asked, by when, and where it is decided', async () => {
    const review = await submit();
    await expect.poll(() => copiesOf(email, review.id).length, soon).toBe(2);
    const { card } = copiesOf(email, review.id)[0]!;
    expect(card.question).toBe(review.question);
    expect(card.dueAt).toBe(review.dueAt.toISOString());
    expect(card.url).toBe(`http://countersign.test/reviews/${review.id}`);
    expect(card.progress).toBe('0 of 2 approved · waiting for validator');
    expect(card.ending).toBeNull();
  });

  it('holds back from a channel what its policy says, and nothing from the others', async () => {
    const review = await submit();
    await expect.poll(() => copiesOf(slack, review.id).length, soon).toBe(3);
    await expect.poll(() => copiesOf(email, review.id).length, soon).toBe(2);
    await house.decide(review, 'validator-1', 'APPROVED', { reason: 'The gap between the data sets is explained.' });
    await expect
      .poll(() => copiesOf(slack, review.id).every(({ card }) => card.decisions.length === 1), soon)
      .toBe(true);
    await expect
      .poll(() => copiesOf(email, review.id).every(({ card }) => card.decisions.length === 1), soon)
      .toBe(true);
    expect(copiesOf(slack, review.id).map(({ card }) => [card.summary, card.decisions[0]!.reason])).toEqual(
      Array.from({ length: 3 }, () => [null, null]),
    );
    expect(copiesOf(email, review.id)[0]!.card.decisions[0]!.reason).toBe(
      'The gap between the data sets is explained.',
    );
  });
});

describe('a decision', () => {
  it('shows in every copy of every channel, with who, and the last one ends them all', async () => {
    const review = await submit();
    await expect.poll(() => copiesOf(slack, review.id).length + copiesOf(email, review.id).length, soon).toBe(5);
    const all = () => [...copiesOf(slack, review.id), ...copiesOf(email, review.id)].map(({ card }) => card);
    await house.decide(review, 'validator-1', 'APPROVED');
    await expect
      .poll(() => all().every((card) => card.progress === '1 of 2 approved · waiting for validator'), soon)
      .toBe(true);
    expect(all().map((card) => card.decisions.map((decision) => decision.by.handle))).toEqual(
      Array.from({ length: 5 }, () => ['validator-1']),
    );
    await house.decide(review, 'validator-2', 'APPROVED');
    await expect.poll(() => all().every((card) => card.ending !== null), soon).toBe(true);
    expect(all()[0]!.ending!.sentence).toBe('Approved: 2 of 2 approved.');
  });
});

describe('a channel that fails', () => {
  it('delays nobody else, and brings its copies up to date once it is back', async () => {
    slack.refuse = () => {
      throw new Error('Slack is away');
    };
    const review = await submit();
    await expect.poll(() => recipientsOf(email, review.id), soon).toEqual(['validator-1', 'validator-2']);
    await house.decide(review, 'validator-1', 'APPROVED');
    await expect
      .poll(() => copiesOf(email, review.id).every(({ card }) => card.decisions.length === 1), soon)
      .toBe(true);
    expect(copiesOf(slack, review.id)).toEqual([]);
    slack.refuse = () => undefined;
    await expect
      .poll(() => copiesOf(slack, review.id).map(({ card }) => card.decisions.length), soon)
      .toEqual([1, 1, 1]);
  });

  it('for good hands over to the other, even where the person had chosen only the first', async () => {
    await house.database.pool.query(
      `UPDATE people SET preferences = '{"channels":["slack"]}' WHERE handle = 'validator-2'`,
    );
    const isGone = (recipient: { name: string }) => {
      if (recipient.name === 'validator-2') throw new PermanentRefusal('account_inactive');
    };
    const before = await submit();
    await expect.poll(() => recipientsOf(slack, before.id), soon).toContain('validator-2');
    expect(recipientsOf(email, before.id)).not.toContain('validator-2');
    slack.refuse = isGone;
    const after = await submit();
    await expect.poll(() => recipientsOf(email, after.id), soon).toContain('validator-2');
    expect(recipientsOf(slack, after.id)).not.toContain('validator-2');
  });
});

describe('a burst of reviews', () => {
  it('is told of in one message beyond thirty a minute, with a line for each, and holds up nobody else', async () => {
    await house.database.pool.query(`UPDATE people SET preferences = '{"channels":["email"]}'`);
    const planted = await plantReviews(house.database.pool, {
      count: 40,
      candidates: ['compliance-1'],
      prefix: 'burst',
    });
    await house.database.withTransaction((tx) =>
      appendEntries(
        tx,
        planted.ids.map((reviewId) => ({
          stream: reviewId.replace('rev_', 'mver_'),
          type: 'review.opened' as const,
          actor: { type: 'system' as const, id: 'test' },
          reason: 'A burst.',
          data: { reviewId },
        })),
        new Date(),
      ),
    );
    const toCompliance = () => email.cards.filter((laid) => laid.recipient === 'compliance-1').length;
    await expect.poll(toCompliance, soon).toBe(30);
    const other = await submit();
    await expect.poll(() => recipientsOf(email, other.id), soon).toContain('validator-1');
    await expect
      .poll(() => email.notices.filter(({ notice }) => notice.kind === 'digest').length, { timeout: 25_000 })
      .toBe(1);
    const { notice, recipient } = email.notices.find((told) => told.notice.kind === 'digest')!;
    expect(recipient).toBe('compliance-1');
    const lines = notice.body.split('\n');
    expect(notice.title).toBe(`${lines.length} reviews were opened for you`);
    const told = [
      ...email.cards.filter((laid) => laid.recipient === 'compliance-1').map(({ card }) => card.reviewId),
      ...lines.map((line) => line.slice(line.lastIndexOf('/') + 1)),
    ];
    expect(planted.ids.filter((id) => told.filter((one) => one === id).length !== 1)).toEqual([]);
  });
});
