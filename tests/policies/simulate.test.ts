import { readFileSync } from 'node:fs';
import { stringify } from 'yaml';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { SimulationView } from '../../api/schemas/simulation-views.ts';
import type { Policy } from '../../domain/policy.ts';
import { openApi, type Api, type PlantedReview } from '../support/api.ts';
import { buildPolicy } from '../support/build.ts';

let api: Api;
let approved: PlantedReview;
let open: PlantedReview;

beforeAll(async () => {
  api = await openApi();
  approved = await api.plantReview();
  open = await api.plantReview();
  await api.decideOn(approved, 'validator-1');
  await api.database.pool.query(
    'UPDATE model_versions v SET evidence_digest = r.evidence_digest FROM reviews r WHERE r.model_version_id = v.id',
  );
});
afterAll(() => api.close());

const draft = (change: (policy: Policy) => void = () => {}) => stringify(buildPolicy('high', change));
const simulate = async (body: Record<string, unknown>, as = 'compliance-1'): Promise<SimulationView> => {
  const answer = await api.ask('POST', '/v1/policies/high/simulate', { as, body });
  expect(answer.status, await answer.clone().text()).toBe(200);
  return (await answer.json()) as SimulationView;
};
const replayed = (list: NonNullable<SimulationView['replay']>['decided'], review: PlantedReview) =>
  list.items.find(({ reviewId }) => reviewId === review.id);

