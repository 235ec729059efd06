// Evidence, journal, policies and people, as they are read over the API.
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { getDocument } from '../../api/services/get-document.ts';
import type { JournalEntryView, ModelSummary, PolicySummary, ProcessView } from '../../api/schemas/views.ts';
import { sha256 } from '../../db/sha256.ts';
import { emptyHead, entryProblem } from '../../domain/journal.ts';
import { callerOf } from '../support/house.ts';
import { openApi, type Api } from '../support/api.ts';

let api: Api;
beforeAll(async () => {
  api = await openApi();
});
afterAll(() => api.close());

interface Entries {
  items: JournalEntryView[];
  nextCursor: string | null;
}

describe('an evidence pack', () => {
  it('is answered byte for byte as its digest names it, and who read it is journaled', async () => {
    const review = await api.plantReview();
    const answer = await api.ask('GET', `/v1/evidence/${review.evidenceDigest}`, { as: 'compliance-1' });
    expect(answer.status).toBe(200);
    expect(answer.headers.get('content-type')).toBe('application/json');
    expect(sha256(Buffer.from(await answer.arrayBuffer()))).toBe(review.evidenceDigest);
    const { items } = await api.read<Entries>(`/v1/journal?stream=${review.modelVersionId}&type=evidence.read`);
    expect(items).toMatchObject([
      { actor: { type: 'user', id: 'compliance-1' }, data: { evidenceDigest: review.evidenceDigest } },
    ]);
  });

  it('that nobody made is not found, and what is no digest neither', async () => {
    for (const digest of [`sha256:${'0'.repeat(64)}`, 'latest'])
      expect((await api.ask('GET', `/v1/evidence/${digest}`, { as: 'auditor' })).status).toBe(404);
  });

  it('gives only documents that it names', async () => {
    const review = await api.plantReview();
    const digest = await api.plantDocument('# Another model');
    await expect(
      getDocument(api.deps, callerOf('auditor'), { evidenceDigest: review.evidenceDigest, digest }),
    ).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });
});

describe('models and processes', () => {
  it('are listed by name with their newest version, page by page', async () => {
    await api.plantReview({ model: 'aaa-first' });
    await api.plantReview({ model: 'aab-second' });
    const page = await api.read<{ items: ModelSummary[]; nextCursor: string }>('/v1/models?limit=1');
    expect(page.items).toMatchObject([
      { model: 'aaa-first', versions: 1, latest: { version: '1', stage: 'registered' } },
    ]);
    const next = await api.read<{ items: ModelSummary[] }>(`/v1/models?limit=1&cursor=${page.nextCursor}`);
    expect(next.items.map((model) => model.model)).toEqual(['aab-second']);
    expect(await api.read('/v1/models/aaa-first')).toMatchObject({ model: 'aaa-first', versions: [{ version: '1' }] });
  });

  it('show the sign-offs that are open, and those of an approval that wait for their turn', async () => {
    const review = await api.plantReview();
    const process = await api.read<ProcessView>(`/v1/processes/${review.processId}`);
    expect(process.signOffs).toMatchObject([{ state: 'OPEN', approvals: 0, required: 1, reviews: [review.id] }]);
    await api.database.pool.query("UPDATE processes SET kind = 'approval' WHERE id = $1", [review.processId]);
    const approval = await api.read<ProcessView>(`/v1/processes/${review.processId}`);
    expect(approval.signOffs.map(({ state, roles }) => [state, ...roles])).toEqual([
      ['WAITING', 'domain_expert'],
      ['WAITING', 'compliance'],
    ]);
  });
});

