import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openApi, type Api } from '../support/api.ts';
import { sitAt } from '../support/review-table.ts';

let api: Api;
let table: ReturnType<typeof sitAt>;
beforeAll(async () => {
  api = await openApi();
  table = sitAt(api);
  await table.joins('vito', ['validator']);
  await table.joins('valeria', ['validator']);
});
afterAll(() => api.close());

const why = 'On leave until Monday';

describe('a claim', () => {
  it('goes to the first of two who press at once; the other is told who has it', async () => {
    const review = await api.plantReview();
    const answers = await Promise.all([
      table.does('validator-1', 'PUT assignment', review),
      table.does('validator-2', 'PUT assignment', review),
    ]);
    expect(answers.map(({ status }) => status).sort((a, b) => a - b)).toEqual([200, 409]);
    const winner = answers.find(({ status }) => status === 200)?.body.assignee;
    expect(answers.find(({ status }) => status === 409)).toMatchObject({
      code: 'ALREADY_CLAIMED',
      body: { assignee: winner },
    });
  });

  it('can be begun, taken back by an administrator, and repeated without effect', async () => {
    const review = await api.plantReview();
    expect((await table.does('validator-1', 'start', review)).body).toMatchObject({
      state: 'IN_PROGRESS',
      assignee: 'validator-1',
      revision: 2,
    });
    expect((await table.does('validator-1', 'start', review)).body).toMatchObject({ revision: 2 });
    expect(await table.does('validator-2', 'start', review)).toMatchObject({ status: 409, code: 'ALREADY_CLAIMED' });
    expect(await table.does('validator-2', 'DELETE assignment', review)).toMatchObject({ code: 'ALREADY_CLAIMED' });
    expect((await table.does('admin', 'DELETE assignment', review)).body).toMatchObject({
      state: 'READY',
      assignee: null,
      revision: 3,
    });
    expect((await table.does('validator-2', 'DELETE assignment', review)).body).toMatchObject({ revision: 3 });
    expect((await table.journal(review)).map(({ type, actor }) => `${type} ${actor.id}`)).toEqual([
      'review.started validator-1',
      'review.released admin',
    ]);
  });

  it('is refused on another revision than the one that was read', async () => {
    const review = await api.plantReview();
    const stale = await table.does('validator-1', 'start', review, undefined, { 'if-match': '"7"' });
    expect(stale).toMatchObject({ status: 412, code: 'EVIDENCE_CHANGED', body: { revision: 1 } });
  });
});

