import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { answerQuestion } from '../../api/services/answer-question.ts';
import { overrideReview, withdrawReview } from '../../api/services/close-by-hand.ts';
import { requestInformation } from '../../api/services/request-information.ts';
import { buildEvidence, buildPolicy, buildSubmission } from '../support/build.ts';
import { callerOf, openHouse, type House } from '../support/house.ts';

let house: House;
beforeAll(async () => {
  house = await openHouse({
    policies: [
      buildPolicy('low', (policy) => {
        policy.validation.signOff.dueIn = 'PT5S';
      }),
      buildPolicy('medium', (policy) => {
        const postReview = { roles: ['compliance' as const], dueIn: 'P1D' };
        policy.breakGlass = { roles: ['compliance'], postReview };
      }),
      buildPolicy('high', (policy) => {
        policy.validation.signOff.dueIn = 'PT6S';
        policy.validation.signOff.reminders = [{ before: 'PT3S' }];
      }),
    ],
    computeEvidence: async (request) => buildEvidence(request),
  });
});
afterAll(() => house.close());

const outcomeOf = async (reviewId: string, modelVersionId: string) =>
  (await house.reviewsOf(modelVersionId)).find(({ id }) => id === reviewId)?.outcome;

describe('a process that holds a review', () => {
  it('lets the deadline pass while a question is open, and counts the rest once it is answered', async () => {
    const { modelVersionId } = await house.submit(buildSubmission({ riskTier: 'low' }));
    const [review] = await house.openReviews(modelVersionId);
    const { question } = await requestInformation(house.deps, callerOf('validator-1'), {
      reviewId: review!.id,
      question: 'Which rows were dropped?',
    });
    await expect.poll(() => Date.now() > review!.dueAt.getTime() + 1_000, { timeout: 10_000 }).toBe(true);
    expect(await outcomeOf(review!.id, modelVersionId)).toBeNull();
    const answered = await answerQuestion(house.deps, callerOf('data-scientist-1'), {
      reviewId: review!.id,
      questionId: question.id,
      answer: 'Those without a label',
    });
    expect(Date.parse(answered.review.dueAt)).toBeGreaterThan(review!.dueAt.getTime());
    await expect.poll(() => outcomeOf(review!.id, modelVersionId), { timeout: 15_000 }).toBe('EXPIRED');
    await house.stage(modelVersionId, 'registered');
  });

  it('reminds after a question whose answer came later than the reminder would have', async () => {
    const { modelVersionId } = await house.submit(buildSubmission({ riskTier: 'high' }));
    const [review] = await house.openReviews(modelVersionId);
    const { question } = await requestInformation(house.deps, callerOf('validator-1'), {
      reviewId: review!.id,
      question: 'Which rows were dropped?',
    });
    const reminded = async () =>
      (await house.journalOf(modelVersionId)).filter(({ type }) => type === 'review.reminded').length;
    await expect.poll(() => Date.now() > review!.dueAt.getTime(), { timeout: 10_000 }).toBe(true);
    expect(await reminded()).toBe(0);
    await answerQuestion(house.deps, callerOf('data-scientist-1'), {
      reviewId: review!.id,
      questionId: question.id,
      answer: 'Those without a label',
    });
    await expect.poll(reminded, { timeout: 15_000 }).toBe(1);
    expect(await outcomeOf(review!.id, modelVersionId)).toBeNull();
    await expect.poll(() => outcomeOf(review!.id, modelVersionId), { timeout: 15_000 }).toBe('EXPIRED');
  });

  it('ends when whoever asked takes the review back', async () => {
    const { modelVersionId, processId } = await house.submit(buildSubmission({ riskTier: 'medium' }));
    const [review] = await house.openReviews(modelVersionId);
    const reason = 'Trained on the wrong month';
    await withdrawReview(house.deps, callerOf('data-scientist-1'), { reviewId: review!.id, reason });
    expect(await house.lifecycleOutcome(processId)).toBe('WITHDRAWN');
    expect((await house.versionOf(modelVersionId)).stage).toBe('withdrawn');
  });

  it('goes on when the glass is broken', async () => {
    const { modelVersionId } = await house.submit(buildSubmission({ riskTier: 'medium' }));
    const [review] = await house.openReviews(modelVersionId);
    await overrideReview(house.deps, callerOf('compliance-1'), {
      reviewId: review!.id,
      outcome: 'APPROVED',
      reason: 'Fraud wave tonight; the old model lets it through',
    });
    await house.stage(modelVersionId, 'approving');
    expect((await house.reviewsOf(modelVersionId))[0]).toMatchObject({ outcome: 'APPROVED', closedBy: 'compliance-1' });
  });
});