describe('the journal', () => {
  it('is read by stream, kind, actor and time, in either order, page by page', async () => {
    const review = await api.plantReview();
    await api.ask('PUT', `/v1/reviews/${review.id}/assignment`, { as: 'validator-1' });
    await api.ask('DELETE', `/v1/reviews/${review.id}/assignment`, { as: 'validator-1' });
    const stream = `stream=${review.modelVersionId}`;
    const typesOf = async (query: string) =>
      (await api.read<Entries>(`/v1/journal?${stream}&${query}`)).items.map((entry) => entry.type);
    const all = ['model_version.submitted', 'review.claimed', 'review.released'];
    expect(await typesOf('')).toEqual(all);
    expect(await typesOf('order=desc')).toEqual(all.toReversed());
    expect(await typesOf('actor=validator-1')).toEqual(all.slice(1));
    expect(await typesOf('type=review.claimed')).toEqual(['review.claimed']);
    expect(await typesOf('to=2020-01-01T00:00:00Z')).toEqual([]);
    expect(await typesOf('from=2020-01-01T00:00:00Z')).toEqual(all);
    const first = await api.read<Entries>(`/v1/journal?${stream}&limit=2`);
    const second = await api.read<Entries>(`/v1/journal?${stream}&limit=2&cursor=${first.nextCursor}`);
    expect([...first.items, ...second.items].map((entry) => entry.position)).toEqual([1, 2, 3]);
    expect(second.nextCursor).toBeNull();
    expect(second.items[0]?.previousHash).toBe(first.items[1]?.hash);
  });

  it('is exported so that anybody can check it, and the export is journaled in it', async () => {
    const review = await api.plantReview();
    const answer = await api.ask('GET', `/v1/journal/export?stream=${review.modelVersionId}`, { as: 'auditor' });
    expect(answer.headers.get('content-type')).toBe('application/x-ndjson');
    let head = emptyHead;
    const types: string[] = [];
    for (const line of (await answer.text()).trimEnd().split('\n')) {
      const { stream, position, hash, content } = JSON.parse(line) as {
        stream: string;
        position: number;
        hash: string;
        content: string;
      };
      expect(entryProblem(head, { stream, position, hash, bytes: content }, sha256)).toBeUndefined();
      head = { position, hash };
      types.push((JSON.parse(content) as { type: string }).type);
    }
    expect(types).toEqual(['model_version.submitted', 'journal.exported']);
  });

  it('is verified as a whole for people, and stream by stream for the software that submitted it', async () => {
    const review = await api.plantReview();
    expect(await api.read(`/v1/journal/verify?stream=${review.modelVersionId}`)).toMatchObject({
      ok: true,
      entries: 1,
      broken: null,
    });
    expect(await api.read('/v1/journal/verify')).toMatchObject({ ok: true });
    expect(
      (await api.ask('GET', `/v1/journal/verify?stream=${review.modelVersionId}`, { as: 'pipeline' })).status,
    ).toBe(200);
    for (const path of ['/v1/journal/verify', '/v1/journal/export']) {
      expect((await api.ask('GET', path, { as: 'pipeline' })).status).toBe(403);
      expect((await api.ask('GET', `${path}?stream=mver_unknown`, { as: 'auditor' })).status).toBe(404);
    }
  });
});

describe('policies', () => {
  const source = readFileSync(new URL('../../policies/low.yaml', import.meta.url), 'utf8');
  const publish = (as: string, body: unknown) => api.ask('POST', '/v1/policies', { as, body });

  it('are published by administrators as the next version, and the same content publishes nothing', async () => {
    const changed = source.replace(/^title: .*$/m, 'title: Low risk, reworded');
    const reason = 'Clearer words for the same rules';
    expect((await publish('compliance-1', { source: changed, reason })).status).toBe(403);
    const first = await publish('admin', { source: changed, reason });
    expect(first.status).toBe(201);
    const policy = (await first.json()) as PolicySummary;
    expect(policy).toMatchObject({ version: 2, title: 'Low risk, reworded', publishedBy: 'admin' });
    const again = await publish('admin', { source: changed, reason });
    expect(again.status).toBe(200);
    expect(await again.json()).toEqual(policy);
    expect(await api.read(`/v1/policies/${policy.id}`)).toMatchObject({
      version: 2,
      source: changed,
      versions: [2, 1],
    });
    expect(await api.read(`/v1/policies/${policy.id}/versions/1`)).toMatchObject({ version: 1 });
    expect(
      (await api.read<{ items: PolicySummary[] }>('/v1/policies')).items.map(({ id, version }) => `${id} ${version}`),
    ).toContain(`${policy.id} 2`);
    const { items } = await api.read<Entries>(`/v1/journal?stream=policy/${policy.id}&actor=admin`);
    expect(items).toMatchObject([{ type: 'policy.published', reason, data: { version: 2, digest: policy.digest } }]);
  });

  it('with mistakes are refused with line and column of each', async () => {
    const answer = await publish('admin', {
      source: source.replace(/^riskTier: .*$/m, 'riskTier: none'),
      reason: 'A mistake',
    });
    expect(answer.status).toBe(422);
    const { errors } = (await answer.json()) as { errors: { message: string }[] };
    expect(errors[0]?.message).toMatch(/^line \d+, column \d+: riskTier: /);
  });

  it('that nobody published are not found', async () => {
    for (const path of [
      '/v1/policies/none',
      '/v1/policies/none/versions/1',
      '/v1/policies/low/versions/99',
      '/v1/policies/low/versions/one',
    ])
      expect((await api.ask('GET', path, { as: 'auditor' })).status).toBe(404);
  });
});

describe('people', () => {
  it('are listed for administrators and auditors alone, without any secret', async () => {
    const list = await api.read<{ items: Record<string, unknown>[] }>('/v1/people', 'admin');
    expect(list.items.find((person) => person['handle'] === 'pipeline')).toEqual({
      handle: 'pipeline', name: 'Training pipeline', email: 'pipeline@example.com', type: 'service_account', roles: ['submitter'], department: 'platform', isActive: true,
      groups: [], timeZone: 'UTC', accountable: null, aliases: [], slackUserId: expect.stringMatching(/^U/),
    }); // prettier-ignore
    expect((await api.ask('GET', '/v1/people', { as: 'validator-1' })).status).toBe(403);
  });
});
