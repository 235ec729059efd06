import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Eligibility } from '../../domain/eligibility.ts';
import type { AbsenceView } from '../../api/schemas/standing-in.ts';
import { tendAbsences } from '../../db/queries/stand-ins.ts';
import { openApi, type Api, type PlantedReview } from '../support/api.ts';
import { sitAt } from '../support/review-table.ts';

let api: Api;
let table: ReturnType<typeof sitAt>;
const start = new Date();
let clock = start;
beforeAll(async () => {
  api = await openApi({ now: () => clock });
  table = sitAt(api);
  await table.joins('vito', ['validator']);
});
afterAll(() => api.close());

const inDays = (days: number) => new Date(start.getTime() + days * 86_400_000).toISOString();
const goesAway = (as: string, body: object) => api.ask('POST', '/v1/people/me/absences', { as, body });
const asked = async (review: PlantedReview) =>
  (await api.read<Eligibility>(`/v1/reviews/${review.id}/candidates`)).may.map(({ handle, via, onBehalfOf }) => [
    handle,
    via,
    onBehalfOf,
  ]);

describe('whoever is asked', () => {
  it('is shown with what they said, and as not required once nobody needs them any more', async () => {
    const review = await api.plantReview();
    const answers = async () =>
      Object.fromEntries(
        (
          await api.read<{ candidates: { handle: string; answer?: string }[] }>(`/v1/reviews/${review.id}`)
        ).candidates.map(({ handle, answer }) => [handle, answer]),
      );
    expect(await answers()).toMatchObject({ 'validator-1': undefined, 'validator-2': undefined });
    await table.decides('validator-1', review);
    expect(await answers()).toMatchObject({ 'validator-1': 'APPROVED', 'validator-2': 'NOT_REQUIRED' });
  });
});

