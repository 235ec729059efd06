import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ReviewSummary, ReviewView } from '../../api/schemas/views.ts';
import { buildFinding } from '../support/build.ts';
import type { TransitionsView } from '../../api/services/allowed-transitions.ts';
import { openApi, type Api, type PlantedReview } from '../support/api.ts';

interface List {
  items: ReviewSummary[];
  nextCursor: string | null;
}

let api: Api;
let first: PlantedReview;
let second: PlantedReview;
let third: PlantedReview;
const dueAt = (day: number) => new Date(Date.UTC(2027, 0, day));
beforeAll(async () => {
  api = await openApi();
  second = await api.plantReview({ dueAt: dueAt(2), quorum: 2, findings: [buildFinding({ verdict: 'WARN' })] });
  first = await api.plantReview({ dueAt: dueAt(1) });
  third = await api.plantReview({ dueAt: dueAt(3) });
});
afterAll(() => api.close());

const idsOf = async (query: string, as: string) =>
  (await api.read<List>(`/v1/reviews?${query}`, as)).items.map((review) => review.id);

describe('the list of reviews', () => {
  it('for me holds what waits for my decision, the nearest deadline first', async () => {
    expect(await idsOf('view=me', 'validator-1')).toEqual([first.id, second.id, third.id]);
    expect(await idsOf('view=me', 'compliance-1')).toEqual([]);
    expect(await idsOf('view=me', 'pipeline')).toEqual([]);
  });

  it('pages by cursor without a gap or a repeat, also when the list changes in between', async () => {
    const page = await api.read<List>('/v1/reviews?view=me&limit=1', 'validator-2');
    const late = await api.plantReview({ dueAt: dueAt(4) });
    const early = await api.plantReview({ dueAt: new Date(Date.UTC(2026, 11, 1)) });
    const seen = page.items.map((review) => review.id);
    let cursor = page.nextCursor;
    while (cursor !== null) {
      const next: List = await api.read<List>(`/v1/reviews?view=me&limit=1&cursor=${cursor}`, 'validator-2');
      seen.push(...next.items.map((review) => review.id));
      cursor = next.nextCursor;
    }
    expect(seen).toEqual([first.id, second.id, third.id, late.id]);
    await api.database.pool.query('UPDATE reviews SET closed_at = now() WHERE id = ANY($1)', [[late.id, early.id]]);
    await api.database.pool.query(
      'UPDATE review_candidates SET is_waiting = false, closed_at = now() WHERE review_id = ANY($1)',
      [[late.id, early.id]],
    );
  });

  it('takes only cursors that it gave for this very list', async () => {
    const { nextCursor } = await api.read<List>('/v1/reviews?view=me&limit=1', 'validator-1');
    const changed = `${nextCursor?.slice(0, -2)}AA`;
    for (const query of [`view=me&cursor=${changed}`, 'view=me&cursor=bm9uc2Vuc2U', `view=done&cursor=${nextCursor}`]) {
      const answer = await api.ask('GET', `/v1/reviews?${query}`, { as: 'validator-1' });
      expect(answer.status).toBe(422);
      expect(await answer.json()).toMatchObject({ code: 'INVALID', errors: [{ pointer: '/cursor' }] });
    }
  });

  it('filters by model, state and deadline, and refuses a filter that it does not know', async () => {
    expect(await idsOf(`model=${first.model}`, 'auditor')).toEqual([first.id]);
    expect(await idsOf('state=READY&dueBefore=2027-01-02T00:00:00Z', 'auditor')).toEqual([first.id]);
    expect(await idsOf('state=EXPIRED', 'auditor')).toEqual([]);
    const answer = await api.ask('GET', '/v1/reviews?due_before=x&limit=201&state=OPEN', { as: 'auditor' });
    expect(answer.status).toBe(422);
    const { errors } = (await answer.json()) as { errors: { pointer: string }[] };
    expect(errors.map((error) => error.pointer).sort()).toEqual(['/due_before', '/limit', '/state']);
  });

  it('moves a review from my list to that of those who wait on others, and at its end to done', async () => {
    expect(
      (
        await api.decideOn(second, 'validator-1', {
          form: { dispositions: [{ finding: 'auc-floor', disposition: 'ACCEPTED', reason: 'Seen before' }] },
        })
      ).status,
    ).toBe(201);
    expect(await idsOf('view=me', 'validator-1')).toEqual([first.id, third.id]);
    expect(await idsOf('view=waiting', 'validator-1')).toEqual([second.id]);
    expect(await idsOf('view=groups', 'validator-1')).toEqual([first.id, second.id, third.id]);
    expect(await idsOf('view=groups', 'compliance-1')).toEqual([]);
    expect((await api.read<List>('/v1/reviews?view=waiting', 'validator-1')).items[0]?.quorum.approvals).toBe(1);
    const mine = await api.read<List>('/v1/reviews?view=me', 'validator-2');
    expect(mine.items.find((review) => review.id === second.id)).toMatchObject({
      revision: 2,
      quorum: { approvals: 1 },
    });
    expect((await api.decideOn(first, 'validator-1')).status).toBe(201);
    expect((await idsOf('view=done', 'validator-1'))[0]).toBe(first.id);
    expect((await idsOf('view=done', 'validator-2'))[0]).toBe(first.id);
    expect(await idsOf('view=me', 'validator-2')).toEqual([second.id, third.id]);
  });

  it('shows who asked that they wait, and software the reviews of its own versions', async () => {
    expect(await idsOf('view=waiting', 'data-scientist-1')).toEqual([second.id, third.id]);
    expect(await idsOf('view=waiting', 'pipeline')).toEqual([second.id, third.id]);
    await api.database.pool.query("UPDATE model_versions SET submitted_by = 'other' WHERE id = $1", [
      third.modelVersionId,
    ]);
    expect(await idsOf('', 'pipeline')).toEqual([second.id]);
    expect(await idsOf('', 'admin')).toEqual([second.id, third.id]);
    expect((await api.ask('GET', `/v1/reviews/${third.id}`, { as: 'pipeline' })).status).toBe(404);
    expect((await api.ask('GET', `/v1/reviews/${third.id}/history`, { as: 'pipeline' })).status).toBe(404);
    expect((await api.ask('GET', `/v1/evidence/${third.evidenceDigest}`, { as: 'pipeline' })).status).toBe(404);
    expect((await api.ask('GET', `/v1/processes/${third.processId}`, { as: 'pipeline' })).status).toBe(404);
    expect((await api.ask('GET', `/v1/models/${third.model}`, { as: 'pipeline' })).status).toBe(404);
    expect((await api.ask('GET', `/v1/models/${third.model}/versions/1`, { as: 'pipeline' })).status).toBe(404);
    expect((await api.read<List>(`/v1/journal?stream=${third.modelVersionId}`, 'pipeline')).items).toEqual([]);
  });
});

