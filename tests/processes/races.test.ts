import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Refused } from '../../domain/errors.ts';
import type { DecisionOutcome } from '../../domain/review.ts';
import { expireReview } from '../../activities/expire-review.ts';
import { submitDecision } from '../../api/services/submit-decision.ts';
import type { DecisionReceipt } from '../../db/schema/reviews.ts';
import { buildSubmission } from '../support/build.ts';
import { callerOf, openHouse, type House } from '../support/house.ts';
import { plantReviews, type PlantedReviews } from '../support/plant-reviews.ts';

let house: House;
beforeAll(async () => {
  house = await openHouse({ withWorkers: false });
});
afterAll(() => house.close());

let presses = 0;
const press = async (
  planted: PlantedReviews,
  reviewId: string,
  handle: string,
  outcome: DecisionOutcome,
  key = `key-${++presses}`,
): Promise<DecisionReceipt | Refused> => {
  try {
    const command = {
      outcome,
      reason: `Looked at everything, ${key}`,
      revision: 1,
      evidenceDigest: planted.evidenceDigest,
      form: { dispositions: [] },
    };
    return (await submitDecision(house.deps, callerOf(handle), { reviewId, command, idempotencyKey: key })).receipt;
  } catch (error) {
    if (error instanceof Refused) return error;
    throw error;
  }
};
const afterTheDeadline = () => new Date(Date.now() + 30 * 86_400_000);
const isReceipt = (answer: DecisionReceipt | Refused): answer is DecisionReceipt => !(answer instanceof Refused);
/** As many at once as a busy server meets; a slow machine would let more wait too long for a connection. */
const AT_ONCE = 50;
const inTurns = async <T>(ids: readonly string[], work: (id: string) => Promise<T>): Promise<T[]> => {
  const results: T[] = [];
  for (let from = 0; from < ids.length; from += AT_ONCE)
    results.push(...(await Promise.all(ids.slice(from, from + AT_ONCE).map(work))));
  return results;
};
const count = async (sql: string, values: unknown[] = []): Promise<number> =>
  Number((await house.database.pool.query<{ n: string }>(sql, values)).rows[0]!.n);

describe('two people who decide at once', () => {
  it('leave one winner on each of 1,000 reviews, tell every loser who won, and journal every attempt', async () => {
    const planted = await plantReviews(house.database.pool, {
      count: 1000,
      candidates: ['validator-1', 'validator-2'],
      prefix: 'twice',
    });
    const answers = await inTurns(planted.ids, (id) =>
      Promise.all([press(planted, id, 'validator-1', 'APPROVED'), press(planted, id, 'validator-2', 'REJECTED')]),
    );
    for (const [index, pair] of answers.entries()) {
      const winners = pair.filter(isReceipt);
      const losers = pair.filter((answer) => answer instanceof Refused);
      expect(winners).toHaveLength(1);
      expect(losers[0]).toMatchObject({
        code: 'ALREADY_DECIDED',
        extra: { decision: { id: winners[0]!.decision.id, by: winners[0]!.decision.by } },
      });
      expect(winners[0]!.decision.reviewId).toBe(planted.ids[index]);
    }
    expect(await count(`SELECT count(*) n FROM decisions WHERE review_id LIKE 'rev_twice%'`)).toBe(1000);
    expect(
      await count(
        `SELECT count(*) n FROM journal.entries WHERE stream LIKE 'mver_twice%' AND type = 'decision.recorded'`,
      ),
    ).toBe(1000);
    expect(
      await count(
        `SELECT count(*) n FROM journal.entries WHERE stream LIKE 'mver_twice%' AND type = 'decision.refused'`,
      ),
    ).toBe(1000);
    expect(await count(`SELECT count(*) n FROM outbox WHERE workflow_id LIKE 'process/proc_twice%'`)).toBe(1000);
  });

  it('both count where the quorum is two, and the review closes once', async () => {
    const planted = await plantReviews(house.database.pool, {
      count: 200,
      candidates: ['validator-1', 'validator-2'],
      quorum: 2,
      prefix: 'both',
    });
    const answers = await inTurns(planted.ids, (id) =>
      Promise.all(['validator-1', 'validator-2'].map((handle) => press(planted, id, handle, 'APPROVED'))),
    );
    expect(answers.flat().filter(isReceipt)).toHaveLength(400);
    expect(
      answers.map((pair) => pair.filter((answer) => isReceipt(answer) && answer.review.outcome === 'APPROVED').length),
    ).toEqual(Array(200).fill(1));
    expect(
      await count(`SELECT count(*) n FROM journal.entries WHERE stream LIKE 'mver_both%' AND type = 'review.closed'`),
    ).toBe(200);
  });
});