describe('out of office', () => {
  it('brings the deputy to open reviews at once, as one voice, and lets them go again', async () => {
    const review = await api.plantReview({ quorum: 2 });
    const answer = await goesAway('validator-1', { startsAt: inDays(-1), endsAt: inDays(5), deputy: 'vito' });
    expect(answer.status).toBe(201);
    const absence = (await answer.json()) as AbsenceView;
    expect((await goesAway('validator-1', { startsAt: inDays(-1), endsAt: inDays(5), deputy: 'vito' })).status).toBe(
      200,
    );
    expect(await asked(review)).toContainEqual(['vito', 'deputy', 'validator-1']);
    expect(await table.journal(review)).toMatchObject([
      {
        type: 'review.rerouted',
        reason: expect.stringContaining('validator-1 is away until'),
        data: { asked: ['vito'] },
      },
    ]);
    const second = await api.plantReview();
    await api.database.db.execute(
      `INSERT INTO review_candidates (handle, review_id, role, due_at, is_waiting, via, on_behalf_of) VALUES ('vito', '${second.id}', 'validator', now(), true, 'deputy', 'validator-1')`,
    );
    expect((await table.decides('vito', review)).status).toBe(201);
    expect(await table.decides('validator-1', review)).toMatchObject({ code: 'ALREADY_DECIDED' });
    const back = await api.ask('DELETE', `/v1/people/me/absences/${absence.id}`, { as: 'validator-1' });
    expect(back.status).toBe(204);
    expect(await asked(second)).toEqual([
      ['validator-1', null, null],
      ['validator-2', null, null],
    ]);
    expect(await asked(review)).toContainEqual(['vito', 'deputy', 'validator-1']);
    expect((await api.ask('DELETE', `/v1/people/me/absences/${absence.id}`, { as: 'validator-1' })).status).toBe(204);
    expect((await api.ask('DELETE', `/v1/people/me/absences/${absence.id}`, { as: 'validator-2' })).status).toBe(404);
    const types = (await api.house.journalOf('people')).map(({ type, actor }) => `${type} ${actor.id}`);
    expect(types).toEqual(['person.absent validator-1', 'person.returned validator-1']);
  });

  it('begins and ends by itself when it was said before', async () => {
    const review = await api.plantReview();
    await goesAway('validator-2', { startsAt: inDays(1), endsAt: inDays(3), deputy: 'vito' });
    expect(await asked(review)).toHaveLength(2);
    clock = new Date(inDays(2));
    await Promise.all([tendAbsences(api.database, clock), tendAbsences(api.database, clock)]);
    expect(await asked(review)).toContainEqual(['vito', 'deputy', 'validator-2']);
    clock = new Date(inDays(4));
    await tendAbsences(api.database, clock);
    expect(await asked(review)).toHaveLength(2);
    expect((await table.journal(review)).map(({ type, reason }) => `${type} ${reason?.split(' ')[0]}`)).toEqual([
      'review.rerouted validator-2',
      'review.rerouted validator-2',
    ]);
    clock = start;
  });

  it('binds the stand-in to open reviews of what the absent person took part in, for as long as they are away', async () => {
    const review = await api.plantReview({ quorum: 2 });
    const contributors = ['Whoever <COMPLIANCE-1>'];
    await table.rule(review, 'contributors', contributors);
    await api.database.pool.query('UPDATE model_versions SET contributors = $2 WHERE id = $1', [
      review.modelVersionId,
      contributors,
    ]);
    const untouched = await api.plantReview();
    await goesAway('compliance-1', { startsAt: inDays(1), endsAt: inDays(3), deputy: 'validator-2' });
    expect((await table.does('validator-2', 'PUT assignment', review)).status).toBe(200);
    clock = new Date(inDays(2));
    await Promise.all([tendAbsences(api.database, clock), tendAbsences(api.database, clock)]);
    const bound = { handle: 'validator-2', why: 'stands in for compliance-1, who is the contributor of this version', code: 'SELF_REVIEW' }; // prettier-ignore
    const standing = await api.read<Eligibility>(`/v1/reviews/${review.id}/candidates`);
    expect(standing.may.map(({ handle }) => handle)).toEqual(['validator-1']);
    expect(standing.mayNot).toContainEqual(bound);
    expect(await table.decides('validator-2', review, { revision: 3 })).toMatchObject({ status: 403, code: 'SELF_REVIEW' }); // prettier-ignore
    expect((await table.decides('validator-1', review, { revision: 3 })).status).toBe(201);
    clock = new Date(inDays(4));
    await Promise.all([tendAbsences(api.database, clock), tendAbsences(api.database, clock)]);
    expect(await asked(review)).toContainEqual(['validator-2', null, null]);
    expect((await table.decides('validator-2', review, { revision: 5 })).status).toBe(201);
    const rerouted = (await table.journal(review)).filter(({ type }) => type === 'review.rerouted');
    expect(rerouted.map(({ data }) => [data['released'], data['asked']])).toEqual([
      [['validator-2'], []],
      // Who is away as well, until the same day, with vito as deputy.
      [[], ['validator-2', 'vito']],
    ]);
    expect(rerouted[0]!.reason).toMatch(/^compliance-1 is away until/);
    expect(await table.journal(untouched)).toEqual([]);
    clock = start;
  });

  it('does not bring a deputy who may not decide on the version', async () => {
    const review = await api.plantReview();
    await goesAway('validator-1', { startsAt: inDays(-1), endsAt: inDays(9), deputy: 'compliance-1' });
    expect(await asked(review)).toHaveLength(2);
  });

  it.each([
    ['an end before the beginning', { startsAt: inDays(20), endsAt: inDays(19) }, '/endsAt'],
    ['what is over', { startsAt: inDays(-9), endsAt: inDays(-8) }, '/endsAt'],
    ['oneself as deputy', { startsAt: inDays(20), endsAt: inDays(21), deputy: 'compliance-2' }, '/deputy'],
    ['a stranger as deputy', { startsAt: inDays(20), endsAt: inDays(21), deputy: 'nobody' }, '/deputy'],
    ['software as deputy', { startsAt: inDays(20), endsAt: inDays(21), deputy: 'pipeline' }, '/deputy'],
  ])('is not taken with %s', async (_, body, pointer) => {
    const answer = await goesAway('compliance-2', body);
    expect(answer.status).toBe(422);
    expect(await answer.json()).toMatchObject({ errors: [{ pointer }] });
  });

  it('takes nobody out of a review whom an author would rather not ask', async () => {
    const times = { startsAt: inDays(20), endsAt: inDays(21) };
    const answer = await goesAway('data-scientist-1', { ...times, deputy: 'validator-1' });
    expect(answer.status).toBe(422);
    const message = 'decides on versions, and standing in for you would bind them to yours';
    expect(await answer.json()).toMatchObject({ code: 'INVALID', errors: [{ pointer: '/deputy', message }] });
    expect((await goesAway('data-scientist-1', { ...times, deputy: 'data-scientist-2' })).status).toBe(201);
  });
});