describe('a delegation', () => {
  it('lets somebody decide in one’s name: the two are one voice, whoever is first', async () => {
    const review = await api.plantReview({ quorum: 2 });
    const handed = await table.does('validator-1', 'delegation', review, { to: 'vito', reason: why });
    expect(handed.body).toMatchObject({ state: 'RESERVED', assignee: 'vito', delegatedBy: 'validator-1' });
    expect(handed.body.candidates).toContainEqual({ handle: 'vito', via: 'delegate', onBehalfOf: 'validator-1' });
    expect(await table.decides('vito', review)).toMatchObject({
      status: 201,
      body: { review: { state: 'READY', quorum: { approvals: 1 } } },
    });
    expect(await table.decides('validator-1', review)).toMatchObject({
      code: 'ALREADY_DECIDED',
      body: { decision: { by: 'vito' } },
    });
    expect(await table.decides('validator-2', review)).toMatchObject({ body: { review: { outcome: 'APPROVED' } } });
    const entries = await table.journal(review);
    expect(entries.find(({ type }) => type === 'review.delegated')).toMatchObject({
      reason: why,
      actor: { id: 'validator-1' },
      data: { to: 'vito', onBehalfOf: 'validator-1' },
    });
    expect(entries.find(({ type }) => type === 'decision.recorded')?.data).toMatchObject({ onBehalfOf: 'validator-1' });
  });

  it('counts one voice when both press at once', async () => {
    const review = await api.plantReview({ quorum: 2 });
    await table.does('validator-1', 'delegation', review, { to: 'vito', reason: why });
    await api.database.pool.query("UPDATE reviews SET assignee = NULL, state = 'READY' WHERE id = $1", [review.id]);
    const answers = await Promise.all(['vito', 'validator-1'].map((who) => table.decides(who, review)));
    expect(answers.map(({ status }) => status).sort((a, b) => a - b)).toEqual([201, 409]);
    const { rows } = await api.database.pool.query('SELECT handle FROM decisions WHERE review_id = $1', [review.id]);
    expect(rows).toHaveLength(1);
  });

  it('comes back when it is released, link by link, and the delegate is asked no longer', async () => {
    const review = await api.plantReview();
    await table.does('validator-1', 'delegation', review, { to: 'vito', reason: why });
    const second = await table.does('vito', 'delegation', review, { to: 'valeria', reason: 'Ill myself' });
    expect(second.body.candidates).toContainEqual({ handle: 'valeria', via: 'delegate', onBehalfOf: 'validator-1' });
    expect((await table.does('valeria', 'DELETE assignment', review)).body).toMatchObject({
      state: 'RESERVED',
      assignee: 'vito',
    });
    expect((await table.does('vito', 'DELETE assignment', review)).body).toMatchObject({
      state: 'RESERVED',
      assignee: 'validator-1',
    });
    expect(await table.decides('vito', review)).toMatchObject({ code: 'NOT_ELIGIBLE' });
    expect((await table.does('validator-1', 'DELETE assignment', review)).body).toMatchObject({
      state: 'READY',
      assignee: null,
    });
  });

  it('never runs in a circle, nor to whoever is bound to the version, lacks the role, has decided or is nobody', async () => {
    const review = await api.plantReview({ quorum: 2 });
    await api.database.pool.query(
      "UPDATE people SET roles = '{submitter,validator}' WHERE handle = 'data-scientist-1'",
    );
    const to = async (as: string, handle: string) => table.does(as, 'delegation', review, { to: handle, reason: why });
    expect(await to('validator-1', 'validator-1')).toMatchObject({ status: 422, code: 'INVALID' });
    expect(await to('validator-1', 'data-scientist-1')).toMatchObject({
      status: 403,
      code: 'SELF_REVIEW',
      errors: [{ pointer: '/to' }],
    });
    expect(await to('validator-1', 'compliance-1')).toMatchObject({ status: 403, code: 'NOT_ELIGIBLE' });
    expect(await to('validator-1', 'nobody')).toMatchObject({ status: 403, code: 'NOT_ELIGIBLE' });
    expect((await to('validator-1', 'vito')).status).toBe(200);
    expect(await to('vito', 'validator-1')).toMatchObject({ status: 422, code: 'INVALID' });
    expect((await to('vito', 'valeria')).status).toBe(200);
    expect(await to('valeria', 'vito')).toMatchObject({ status: 422, code: 'INVALID' });
    expect(await to('valeria', 'validator-1')).toMatchObject({ status: 422, code: 'INVALID' });
    expect(await to('data-scientist-1', 'vito')).toMatchObject({ code: 'SELF_REVIEW' });
    expect((await table.decides('valeria', review)).status).toBe(201);
    expect(await to('validator-2', 'valeria')).toMatchObject({ code: 'NOT_ELIGIBLE' });
    await api.database.pool.query("UPDATE people SET roles = '{submitter}' WHERE handle = 'data-scientist-1'");
  });

  it('keeps the own voice of somebody who is asked anyway', async () => {
    const review = await api.plantReview({ quorum: 2 });
    await table.does('validator-1', 'delegation', review, { to: 'validator-2', reason: why });
    expect((await table.decides('validator-2', review)).status).toBe(201);
    expect(await table.decides('validator-1', review)).toMatchObject({ body: { review: { outcome: 'APPROVED' } } });
  });

  it('is left alone where the policy keeps reviews with those whom it asks', async () => {
    const review = await api.plantReview();
    await table.rule(review, 'rules,delegation', { allowed: false });
    const command = { to: 'vito', reason: why };
    expect(await table.does('validator-1', 'delegation', review, command)).toMatchObject({
      status: 403,
      code: 'FORBIDDEN',
    });
    expect(await table.does('validator-1', 'forward', review, command)).toMatchObject({ code: 'FORBIDDEN' });
    expect((await table.does('admin', 'delegation', review, command)).body).toMatchObject({
      assignee: 'vito',
      delegatedBy: null,
    });
  });
});

describe('a forward', () => {
  it('gives the place away for good', async () => {
    const review = await api.plantReview();
    const forwarded = await table.does('validator-1', 'forward', review, { to: 'vito', reason: 'Knows the data' });
    expect(forwarded.body).toMatchObject({ state: 'READY', assignee: null });
    expect(forwarded.body.candidates.map(({ handle, via }) => [handle, via])).toEqual([
      ['validator-2', null],
      ['vito', 'forward'],
    ]);
    expect(await table.decides('validator-1', review)).toMatchObject({ code: 'NOT_ELIGIBLE' });
    expect(await table.decides('vito', review)).toMatchObject({ body: { review: { outcome: 'APPROVED' } } });
  });

  it('is nothing for whoever only stands in, nor to whoever is asked already', async () => {
    const review = await api.plantReview();
    expect(await table.does('validator-1', 'forward', review, { to: 'validator-2', reason: why })).toMatchObject({
      code: 'INVALID',
    });
    await table.does('validator-1', 'delegation', review, { to: 'vito', reason: why });
    expect(await table.does('vito', 'forward', review, { to: 'valeria', reason: why })).toMatchObject({
      code: 'NOT_ELIGIBLE',
    });
  });
});
