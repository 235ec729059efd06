import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { AttachmentView, CommentView, ReviewStanding } from '../../api/schemas/review-thread.ts';
import { countReviews, openQuestions } from '../../api/services/waiting-for-me.ts';
import { endRests } from '../../db/queries/go-on.ts';
import { uniqueName } from '../support/build.ts';
import { openApi, type Api, type PlantedReview } from '../support/api.ts';
import { sitAt } from '../support/review-table.ts';
import { callerOf } from '../support/seed.ts';

let api: Api;
let table: ReturnType<typeof sitAt>;
let clock = new Date('2026-11-24T10:00:00Z');
beforeAll(async () => {
  api = await openApi({ now: () => clock });
  table = sitAt(api);
});
afterAll(() => api.close());

interface Asked {
  question: CommentView;
  review: ReviewStanding;
}
interface Replied {
  answer: CommentView;
  review: ReviewStanding;
}
const hours = (count: number) => count * 3_600_000;
const dueIn = (ms: number) => new Date(clock.getTime() + ms);
const asks = (review: PlantedReview, body: object = { question: 'Which rows were dropped?' }, as = 'validator-1') =>
  table.does<Asked>(as, 'info-requests', review, body);
const answers = (review: PlantedReview, id: string, as: string, answer = 'Those without a label') =>
  table.does<Replied>(as, `info-requests/${id}/answer`, review, { answer });

describe('a question', () => {
  it('goes to the owner of the version, stops the clock, and the answer moves the deadline on by the pause', async () => {
    const review = await api.plantReview({ dueAt: dueIn(hours(30)) });
    const asked = await asks(review);
    expect(asked).toMatchObject({
      status: 201,
      body: {
        question: { kind: 'question', mentions: ['data-scientist-1'] },
        review: { state: 'SUSPENDED', revision: 2, suspension: { by: 'validator-1', isClockPaused: true } },
      },
    });
    expect((await asks(review)).body.question.id).toBe(asked.body.question.id);
    const ofAnother = await asks(review, { question: 'Which rows were dropped?', to: 'data-scientist-2' });
    expect(ofAnother).toMatchObject({ status: 409, code: 'WRONG_STATE' });
    expect(await table.decides('validator-2', review)).toMatchObject({ status: 409, code: 'WRONG_STATE' });
    expect(await answers(review, asked.body.question.id, 'compliance-1')).toMatchObject({
      status: 403,
      code: 'NOT_ELIGIBLE',
    });
    const informant = callerOf('data-scientist-1');
    expect(await openQuestions(api.house.deps, informant)).toMatchObject([{ reviewId: review.id, by: 'validator-1', text: 'Which rows were dropped?' }]); // prettier-ignore
    expect(await countReviews(api.house.deps, informant)).toBe(1);
    expect(await openQuestions(api.house.deps, callerOf('data-scientist-2'))).toEqual([]);
    const due = dueIn(hours(30));
    clock = new Date(clock.getTime() + hours(50));
    const replied = await answers(review, asked.body.question.id, 'data-scientist-1');
    const dueAt = new Date(due.getTime() + hours(50)).toISOString();
    expect(replied.body).toMatchObject({
      answer: { kind: 'answer', mentions: ['validator-1'] },
      review: { state: 'READY', suspension: null, dueAt },
    });
    expect(await openQuestions(api.house.deps, informant)).toEqual([]);
    expect(await countReviews(api.house.deps, informant)).toBe(0);
    const alarms = [{ what: 'remind', at: new Date(Date.parse(dueAt) - hours(8)).toISOString() }];
    expect(await table.told(review)).toEqual([
      { do: 'tell', what: 'reviewMoved', payload: { reviewId: review.id, dueAt, alarms } },
    ]);
    const { rows } = await api.database.pool.query(
      'SELECT DISTINCT due_at FROM review_candidates WHERE review_id = $1',
      [review.id],
    );
    expect(rows).toEqual([{ due_at: new Date(dueAt) }]);
    expect((await answers(review, asked.body.question.id, 'data-scientist-1')).body.answer.id).toBe(
      replied.body.answer.id,
    );
    expect(await answers(review, asked.body.question.id, 'data-scientist-1', 'Something else')).toMatchObject({
      code: 'WRONG_STATE',
    });
    expect((await table.journal(review)).map(({ type, reason }) => [type, reason])).toEqual([
      ['review.info_requested', 'Which rows were dropped?'],
      ['decision.refused', expect.any(String)],
      ['review.info_submitted', 'Those without a label'],
    ]);
  });

  it('leaves the deadline alone where the policy lets the clock run', async () => {
    const review = await api.plantReview({ dueAt: dueIn(hours(30)) });
    await table.rule(review, 'rules,information', { pausesClock: false });
    const due = dueIn(hours(30)).toISOString();
    const asked = await asks(review, { question: 'Why?', to: 'data-scientist-2' });
    expect(asked.body).toMatchObject({
      question: { mentions: ['data-scientist-2'] },
      review: { suspension: { isClockPaused: false } },
    });
    clock = new Date(clock.getTime() + hours(1));
    expect((await answers(review, asked.body.question.id, 'data-scientist-2')).body.review.dueAt).toBe(due);
    expect(await table.told(review)).toEqual([]);
  });

  it('pauses in working time where the policy has a calendar', async () => {
    clock = new Date('2026-11-27T15:00:00Z');
    const review = await api.plantReview({ dueAt: new Date('2026-11-30T11:00:00Z') });
    await table.rule(review, 'rules,calendar', {
      timeZone: 'UTC',
      workdays: [1, 2, 3, 4, 5],
      hours: { from: '09:00', to: '17:00' },
      holidays: [],
    });
    const asked = await asks(review);
    clock = new Date('2026-12-01T16:00:00Z');
    const replied = await answers(review, asked.body.question.id, 'data-scientist-1');
    expect(replied.body.review.dueAt).toBe('2026-12-02T12:00:00.000Z');
  });

  it('is put to nobody who cannot answer, and not by people who are not asked themselves', async () => {
    const review = await api.plantReview();
    expect(await asks(review, { question: 'Why?', to: 'pipeline' })).toMatchObject({
      status: 422,
      errors: [{ pointer: '/to' }],
    });
    expect(await asks(review, undefined, 'auditor')).toMatchObject({ status: 403, code: 'NOT_ELIGIBLE' });
    expect(await asks(review, undefined, 'data-scientist-1')).toMatchObject({ status: 403, code: 'SELF_REVIEW' });
  });

  it('can be given up by whoever asked, and then goes on for whoever held the review', async () => {
    const review = await api.plantReview({ dueAt: dueIn(hours(30)) });
    await table.does('validator-1', 'PUT assignment', review);
    await asks(review);
    expect((await table.does('validator-1', 'DELETE suspension', review)).body).toMatchObject({
      state: 'RESERVED',
      assignee: 'validator-1',
    });
  });
});

