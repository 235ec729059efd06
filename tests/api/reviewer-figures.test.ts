import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ReviewerFiguresView } from '../../api/services/reviewer-figures.ts';
import { openApi, type Api } from '../support/api.ts';

let api: Api;
beforeAll(async () => {
  api = await openApi();
});
afterAll(() => api.close());

const figuresAs = async (handle: string): Promise<ReviewerFiguresView> =>
  (await (await api.ask('GET', '/v1/figures/reviewers', { as: handle })).json()) as ReviewerFiguresView;
const decide = async (review: Awaited<ReturnType<Api['plantReview']>>, as: string, key: string) =>
  api.ask('POST', `/v1/reviews/${review.id}/decisions`, {
    as,
    headers: { 'idempotency-key': key },
    body: {
      outcome: 'APPROVED',
      reason: `Compared with the plan, ${key}`,
      revision: 1,
      evidenceDigest: review.evidenceDigest,
    },
  });

describe('how the team reviews', () => {
  it('tells a decision after reading from one without, in the journal and in the figures', async () => {
    const read = await api.plantReview();
    const unread = await api.plantReview();
    await api.ask('GET', `/v1/reviews/${read.id}`, { as: 'validator-1' });
    await api.ask('GET', `/v1/evidence/${read.evidenceDigest}`, { as: 'validator-1' });
    expect((await decide(read, 'validator-1', 'read')).status).toBe(201);
    expect((await decide(unread, 'validator-2', 'unread')).status).toBe(201);

    const recorded = async (id: string) => {
      const { items } = (await (await api.ask('GET', `/v1/reviews/${id}/history`, { as: 'auditor' })).json()) as {
        items: { type: string; data: Record<string, unknown> }[];
      };
      return items.find((entry) => entry.type === 'decision.recorded')!.data.looked;
    };
    expect(await recorded(read.id)).toMatchObject({ evidence: true, seconds: expect.any(Number) });
    expect(await recorded(unread.id)).toBeNull();

    const { reviewers, team } = await figuresAs('auditor');
    const of = (handle: string) => reviewers.find((row) => row.handle === handle)!;
    expect(of('validator-1')).toMatchObject({
      decisions: 1,
      approvalRate: 1,
      agreementRate: 1,
      withoutEvidenceRate: 0,
    });
    expect(of('validator-1').medianSecondsOpen).toBeGreaterThanOrEqual(0);
    expect(of('validator-2')).toMatchObject({ decisions: 1, withoutEvidenceRate: 1, medianSecondsOpen: null });
    expect(team).toMatchObject({ decisions: 2, withoutEvidenceRate: 0.5 });
  });

  it('tells software of the versions that it submitted, and of no others', async () => {
    expect((await figuresAs('pipeline')).team.decisions).toBe(2);
    await api.database.pool.query("UPDATE model_versions SET submitted_by = 'somebody-else'");
    const { team } = await figuresAs('pipeline');
    await api.database.pool.query("UPDATE model_versions SET submitted_by = 'pipeline'");
    expect(team).toMatchObject({ decisions: 0, approvalRate: null });
  });

  it('shows a reviewer the team and themselves, and nobody else', async () => {
    expect((await figuresAs('validator-2')).reviewers.map((row) => row.handle)).toEqual(['validator-2']);
    expect((await figuresAs('validator-2')).team.decisions).toBe(2);
  });
});
