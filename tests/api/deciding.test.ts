import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { buildFinding } from '../support/build.ts';
import { openApi, type Api } from '../support/api.ts';

let api: Api;
beforeAll(async () => {
  api = await openApi();
});
afterAll(() => api.close());

const start = Date.now();
const inHours = (hours: number) => new Date(start + hours * 3_600_000).toISOString();

describe('POST decisions', () => {
  it('records a decision, closes the review and answers 201 with both', async () => {
    const review = await api.plantReview();
    const answer = await api.decideOn(review, 'validator-1');
    expect(answer.status).toBe(201);
    expect(answer.headers.get('etag')).toBe('"2"');
    expect(await answer.json()).toMatchObject({
      decision: { by: 'validator-1', outcome: 'APPROVED', evidenceDigest: review.evidenceDigest, revision: 1 },
      review: {
        id: review.id,
        state: 'COMPLETED',
        outcome: 'APPROVED',
        revision: 2,
        quorum: { required: 1, approvals: 1 },
      },
    });
  });

  it('answers the same key with 200 and the same body, even quoting the ETag of before, and another command with 409', async () => {
    const review = await api.plantReview();
    const command = { reason: 'Went through all findings twice' };
    const headers = { 'idempotency-key': 'press-1', 'if-match': '"1"' };
    const first = await api.decideOn(review, 'validator-1', command, headers);
    const again = await api.decideOn(review, 'validator-1', command, headers);
    expect([first.status, again.status]).toEqual([201, 200]);
    expect(await again.json()).toEqual(await first.json());
    const other = await api.decideOn(review, 'validator-1', { reason: 'Another reason altogether' }, headers);
    expect(await other.json()).toMatchObject({ status: 409, code: 'IDEMPOTENCY_CONFLICT' });
    const elsewhere = await api.plantReview();
    expect((await api.decideOn(elsewhere, 'validator-1', command, { 'idempotency-key': 'press-1' })).status).toBe(409);
    for (const { modelVersionId } of [review, elsewhere])
      expect(
        (await api.house.journalOf(modelVersionId)).filter(({ type }) => type === 'decision.refused'),
      ).toMatchObject([{ actor: { id: 'validator-1' }, data: { code: 'IDEMPOTENCY_CONFLICT' } }]);
  });

  it('answers the same deferral under its key, and anything else under it with 409 which changes nothing', async () => {
    const [review, other] = [await api.plantReview(), await api.plantReview()];
    const headers = { 'idempotency-key': 'later-1' };
    const later = (hours: number) => ({
      reason: 'Counts once the data is complete',
      form: { dispositions: [], deferral: { check: 'calibration', countsAt: inHours(hours) } },
    });
    const sent = (on: typeof review, command: Record<string, unknown>, key = headers) =>
      api.decideOn(on, 'validator-1', command, key);
    const [first, twin] = await Promise.all([sent(review, later(1)), sent(review, later(1))]);
    expect([first.status, twin.status]).toEqual([202, 202]);
    const again = await sent(review, later(1));
    expect(again.status).toBe(202);
    const body = await first.json();
    expect([await twin.json(), await again.json()]).toEqual([body, body]);
    const now = (why: string) => ({ reason: `It can count at once: ${why}` });
    const spent = { 'idempotency-key': 'later-2' };
    expect((await sent(await api.plantReview(), now('the data is complete'), spent)).status).toBe(201);
    for (const answer of [
      await sent(review, later(2)),
      await sent(other, later(1)),
      await sent(review, now('nobody waits for it')),
      await sent(other, now('this one is simple')),
      await sent(other, later(1), spent),
    ])
      expect(await answer.json()).toMatchObject({ status: 409, code: 'IDEMPOTENCY_CONFLICT' });
    const typesOf = async ({ modelVersionId }: typeof review) =>
      (await api.house.journalOf(modelVersionId))
        .map(({ type }) => type)
        .filter((type) => type.startsWith('decision.'));
    expect(await typesOf(review)).toEqual(['decision.deferred', 'decision.refused', 'decision.refused']);
    expect(await typesOf(other)).toEqual(['decision.refused', 'decision.refused', 'decision.refused']);
    expect((await sent(other, now('a new press'), { 'idempotency-key': 'later-3' })).status).toBe(201);
  });

  it('asks for an Idempotency-Key of printable characters', async () => {
    const review = await api.plantReview();
    for (const key of ['', 'with space', 'x'.repeat(201)]) {
      const answer = await api.decideOn(review, 'validator-1', {}, { 'idempotency-key': key });
      expect(answer.status).toBe(422);
      expect(await answer.json()).toMatchObject({ code: 'INVALID', errors: [{ pointer: '/Idempotency-Key' }] });
    }
  });

  it('refuses what is missing, wrong or unknown, each with its pointer', async () => {
    const review = await api.plantReview();
    const answer = await api.decideOn(review, 'validator-1', {
      outcome: 'YES',
      revision: 0,
      evidenceDigest: 'sha256:short',
      admin: true,
      reason: 7,
    });
    expect(answer.status).toBe(422);
    const { errors } = (await answer.json()) as { errors: { pointer: string }[] };
    expect(errors.map((error) => error.pointer).sort()).toEqual([
      '/admin',
      '/evidenceDigest',
      '/outcome',
      '/reason',
      '/revision',
    ]);
  });

  it('refuses whoever may not: the author, other roles, readers, software', async () => {
    const review = await api.plantReview();
    const codeFor = async (as: string) => ((await (await api.decideOn(review, as)).json()) as { code: string }).code;
    expect(await codeFor('data-scientist-1')).toBe('SELF_REVIEW');
    for (const handle of ['compliance-1', 'auditor', 'admin', 'pipeline'])
      expect(await codeFor(handle)).toBe('NOT_ELIGIBLE');
    expect(
      (
        await api.ask('POST', `/v1/reviews/${review.id}/decisions`, {
          body: {},
          headers: { origin: 'http://countersign.test' },
        })
      ).status,
    ).toBe(401);
  });

  it('refuses a stale digest or ETag with 412, and tells what stands', async () => {
    const review = await api.plantReview();
    const stale = await api.decideOn(review, 'validator-1', { evidenceDigest: `sha256:${'0'.repeat(64)}` });
    expect(await stale.json()).toMatchObject({
      status: 412,
      code: 'EVIDENCE_CHANGED',
      evidenceDigest: review.evidenceDigest,
      revision: 1,
    });
    const tagged = await api.decideOn(review, 'validator-1', {}, { 'if-match': '"2"' });
    expect(await tagged.json()).toMatchObject({ status: 412, code: 'EVIDENCE_CHANGED', revision: 1 });
    expect((await api.decideOn(review, 'validator-1', {}, { 'if-match': 'W/"1"' })).status).toBe(422);
  });

  it('tells the second decider which decision stands', async () => {
    const review = await api.plantReview();
    await api.decideOn(review, 'validator-1', { outcome: 'REJECTED' });
    const late = await api.decideOn(review, 'validator-2');
    expect(late.status).toBe(409);
    expect(await late.json()).toMatchObject({
      code: 'ALREADY_DECIDED',
      decision: { by: 'validator-1', outcome: 'REJECTED' },
    });
  });

  it('waits for a disposition of each finding that the policy lets pass', async () => {
    const review = await api.plantReview({
      findings: [buildFinding({ id: 'fairness-selection:afam', verdict: 'FAIL' })],
    });
    const open = await api.decideOn(review, 'validator-1');
    expect(open.status).toBe(422);
    expect(await open.json()).toMatchObject({
      code: 'DISPOSITION_REQUIRED',
      errors: [{ pointer: 'fairness-selection:afam' }],
    });
    const form = {
      dispositions: [
        { finding: 'fairness-selection:afam', disposition: 'RESTRICTED', reason: 'Manual review for this group' },
      ],
    };
    expect((await api.decideOn(review, 'validator-1', { form })).status).toBe(201);
  });
});