describe('a rest', () => {
  it('keeps the deadline, and ends by hand or when its time has come', async () => {
    const review = await api.plantReview({ dueAt: dueIn(hours(30)) });
    const due = dueIn(hours(30)).toISOString();
    const until = dueIn(hours(2)).toISOString();
    const rested = await table.does('validator-1', 'suspension', review, { reason: 'Waits for the audit', until });
    expect(rested.body).toMatchObject({ state: 'SUSPENDED', dueAt: due, suspension: { until, isClockPaused: false } });
    expect(await table.does('validator-1', 'suspension', review, { reason: 'Again' })).toMatchObject({
      code: 'WRONG_STATE',
    });
    expect(await endRests(api.database, dueIn(hours(1)))).toBe(0);
    expect(await endRests(api.database, dueIn(hours(2)))).toBe(1);
    expect(await endRests(api.database, dueIn(hours(2)))).toBe(0);
    expect((await table.journal(review)).map(({ type, actor }) => `${type} ${actor.id}`)).toEqual([
      'review.suspended validator-1',
      'review.resumed deadline',
    ]);
    await table.does('validator-1', 'suspension', review, { reason: 'Again' });
    expect((await table.does('validator-2', 'DELETE suspension', review)).body).toMatchObject({ state: 'READY' });
    expect((await table.does('validator-2', 'DELETE suspension', review)).body).toMatchObject({ state: 'READY' });
    for (const until of ['2020-01-01T00:00:00Z', dueIn(hours(24 * 367)).toISOString(), '9999-12-31T23:59:59Z'])
      expect(await table.does('validator-1', 'suspension', review, { reason: 'Again', until })).toMatchObject({
        status: 422,
        body: { errors: [{ pointer: '/until' }] },
      });
    const nextYear = dueIn(hours(24 * 365)).toISOString();
    expect((await table.does('validator-1', 'suspension', review, { reason: 'Again', until: nextYear })).body).toMatchObject({ state: 'SUSPENDED' }); // prettier-ignore
  });
});