describe('a review', () => {
  it('names who may decide, who may not and why, and what an approval must answer', async () => {
    await api.database.pool.query(
      "UPDATE people SET roles = '{submitter,validator}' WHERE handle = 'data-scientist-2'",
    );
    const review = await api.read<ReviewView>(`/v1/reviews/${second.id}`);
    expect(review.candidates).toEqual([
      {
        handle: 'validator-1',
        name: 'Vera Okafor',
        role: 'validator',
        via: null,
        onBehalfOf: null,
        answer: 'APPROVED',
      },
      { handle: 'validator-2', name: 'Victor Lindqvist', role: 'validator', via: null, onBehalfOf: null },
    ]);
    expect(review.excluded).toEqual([{ handle: 'data-scientist-2', why: 'is the contributor of this version' }]);
    expect(review.findingsToAnswer.map((finding) => finding.id)).toEqual(['auc-floor']);
    expect(review.decisions).toMatchObject([
      {
        by: 'validator-1',
        outcome: 'APPROVED',
        channel: 'api',
        dispositions: [{ finding: 'auc-floor', disposition: 'ACCEPTED' }],
      },
    ]);
    expect(review.links.evidence).toBe(`http://countersign.test/v1/evidence/${second.evidenceDigest}`);
  });

  it('carries its revision as ETag, and is not sent again while it stands', async () => {
    const answer = await api.ask('GET', `/v1/reviews/${third.id}`, { as: 'auditor' });
    const tag = answer.headers.get('etag') ?? '';
    expect(tag).toBe('"1"');
    const again = await api.ask('GET', `/v1/reviews/${third.id}`, {
      as: 'auditor',
      headers: { 'if-none-match': `"7", W/${tag}` },
    });
    expect(again.status).toBe(304);
    expect(await again.text()).toBe('');
    expect((await api.ask('PUT', `/v1/reviews/${third.id}/assignment`, { as: 'validator-1' })).status).toBe(200);
    expect(
      (await api.ask('GET', `/v1/reviews/${third.id}`, { as: 'auditor', headers: { 'if-none-match': tag } })).status,
    ).toBe(200);
  });

  it('says what each of us may do with it now, and why not', async () => {
    const may = async (as: string) => api.read<TransitionsView>(`/v1/reviews/${third.id}/allowed-transitions`, as);
    const others = ['comment', 'remind', 'escalate'];
    const vera = await may('validator-1');
    expect(vera.refusal).toBeNull();
    expect(vera.allowed.sort()).toEqual(
      [...others, 'attach', 'decide', 'delegate', 'forward', 'release', 'requestInfo', 'start', 'suspend'].sort(),
    );
    expect(await may('validator-2')).toMatchObject({
      allowed: ['comment', 'attach', 'remind', 'escalate'],
      refusal: { code: 'ALREADY_CLAIMED' },
    });
    expect(await may('data-scientist-1')).toMatchObject({
      allowed: ['comment', 'attach', 'remind', 'escalate', 'withdraw'],
      refusal: { code: 'SELF_REVIEW' },
    });
    expect(await may('auditor')).toMatchObject({ allowed: ['comment'], refusal: { code: 'NOT_ELIGIBLE' } });
    expect((await api.ask('DELETE', `/v1/reviews/${third.id}/assignment`, { as: 'validator-1' })).status).toBe(200);
    const victor = await may('validator-2');
    expect(victor).toMatchObject({ refusal: null, as: ['candidate', 'reader'] });
    expect(victor.transitions).toContainEqual({ verb: 'claim', to: 'RESERVED', by: ['candidate'] });
  });

  it('keeps its history, refused attempts too', async () => {
    expect((await api.decideOn(third, 'compliance-1')).status).toBe(403);
    const { items } = await api.read<{ items: { type: string; actor: { id: string } }[] }>(
      `/v1/reviews/${third.id}/history`,
    );
    expect(items.map((entry) => `${entry.type} ${entry.actor.id}`)).toEqual([
      'review.claimed validator-1',
      'review.released validator-1',
      'decision.refused compliance-1',
    ]);
  });

  it('that nobody knows is not found, whatever its name looks like', async () => {
    for (const id of ['rev_unknown', '%00', '%ff', '..%2f..', "'; DROP TABLE reviews --", 'x'.repeat(500)])
      expect((await api.ask('GET', `/v1/reviews/${id}`, { as: 'auditor' })).status).toBe(404);
  });
});
