import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createApp } from '../../api/app.ts';
import { buildFinding, uniqueName } from '../support/build.ts';
import { openApi, type Api, type PlantedReview } from '../support/api.ts';

let api: Api;
beforeAll(async () => {
  api = await openApi();
});
afterAll(() => api.close());

interface List {
  items: { id: string; modelVersion: { model: string } }[];
  nextCursor: string | null;
}
interface BatchAnswer {
  items: { reviewId: string; receipt: { decision: { id: string } } | null; problem: { code: string } | null }[];
}

const setTier = (review: PlantedReview, tier: string) =>
  api.database.pool.query('UPDATE reviews SET risk_tier = $2, revision = revision WHERE id = $1', [review.id, tier]);

const plantLow = async (options: Parameters<Api['plantReview']>[0] = {}) => {
  const review = await api.plantReview(options);
  await setTier(review, 'low');
  return review;
};

const decide = async (reviews: PlantedReview[], key: string, change: Record<string, unknown> = {}, as = 'validator-1', app = api.app) => {
  const response = await app.request('/v1/reviews/batch', {
    method: 'POST',
    headers: { 'authorization': `Bearer ${api.tokenOf(as)}`, 'content-type': 'application/json', 'idempotency-key': key },
    body: JSON.stringify({
      reviews: reviews.map(({ id, evidenceDigest }) => ({ id, revision: 1, evidenceDigest })),
      outcome: 'APPROVED',
      reason: `Both were compared with the plan, ${key}`,
      ...change,
    }),
  });
  return { status: response.status, body: (await response.json()) as BatchAnswer & { code?: string; errors?: { pointer: string }[] } };
}; // prettier-ignore
const newKey = () => randomBytes(8).toString('hex');

describe('search', () => {
  it('finds what holds every word, in model, question or the name of who asked, and only that', async () => {
    const model = uniqueName('zebra-crossing');
    const review = await api.plantReview({ model });
    await api.plantReview();
    const find = async (q: string) =>
      (await api.read<List>(`/v1/reviews?view=me&q=${encodeURIComponent(q)}`, 'validator-1')).items.map(({ id }) => id);
    expect(await find('ZEBRA')).toEqual([review.id]);
    expect(await find(`zebra ${model.slice(-4)} sound dana`)).toEqual([review.id]);
    expect(await find('zebra giraffe')).toEqual([]);
    // What means something to the database means nothing here.
    expect(await find('zebra%crossing')).toEqual([]);
    expect(await find('_____')).toEqual([]);
  });

  it('pages through what it finds and leaves nothing out', async () => {
    const model = uniqueName('paged');
    const planted = [];
    for (let index = 0; index < 5; index++) planted.push(await api.plantReview({ model: `${model}-${index}` }));
    const found: string[] = [];
    let cursor: string | null = '';
    while (cursor !== null) {
      const page: List = await api.read(`/v1/reviews?view=me&limit=2&q=${model}${cursor && `&cursor=${cursor}`}`, 'validator-1'); // prettier-ignore
      found.push(...page.items.map(({ id }) => id));
      cursor = page.nextCursor;
    }
    expect(found).toEqual(planted.map(({ id }) => id));
  });

  it('by risk shows that tier alone', async () => {
    const review = await plantLow();
    const low = await api.read<List>('/v1/reviews?view=me&tier=low&limit=200', 'validator-1');
    expect(low.items.map(({ id }) => id)).toContain(review.id);
    const high = await api.read<List>('/v1/reviews?view=me&tier=high&limit=200', 'validator-1');
    expect(high.items.map(({ id }) => id)).not.toContain(review.id);
  });
});