describe('assignment', () => {
  it('is one person’s until it is given back, and closed reviews take none', async () => {
    const review = await api.plantReview();
    const path = `/v1/reviews/${review.id}/assignment`;
    const claimed = await api.ask('PUT', path, { as: 'validator-1', headers: { 'if-match': '"1"' } });
    expect(await claimed.json()).toEqual({ id: review.id, state: 'RESERVED', revision: 2, assignee: 'validator-1' });
    expect(claimed.headers.get('etag')).toBe('"2"');
    expect(await (await api.ask('PUT', path, { as: 'validator-2' })).json()).toMatchObject({
      status: 409,
      code: 'ALREADY_CLAIMED',
      assignee: 'validator-1',
    });
    expect(
      await (await api.ask('DELETE', path, { as: 'validator-1', headers: { 'if-match': '"1"' } })).json(),
    ).toMatchObject({ status: 412, code: 'EVIDENCE_CHANGED' });
    expect((await api.ask('DELETE', path, { as: 'validator-1', headers: { 'if-match': '"2"' } })).status).toBe(200);
    expect(await (await api.ask('PUT', path, { as: 'auditor' })).json()).toMatchObject({
      status: 403,
      code: 'NOT_ELIGIBLE',
    });
    await api.decideOn(review, 'validator-2', { revision: 3 });
    expect((await api.ask('PUT', path, { as: 'validator-1' })).status).toBe(409);
  });
});