describe('a comment', () => {
  it('names people, reaches the thread once a key, and does not change the card', async () => {
    const review = await api.plantReview();
    const text = 'Look here, @validator-2 and @Compliance-1; mail me@validator-1 not, nor @nobody.';
    const key = { 'idempotency-key': uniqueName('key') };
    const first = await table.does<CommentView>('auditor', 'comments', review, { text }, key);
    const again = await table.does<CommentView>('auditor', 'comments', review, { text }, key);
    expect([first.status, again.status]).toEqual([201, 200]);
    expect(first.body.mentions).toEqual(['compliance-1', 'validator-2']);
    expect(again.body).toEqual(first.body);
    const other = await table.does<CommentView>('auditor', 'comments', review, { text: 'Something else' }, key);
    expect(other).toMatchObject({ status: 409, code: 'IDEMPOTENCY_CONFLICT' });
    const thread = await api.read<{ items: CommentView[] }>(`/v1/reviews/${review.id}/comments`);
    expect(thread.items).toEqual([first.body]);
    expect((await api.read<{ revision: number }>(`/v1/reviews/${review.id}`)).revision).toBe(1);
    expect(await table.journal(review)).toMatchObject([
      { type: 'review.commented', reason: text, data: { mentions: first.body.mentions } },
    ]);
  });

  it('is no longer taken once the review is closed', async () => {
    const review = await api.plantReview();
    await table.decides('validator-1', review);
    expect(await table.does('auditor', 'comments', review, { text: 'Too late' })).toMatchObject({
      status: 409,
      code: 'ALREADY_DECIDED',
    });
  });
});

describe('an attachment', () => {
  it('is kept by its digest, listed, and given back as a download that nothing shows in place', async () => {
    const review = await api.plantReview();
    const content = Buffer.from('id,label\n1,0\n');
    const form = new FormData();
    form.append('file', new File([content], '../../etc/über "rows".csv', { type: 'text/csv' }));
    const encoded = new Response(form);
    const answer = await api.ask('POST', `/v1/reviews/${review.id}/attachments`, {
      as: 'data-scientist-1',
      headers: { 'content-type': encoded.headers.get('content-type')! },
      body: new Uint8Array(await encoded.arrayBuffer()),
    });
    expect(answer.status).toBe(201);
    const laid = (await answer.json()) as AttachmentView;
    expect(laid).toMatchObject({ name: 'über rows .csv', mediaType: 'text/csv', size: 13, by: 'data-scientist-1' });
    const got = await api.ask('GET', `/v1/reviews/${review.id}/attachments/${laid.id}`, { as: 'validator-1' });
    expect(Buffer.from(await got.arrayBuffer())).toEqual(content);
    expect(got.headers.get('content-disposition')).toMatch(
      /^attachment; filename="_ber rows .csv"; filename\*=UTF-8''%C3%BCber/,
    );
    expect(got.headers.get('content-security-policy')).toContain('sandbox');
    const same = { name: 'über rows .csv', mediaType: 'text/csv', content: content.toString('base64') };
    expect(await table.does('data-scientist-1', 'attachments', review, same)).toMatchObject({
      status: 200,
      body: { id: laid.id },
    });
    expect((await api.read<{ items: unknown[] }>(`/v1/reviews/${review.id}/attachments`)).items).toHaveLength(1);
    expect(await table.journal(review)).toMatchObject([{ type: 'review.attached', data: { digest: laid.digest } }]);
  });

  it('is refused when it is empty, too large, no form at all, or from people who are nothing to the review', async () => {
    const review = await api.plantReview();
    const file = { name: 'a.txt', content: 'YQ==' };
    expect(await table.does('validator-1', 'attachments', review, { ...file, content: '' })).toMatchObject({
      status: 422,
    });
    const large = { ...file, content: Buffer.alloc(4 * 1024 * 1024 + 1).toString('base64') };
    expect(await table.does('validator-1', 'attachments', review, large)).toMatchObject({
      status: 413,
      code: 'TOO_LARGE',
    });
    const broken = { 'content-type': 'multipart/form-data; boundary=x' };
    expect(await table.does('validator-1', 'attachments', review, 'nonsense', broken)).toMatchObject({ status: 400 });
    expect(await table.does('auditor', 'attachments', review, file)).toMatchObject({
      status: 403,
      code: 'NOT_ELIGIBLE',
    });
  });
});