describe('a simulated policy', () => {
  it('says who would be asked at each sign-off, by when, and why others would not', async () => {
    const { signOffs, replay, subject } = await simulate({ subject: { model: 'new-model', version: '1', owner: 'data-scientist-1', author: 'validator-1' } }); // prettier-ignore
    expect(signOffs.map(({ name, stage }) => [name, stage])).toEqual([
      ['validation', null],
      ...buildPolicy('high').approval.stages.flatMap((stage, index) => stage.signOffs.map(({ name }) => [name, index + 1])), // prettier-ignore
    ]);
    expect(signOffs[0]).toMatchObject({
      may: [{ handle: 'validator-2', role: 'validator', via: null }],
      mayNot: [{ handle: 'validator-1', why: 'is the author of this version' }],
    });
    expect(Date.parse(signOffs[0]!.dueAt)).toBeGreaterThan(Date.now());
    expect(subject).toMatchObject({ model: 'new-model', blocked: null, checks: [] });
    expect(replay).toBeNull();
  });

  it('says where it would never come to an end', async () => {
    const { signOffs } = await simulate({
      policy: draft((policy) => {
        policy.validation.signOff.quorum = 5;
        policy.validation.signOff.departments = ['model validation', 'astrology'];
      }),
    });
    expect(signOffs[0]!.stuck).toEqual([
      'Only 2 of the 5 people it needs may decide.',
      'Nobody of the department astrology may decide.',
    ]);
  });

  it('finds nothing to change where it is what already holds', async () => {
    const { replay } = await simulate({ replay: {} });
    expect(replay!.decided).toMatchObject({ reviews: 1, changed: 0, moves: {} });
    expect(replay!.open).toMatchObject({ reviews: 1, changed: 0 });
  });

  it('shows which decisions would not have counted, and how their reviews would have ended', async () => {
    const { replay } = await simulate({
      policy: draft((policy) => {
        policy.assurance.approve = 'webStepUp';
      }),
      replay: {},
    });
    // One approval too few, and time left: it would still wait.
    expect(replay!.decided).toMatchObject({ changed: 1, moves: { 'APPROVED → OPEN': 1 } });
    expect(replayed(replay!.decided, approved)).toMatchObject({
      model: approved.model,
      outcome: 'APPROVED',
      wouldBe: 'OPEN',
      assuranceTooLow: [{ handle: 'validator-1', given: 'web', least: 'webStepUp' }],
    });
    const strict = await simulate({
      policy: draft((policy) => {
        policy.validation.signOff.roles = ['domain_expert'];
        policy.validation.signOff.dueIn = 'PT0S';
      }),
      replay: {},
    });
    expect(replayed(strict.replay!.decided, approved)).toMatchObject({
      wouldBe: 'EXPIRED',
      noLongerEligible: [{ handle: 'validator-1', why: 'holds none of the roles domain_expert' }],
      tooLate: [{ handle: 'validator-1' }],
    });
    expect(replayed(strict.replay!.open, open)).toMatchObject({
      outcome: 'OPEN',
      wouldBe: 'EXPIRED',
      asked: { added: ['domain-expert'], dropped: ['validator-1', 'validator-2'] },
    });
  });

  it('judges stored evidence again, and shows what a check would have kept from anybody', async () => {
    const asking = draft((policy) => {
      policy.requires.documents = ['monitoring_plan'];
      for (const check of policy.checks) if (check.kind === 'documents') check.onFail = 'reject';
    });
    const { subject, replay } = await simulate({ policy: asking, subject: { model: approved.model, version: '1' }, replay: {} }); // prettier-ignore
    expect(subject!.blocked).toBe(true);
    expect(subject!.checks.filter(({ blocks }) => blocks)).toMatchObject([{ check: 'documents', verdict: 'FAIL', was: null, basis: 'pack', message: 'Missing or empty: monitoring_plan.' }]); // prettier-ignore
    expect(replayed(replay!.decided, approved)).toMatchObject({ outcome: 'APPROVED', wouldBe: 'BLOCKED' });
    expect(replayed(replay!.open, open)).toMatchObject({ outcome: 'OPEN', wouldBe: 'BLOCKED' });
  });

  it('shows reviews that would not be asked for, and reasons that would not have counted', async () => {
    const { replay } = await simulate({
      policy: draft((policy) => {
        policy.validation.signOff.name = 'first-look';
      }),
      replay: {},
    });
    expect(replay!.decided.moves).toEqual({ 'APPROVED → NOT_ASKED': 1 });
    const wordy = await simulate({ policy: draft((policy) => void (policy.reason.minimumLength = 400)), replay: {} });
    expect(replayed(wordy.replay!.decided, approved)).toMatchObject({
      reasonTooThin: ['validator-1'],
      wouldBe: 'OPEN',
    });
  });

  it('takes only what was decided since then, and says when that was cut', async () => {
    const later = await simulate({ replay: { since: new Date(Date.now() + 60_000).toISOString() } });
    expect(later.replay!.decided.reviews).toBe(0);
    const more = await api.plantReview();
    await api.decideOn(more, 'validator-2');
    const cut = await simulate({ replay: { limit: 1 } });
    expect(cut.replay).toMatchObject({ isCut: true, decided: { reviews: 1 } });
  });

  it('names each mistake of a draft with its place', async () => {
    const answer = await api.ask('POST', '/v1/policies/high/simulate', { as: 'auditor', body: { policy: draft().replace('riskTier: high', 'riskTier: huge') } }); // prettier-ignore
    expect(answer.status).toBe(422);
    expect(await answer.json()).toMatchObject({
      code: 'INVALID',
      errors: [{ pointer: '/policy', message: expect.stringMatching(/^line \d+, column \d+: riskTier: "huge" is none of/) as string }],
    }); // prettier-ignore
    for (const [body, pointer] of [
      [{ policy: readFileSync(new URL('../../policies/low.yaml', import.meta.url), 'utf8') }, '/policy'],
      [{ policy: draft(), version: 1 }, '/policy'],
      [{ subject: { model: 'nobody-knows-it', version: '1', author: 'data-scientist-1' } }, '/subject/owner'],
      [{ replay: { since: 'yesterday' } }, '/replay/since'],
      [{ policy: '' }, '/policy'],
    ] as const) {
      const refused = await api.ask('POST', '/v1/policies/high/simulate', { as: 'auditor', body });
      expect([refused.status, await refused.json()]).toMatchObject([422, { errors: [{ pointer }] }]);
    }
    expect((await api.ask('POST', '/v1/policies/none/simulate', { as: 'auditor', body: {} })).status).toBe(404);
    expect((await api.ask('POST', '/v1/policies/high/simulate', { as: 'auditor', body: { version: 99 } })).status).toBe(404); // prettier-ignore
  });

  it('is for people who may read all reviews', async () => {
    expect((await api.ask('POST', '/v1/policies/high/simulate', { as: 'pipeline', body: {} })).status).toBe(403);
  });

  it('changes no row and writes no journal entry', async () => {
    const tables = async () => {
      const { rows: names } = await api.database.pool.query<{ name: string }>(
        `SELECT format('%I.%I', schemaname, tablename) AS name FROM pg_tables WHERE schemaname IN ('public', 'journal') ORDER BY 1`,
      );
      const sums: Record<string, string> = {};
      for (const { name } of names) {
        const { rows } = await api.database.pool.query<{ sum: string }>(`SELECT count(*) || ' ' || coalesce(md5(string_agg(t::text || xmin::text, ',' ORDER BY t::text)), '') AS sum FROM ${name} t`); // prettier-ignore
        sums[name] = rows[0]!.sum;
      }
      return sums;
    };
    const before = await tables();
    expect(Object.keys(before).length).toBeGreaterThan(20);
    await simulate({ policy: draft(), subject: { model: open.model, version: '1' }, replay: {} });
    expect(await tables()).toEqual(before);
  });
});
