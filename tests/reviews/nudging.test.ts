import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { reconcile } from '../../api/services/reconcile.ts';
import { callerOf } from '../support/seed.ts';
import { openApi, type Api } from '../support/api.ts';
import { sitAt } from '../support/review-table.ts';

let api: Api;
let table: ReturnType<typeof sitAt>;
let clock = new Date();
beforeAll(async () => {
  api = await openApi({ now: () => clock });
  table = sitAt(api);
});
afterAll(() => api.close());

describe('a reminder', () => {
  it('is sent at most as often as the policy lets, whoever presses', async () => {
    const review = await api.plantReview();
    const reminds = (as: string) => table.does<{ reminded: string[] }>(as, 'reminders', review);
    expect(await reminds('data-scientist-1')).toMatchObject({
      status: 201,
      body: { reminded: ['validator-1', 'validator-2'] },
    });
    const throttled = await reminds('validator-1');
    expect(throttled).toMatchObject({ status: 429, code: 'REMINDER_THROTTLED' });
    expect(throttled.headers.get('retry-after')).toBe('3600');
    expect(await reminds('auditor')).toMatchObject({ status: 403 });
    clock = new Date(clock.getTime() + 3_600_000);
    await table.does('validator-2', 'PUT assignment', review);
    expect(await reminds('validator-1')).toMatchObject({ body: { reminded: ['validator-2'] } });
    expect((await table.journal(review)).filter(({ type }) => type === 'review.reminded')).toHaveLength(2);
  });

  it('comes once when two press at once', async () => {
    const review = await api.plantReview();
    const answers = await Promise.all(['validator-1', 'validator-2'].map((as) => table.does(as, 'reminders', review)));
    expect(answers.map(({ status }) => status).sort((a, b) => a - b)).toEqual([201, 429]);
  });
});

describe('an escalation', () => {
  it('asks those of the policy’s next step, as far as they are independent', async () => {
    const review = await api.plantReview();
    await table.rule(review, 'signOff,escalation', [{ after: 'P1D', to: { roles: ['compliance'], people: [] } }]);
    await api.database.pool.query("UPDATE people SET aliases = '{Data-Scientist-2}' WHERE handle = 'compliance-2'");
    const escalated = await table.does('data-scientist-1', 'escalation', review, { reason: 'Nobody answers' });
    expect(escalated.body.candidates.filter(({ via }) => via === 'escalation')).toEqual([
      { handle: 'compliance-1', via: 'escalation', onBehalfOf: null },
    ]);
    expect(await table.journal(review)).toMatchObject([
      {
        type: 'review.escalated',
        reason: 'Nobody answers',
        actor: { id: 'data-scientist-1' },
        data: { asked: ['compliance-1'] },
      },
    ]);
    expect(await table.decides('compliance-1', review)).toMatchObject({ body: { review: { outcome: 'APPROVED' } } });
    await api.database.pool.query("UPDATE people SET aliases = '{}' WHERE handle = 'compliance-2'");
  });

  it('lets nobody choose who decides on their own work, and says when there is nobody further', async () => {
    const review = await api.plantReview();
    const to = { roles: ['compliance'], people: ['domain-expert'] };
    expect(await table.does('data-scientist-1', 'escalation', review, { reason: 'Please', to })).toMatchObject({
      status: 403,
      code: 'FORBIDDEN',
    });
    expect(await table.does('data-scientist-1', 'escalation', review, { reason: 'Please' })).toMatchObject({
      status: 409,
      code: 'WRONG_STATE',
    });
    expect(
      (await table.does('validator-1', 'escalation', review, { reason: 'Please', to })).body.candidates,
    ).toHaveLength(5);
    expect(await table.does('validator-1', 'escalation', review, { reason: 'Please', to })).toMatchObject({
      code: 'WRONG_STATE',
    });
    expect((await table.journal(review)).map(({ type }) => type)).toEqual(['review.escalated']);
  });
});