describe('one person with two tabs', () => {
  it('decides once, and a press that is repeated with its key gets the same answer', async () => {
    const planted = await plantReviews(house.database.pool, {
      count: 100,
      candidates: ['validator-1'],
      prefix: 'tabs',
    });
    for (const id of planted.ids.slice(0, 50)) {
      const answers = await Promise.all([
        press(planted, id, 'validator-1', 'APPROVED'),
        press(planted, id, 'validator-1', 'REJECTED'),
      ]);
      expect(answers.filter(isReceipt)).toHaveLength(1);
    }
    for (const id of planted.ids.slice(50)) {
      const [one, two, three] = await Promise.all(
        [1, 2, 3].map(() => press(planted, id, 'validator-1', 'APPROVED', `same-${id}`)),
      );
      expect(isReceipt(one!)).toBe(true);
      expect([two, three]).toEqual([one, one]);
    }
    expect(await count(`SELECT count(*) n FROM decisions WHERE review_id LIKE 'rev_tabs%'`)).toBe(100);
  });

  it('cannot use one key for two decisions', async () => {
    const planted = await plantReviews(house.database.pool, { count: 2, candidates: ['validator-1'], prefix: 'key' });
    await press(planted, planted.ids[0]!, 'validator-1', 'APPROVED', 'one-key');
    expect(await press(planted, planted.ids[1]!, 'validator-1', 'APPROVED', 'one-key')).toMatchObject({
      code: 'IDEMPOTENCY_CONFLICT',
    });
  });
});

describe('a deadline that meets a decision', () => {
  it('has one winner on each of 300 reviews, and row and journal agree on who', async () => {
    const planted = await plantReviews(house.database.pool, {
      count: 300,
      candidates: ['validator-1'],
      prefix: 'late',
    });
    const outcomes = await inTurns(planted.ids, async (id) => {
      const [answer, standing] = await Promise.all([
        press(planted, id, 'validator-1', 'APPROVED'),
        expireReview({ ...house.deps, now: afterTheDeadline }, { reviewId: id }),
      ]);
      return { isDecided: isReceipt(answer), standing };
    });
    for (const { isDecided, standing } of outcomes)
      expect(standing).toMatchObject({ outcome: isDecided ? 'APPROVED' : 'EXPIRED' });
    const decided = outcomes.filter((outcome) => outcome.isDecided).length;
    expect(await count(`SELECT count(*) n FROM reviews WHERE id LIKE 'rev_late%' AND outcome = 'APPROVED'`)).toBe(
      decided,
    );
    expect(
      await count(`SELECT count(*) n FROM journal.entries WHERE stream LIKE 'mver_late%' AND type = 'review.closed'`),
    ).toBe(300);
  });
});

describe('a webhook that is delivered many times at once', () => {
  it('makes one version, one lifecycle and one line, and answers every copy the same', async () => {
    const submission = buildSubmission();
    const event = { type: 'model_version.submitted', data: submission };
    const answers = await Promise.all(Array.from({ length: 200 }, () => house.send(event, 'delivery-of-many')));
    expect(new Set(answers.map((answer) => answer.modelVersionId)).size).toBe(1);
    expect(answers.filter((answer) => answer.replayed !== true)).toHaveLength(1);
    expect(await count('SELECT count(*) n FROM model_versions WHERE model = $1', [submission.model])).toBe(1);
    expect(
      await count('SELECT count(*) n FROM processes WHERE model_version_id = $1', [answers[0]!.modelVersionId]),
    ).toBe(1);
  });

  it('is a conflict with another body under its id, or another artifact under its version, and stores nothing of it', async () => {
    const submission = buildSubmission();
    await house.send({ type: 'model_version.submitted', data: submission }, 'delivery-of-two');
    await expect(
      house.send({ type: 'model_version.submitted', data: { ...submission, description: 'other' } }, 'delivery-of-two'),
    ).rejects.toMatchObject({ code: 'DELIVERY_CONFLICT' });
    const other = { ...submission, artifact: { ...submission.artifact, digest: `sha256:${'e'.repeat(64)}` } };
    await expect(house.submit(other)).rejects.toMatchObject({ code: 'VERSION_CONFLICT' });
    const again = await house.submit(submission);
    expect(await count('SELECT count(*) n FROM processes WHERE model_version_id = $1', [again.modelVersionId])).toBe(1);
  });

  it('is refused for an owner or author who is nobody, a tier without policy and a file outside the allowed folders, storing nothing', async () => {
    const before = await count('SELECT count(*) n FROM deliveries');
    await expect(house.submit(buildSubmission({ owner: 'nobody' }))).rejects.toMatchObject({
      code: 'INVALID',
      errors: [{ pointer: '/data/owner' }],
    });
    await expect(house.submit(buildSubmission({ author: 'nobody' }))).rejects.toMatchObject({
      code: 'INVALID',
      errors: [{ pointer: '/data/author' }],
    });
    const outside = buildSubmission({
      artifact: { uri: 'file:///models/../etc/passwd', digest: `sha256:${'e'.repeat(64)}` },
    });
    await expect(house.submit(outside)).rejects.toMatchObject({
      code: 'INVALID',
      errors: [{ pointer: '/data/artifact/uri' }],
    });
    expect(await count('SELECT count(*) n FROM deliveries')).toBe(before);
  });
});