describe('a filter', () => {
  const keep = (as: string, body: Record<string, unknown>) => api.ask('POST', '/v1/filters', { as, body });
  const namesFor = async (as: string) =>
    (await api.read<{ items: { name: string; query: string }[] }>('/v1/filters', as)).items;

  it('is seen by its owner alone until it is shared', async () => {
    await keep('validator-1', { name: 'Late', query: 'view=me&due=overdue' });
    expect(await namesFor('validator-2')).toEqual([]);
    await keep('validator-1', { name: 'Late', query: 'view=groups&due=day', isShared: true });
    expect(await namesFor('validator-2')).toMatchObject([{ name: 'Late', query: 'view=groups&due=day' }]);
    expect(await namesFor('validator-1')).toHaveLength(1);
  });

  it('is listed to its owner however many others share', async () => {
    const plant = (handle: string, count: number, name: string) =>
      api.database.pool.query(
        "INSERT INTO saved_filters (id, handle, name, query, is_shared, created_at) SELECT $1 || $3 || n, $1, $3 || n, 'tier=low', true, now() FROM generate_series(1, $2) n",
        [handle, count, name],
      );
    for (const handle of ['compliance-1', 'compliance-2', 'auditor', 'domain-expert-1', 'admin']) await plant(handle, 50, 'A'); // prettier-ignore
    await keep('validator-2', { name: 'Zoo', query: 'tier=high' });
    const names = (await namesFor('validator-2')).map(({ name }) => name);
    expect([names.length, names[0]]).toEqual([200, 'Zoo']);
    await api.database.pool.query("DELETE FROM saved_filters WHERE query = 'tier=low'");
  });

  it('is one of at most 50, however many are sent at once, and a name that is kept can still be given another query', async () => {
    const sent = Array.from({ length: 70 }, (_, index) =>
      keep('data-scientist-1', { name: `N${index}`, query: 'tier=low' }),
    );
    const statuses = (await Promise.all(sent)).map(({ status }) => status);
    expect(statuses.filter((status) => status === 201)).toHaveLength(50);
    expect(statuses.filter((status) => status === 409)).toHaveLength(20);
    const [kept] = await namesFor('data-scientist-1');
    expect((await keep('data-scientist-1', { name: kept!.name, query: 'tier=high' })).status).toBe(201);
    expect(await namesFor('data-scientist-1')).toContainEqual(expect.objectContaining({ name: kept!.name, query: 'tier=high' })); // prettier-ignore
  });

  it('is shared by people only', async () => {
    expect((await keep('pipeline', { name: 'Mine', query: 'tier=low', isShared: true })).status).toBe(403);
    expect((await keep('pipeline', { name: 'Mine', query: 'tier=low' })).status).toBe(201);
  });

  it('is removed by its owner alone', async () => {
    const { id } = (await (await keep('compliance-1', { name: 'Mine', query: 'tier=high', isShared: true })).json()) as { id: string }; // prettier-ignore
    expect((await api.ask('DELETE', `/v1/filters/${id}`, { as: 'compliance-2' })).status).toBe(404);
    expect((await api.ask('DELETE', `/v1/filters/${id}`, { as: 'compliance-1' })).status).toBe(204);
  });

  it.each(['', 'size=9', 'view=everything', 'tier=low&next=//evil.example'])(
    'that says %j is refused',
    async (query) => {
      expect((await keep('validator-1', { name: 'Wrong', query })).status).toBe(422);
    },
  );
});