describe('GET candidates', () => {
  it('tells of each who may and may not decide, and why', async () => {
    const review = await api.plantReview();
    await table.rule(review, 'signOff,qualification', 'credit-models');
    await api.ask('PUT', '/v1/people/validator-2/qualifications/credit-models', {
      as: 'admin',
      body: { expiresAt: inDays(30), reason: 'Passed the course' },
    });
    const { may, mayNot } = await api.read<Eligibility>(`/v1/reviews/${review.id}/candidates`);
    expect(may.map(({ handle }) => handle)).toEqual(['validator-2']);
    const why = 'is not qualified for credit-models';
    expect(mayNot).toEqual(['validator-1', 'vito'].map((handle) => ({ handle, why, code: 'NOT_ELIGIBLE' })));
    expect(await table.decides('validator-1', review)).toMatchObject({ status: 403, code: 'NOT_ELIGIBLE' });
    expect((await table.decides('validator-2', review)).status).toBe(201);
  });

  it('names nobody as able to decide who has left since the review opened', async () => {
    await table.joins('lea', ['validator']);
    const review = await api.plantReview();
    await api.database.pool.query(
      "INSERT INTO review_candidates (handle, review_id, role, due_at, is_waiting) VALUES ('lea', $1, 'validator', now(), true)",
      [review.id],
    );
    expect(await asked(review)).toContainEqual(['lea', null, null]);
    const left = { as: 'admin', body: { reason: 'Left the bank today' } };
    expect((await api.ask('POST', '/v1/people/lea/deactivation', left)).status).toBeLessThan(300);
    const { may, mayNot } = await api.read<Eligibility>(`/v1/reviews/${review.id}/candidates`);
    expect(may.map(({ handle }) => handle)).toEqual(['validator-1', 'validator-2']);
    expect(mayNot).toContainEqual({ handle: 'lea', why: 'has no access any more', code: 'NOT_ELIGIBLE' });
  });

  it('offers nothing to somebody whose qualification has expired (COL-3)', async () => {
    const review = await api.plantReview();
    await table.rule(review, 'signOff,qualification', 'credit-models');
    const hands = () => table.does('validator-2', 'delegation', review, { to: 'vito', reason: 'On leave' });
    expect(await hands()).toMatchObject({ status: 403, code: 'NOT_ELIGIBLE' });
    const path = '/v1/people/vito/qualifications/credit-models';
    const body = { expiresAt: inDays(1), reason: 'Passed the course' };
    expect((await api.ask('PUT', path, { as: 'admin', body })).status).toBe(200);
    clock = new Date(inDays(2));
    expect(await hands()).toMatchObject({
      code: 'NOT_ELIGIBLE',
      errors: [{ message: expect.stringContaining('until') }],
    });
    clock = start;
    expect((await hands()).status).toBe(200);
    expect((await api.ask('PUT', path, { as: 'validator-1', body })).status).toBe(403);
    const entries = (await api.house.journalOf('people')).filter(({ type }) => type === 'person.qualified');
    expect(entries.at(-1)).toMatchObject({
      reason: 'Passed the course',
      data: { handle: 'vito', name: 'credit-models' },
    });
  });
});