describe('a withdrawal', () => {
  it('ends the review for everybody and tells its process, once', async () => {
    const review = await api.plantReview();
    const command = { reason: 'Trained on the wrong month' };
    expect(await table.does('validator-1', 'withdrawal', review, command)).toMatchObject({
      status: 403,
      code: 'NOT_ELIGIBLE',
    });
    expect(await table.does('data-scientist-1', 'withdrawal', review, command)).toMatchObject({
      status: 200,
      body: { state: 'CANCELED', outcome: 'CANCELED', revision: 2 },
    });
    expect((await table.does('data-scientist-1', 'withdrawal', review, command)).status).toBe(200);
    expect(await table.told(review)).toEqual([
      { do: 'tell', what: 'reviewClosed', payload: { reviewId: review.id, state: 'CANCELED', outcome: 'CANCELED' } },
    ]);
    expect(await table.decides('validator-1', review)).toMatchObject({ status: 409, code: 'WRONG_STATE' });
    expect(await table.journal(review)).toMatchObject([
      { type: 'review.closed', reason: command.reason, actor: { id: 'data-scientist-1' } },
      { type: 'decision.refused' },
    ]);
  });

  it('is nothing for a review that the policy asks for, such as the one after a broken glass', async () => {
    for (const kind of ['after_the_fact', 'condition']) {
      const review = await api.plantReview();
      await api.database.pool.query('UPDATE reviews SET kind = $2 WHERE id = $1', [review.id, kind]);
      const answer = await table.does('data-scientist-1', 'withdrawal', review, { reason: 'Not now' });
      expect(answer).toMatchObject({ status: 403, code: 'FORBIDDEN' });
    }
  });

  it('races a decision: one of them stands, and the other is told', async () => {
    for (let turn = 0; turn < 5; turn++) {
      const review = await api.plantReview();
      const [withdrawn, decided] = await Promise.all([
        table.does('data-scientist-1', 'withdrawal', review, { reason: 'Wrong data' }),
        table.decides('validator-1', review),
      ]);
      expect([withdrawn.status, decided.status].sort((a, b) => a - b)).toEqual([
        withdrawn.status === 200 ? 200 : 201,
        409,
      ]);
      const { outcome } = await api.read<{ outcome: string }>(`/v1/reviews/${review.id}`);
      expect(outcome).toBe(withdrawn.status === 200 ? 'CANCELED' : 'APPROVED');
      expect(await table.told(review)).toHaveLength(1);
    }
  });
});

describe('breaking the glass', () => {
  const command = { outcome: 'APPROVED', reason: 'Fraud wave tonight; the old model lets it through' };
  const glass = { roles: ['administrator', 'submitter'], postReview: { roles: ['compliance'], dueIn: 'P2D' } };

  it('closes the review with a reason, for people whom the policy names, and leaves all that a review after the fact needs', async () => {
    const review = await api.plantReview({ quorum: 2 });
    await table.rule(review, 'rules,breakGlass', { ...glass, roles: ['auditor'] });
    expect(await table.does('admin', 'override', review, command)).toMatchObject({ status: 403, code: 'NOT_ELIGIBLE' });
    await table.rule(review, 'rules,breakGlass', glass);
    expect(await table.does('data-scientist-1', 'override', review, command)).toMatchObject({ code: 'SELF_REVIEW' });
    expect(await table.does('admin', 'override', review, { ...command, reason: 'urgent' })).toMatchObject({
      code: 'REASON_BOILERPLATE',
    });
    expect(await table.does('admin', 'override', review, { outcome: 'APPROVED' })).toMatchObject({
      status: 422,
      code: 'INVALID',
    });
    expect((await table.does('admin', 'override', review, command)).body).toMatchObject({
      state: 'COMPLETED',
      outcome: 'APPROVED',
    });
    expect((await table.does('admin', 'override', review, command)).status).toBe(200);
    const entries = await table.journal(review);
    expect(entries.map(({ type }) => type)).toEqual(expect.arrayContaining(['policy.overridden', 'review.closed']));
    expect(entries.filter(({ type }) => type === 'policy.overridden')).toHaveLength(1);
    expect(entries[0]).toMatchObject({
      actor: { id: 'admin' },
      reason: command.reason,
      data: { outcome: 'APPROVED', by: 'admin', approvals: 0, required: 2, postReview: glass.postReview },
    });
    expect(await table.told(review)).toHaveLength(1);
    expect(await table.decides('validator-1', review)).toMatchObject({ status: 409, code: 'ALREADY_DECIDED' });
  });
});

describe('a reconciliation', () => {
  it('finds journal and rows in agreement after every way of closing by hand', async () => {
    const answer = await reconcile(api.deps, callerOf('auditor'));
    // Planted reviews were never opened in the journal.
    expect(
      answer.differences.filter(({ kind }) => /^(review_state|entry_without_review|decision_)/.test(kind)),
    ).toEqual([]);
  });
});