describe('one answer for several reviews', () => {
  it('is a decision on each, with one reason, and the same again for the same key', async () => {
    const reviews = [await plantLow(), await plantLow(), await plantLow()];
    const key = newKey();
    const first = await decide(reviews, key);
    expect(first.status).toBe(200);
    expect(first.body.items.map(({ reviewId, problem }) => [reviewId, problem])).toEqual(reviews.map(({ id }) => [id, null])); // prettier-ignore
    expect((await decide(reviews, key)).body).toEqual(first.body);
    const { rows } = await api.database.pool.query('SELECT count(*)::int AS count FROM decisions WHERE review_id = ANY($1)', [reviews.map(({ id }) => id)]); // prettier-ignore
    expect(rows).toEqual([{ count: 3 }]);
  });

  it('still differs from the person’s reasons before', async () => {
    const reviews = [await plantLow(), await plantLow()];
    const reason = `The same words for everything, ${newKey()}`;
    await decide([reviews[0]!], newKey(), { reason });
    const again = await decide([reviews[1]!], newKey(), { reason });
    expect(again.body.items).toMatchObject([{ receipt: null, problem: { code: 'REASON_BOILERPLATE' } }]);
  });

  it('is bound to its key: other reviews, another outcome or another reason under it are refused', async () => {
    const [first, second] = [await plantLow(), await plantLow()];
    const [key, reason] = [newKey(), `Looks good to me, ${newKey()}`];
    expect((await decide([first], key, { reason })).body.items).toMatchObject([{ problem: null }]);
    const others = [decide([second], key, { reason }), decide([first, second], key, { reason }), decide([first], key, { reason, outcome: 'REJECTED' }), decide([first], key)]; // prettier-ignore
    expect((await Promise.all(others)).map(({ status, body }) => [status, body.code])).toEqual(others.map(() => [409, 'IDEMPOTENCY_CONFLICT'])); // prettier-ignore
    // Nor do keys that begin alike lend each other their reasons.
    const nested = await decide([second], key.slice(0, -1), { reason });
    expect(nested.body.items).toMatchObject([{ receipt: null, problem: { code: 'REASON_BOILERPLATE' } }]);
  });

  it('goes on where it stopped when it is sent again, in whichever order', async () => {
    const [first, second] = [await plantLow(), await plantLow()];
    const killed = createApp({
      ...api.deps,
      wakeRelay: () => {
        throw new Error('The server ends after its first decision');
      },
    });
    const key = newKey();
    expect((await decide([first, second], key, {}, 'validator-1', killed)).status).toBe(500);
    const { rows } = await api.database.pool.query<{ id: string }>('SELECT id FROM decisions WHERE review_id = ANY($1)', [[first.id, second.id]]); // prettier-ignore
    expect(rows).toHaveLength(1);
    const again = await decide([second, first], key);
    expect(again.body.items).toMatchObject([{ problem: null }, { receipt: { decision: rows[0]! } }]);
  });

  it('tells which were refused and records the others', async () => {
    const [mine, gone] = [await plantLow(), await plantLow()];
    await api.decideOn(gone, 'validator-2');
    const { body } = await decide([gone, mine], newKey());
    expect(body.items).toMatchObject([{ receipt: null, problem: { code: 'ALREADY_DECIDED' } }, { problem: null }]);
  });

  it('records nothing where one is of high risk, or has findings that an approval must answer for', async () => {
    const usual = await plantLow();
    const high = await api.plantReview();
    const answerable = await plantLow({ findings: [buildFinding({ verdict: 'WARN' })] });
    const refused = await decide([usual, high, answerable], newKey());
    expect(refused.status).toBe(422);
    expect(refused.body.errors?.map(({ pointer }) => pointer)).toEqual(['/reviews/1', '/reviews/2']);
    const { rows } = await api.database.pool.query('SELECT FROM decisions WHERE review_id = ANY($1)', [[usual.id, high.id, answerable.id]]); // prettier-ignore
    expect(rows).toEqual([]);
    // A rejection answers for nothing.
    expect((await decide([usual, answerable], newKey(), { outcome: 'REJECTED' })).status).toBe(200);
  });

  it('records nothing where one is unknown, and names it', async () => {
    const usual = await plantLow();
    const missing = { ...usual, id: 'rev_none' };
    const refused = await decide([missing, usual, { ...usual, id: 'rev_neither' }], newKey());
    expect(refused.status).toBe(404);
    expect(refused.body.errors?.map(({ pointer }) => pointer)).toEqual(['/reviews/0/id', '/reviews/2/id']);
    expect((await decide([usual], newKey())).body.items).toMatchObject([{ problem: null }]);
  });

  it('decides nothing for whoever is not asked', async () => {
    const review = await plantLow();
    const { body } = await decide([review], newKey(), {}, 'compliance-1');
    expect(body.items).toMatchObject([{ receipt: null, problem: { code: 'NOT_ELIGIBLE' } }]);
  });
});
