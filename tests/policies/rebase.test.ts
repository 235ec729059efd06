import { stringify } from 'yaml';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ApprovalView } from '../../api/schemas/approval-view.ts';
import type { ReviewView } from '../../api/schemas/views.ts';
import { setConditions } from '../../db/queries/follow-ups.ts';
import type { RebasedReview } from '../../api/schemas/rebased-review.ts';
import type { Policy } from '../../domain/policy.ts';
import { openApi, type Api, type PlantedReview } from '../support/api.ts';
import { buildPolicy } from '../support/build.ts';
import { sitAt } from '../support/review-table.ts';

let api: Api;
let review: PlantedReview;
beforeEach(async () => {
  api = await openApi();
  review = await api.plantReview({ quorum: 2 });
});
afterEach(() => api.close());

const publish = async (change: (policy: Policy) => void) => {
  const source = stringify(buildPolicy('high', change));
  const answer = await api.ask('POST', '/v1/policies', { as: 'admin', body: { source, reason: 'Stricter from now on' } }); // prettier-ignore
  expect(answer.status).toBe(201);
};
const ask = (body: Record<string, unknown> = { reason: 'The regulator asked for it' }, as = 'admin') =>
  api.ask('POST', `/v1/reviews/${review.id}/rebase`, { as, body });
const rebase = async (body?: Record<string, unknown>): Promise<RebasedReview> => {
  const answer = await ask(body);
  expect(answer.status, await answer.clone().text()).toBe(200);
  return (await answer.json()) as RebasedReview;
};
interface ReviewNow {
  state: string;
  outcome: string | null;
  revision: number;
  dueAt: string;
  quorum: { required: number; approvals: number };
  candidates: { handle: string }[];
}
const now = () => api.read<ReviewNow>(`/v1/reviews/${review.id}`);
const lines = async () => (await api.database.pool.query<{ message: { what: string; payload: unknown } }>(`SELECT message FROM outbox WHERE workflow_id = $1`, [`process/${review.processId}`])).rows.map(({ message }) => message); // prettier-ignore
const days = (count: number) => count * 86_400_000;

describe('an open review', () => {
  it('keeps its terms when a new version of its policy is published', async () => {
    const before = await now();
    await publish((policy) => {
      policy.validation.signOff.roles = ['compliance'];
      policy.validation.signOff.dueIn = 'PT1H';
      policy.reason.minimumLength = 300;
    });
    expect(await now()).toEqual(before);
    expect((await api.decideOn(review, 'validator-1')).status).toBe(201);
    expect((await api.decideOn(review, 'compliance-1')).status).toBe(403);
  });

  it('takes those of the new version on purpose: who is asked, by when, how many, and what a decision needs', async () => {
    await publish((policy) => {
      policy.validation.signOff.roles = ['compliance', 'validator'];
      policy.validation.signOff.quorum = 3;
      policy.validation.signOff.dueIn = 'P10D';
      policy.validation.signOff.reminders = [{ before: 'P2D' }];
      delete policy.calendar;
      policy.reason.minimumLength = 300;
    });
    const rebased = await rebase();
    expect(rebased).toMatchObject({ changed: true, policy: { id: 'high', version: 2 }, candidates: { added: ['compliance-1', 'compliance-2'], dropped: [] } }); // prettier-ignore
    const after = await now();
    expect(after).toMatchObject({ revision: 2, quorum: { required: 3 } });
    expect(after.candidates.map(({ handle }) => handle).sort()).toEqual(['compliance-1', 'compliance-2', 'validator-1', 'validator-2']); // prettier-ignore
    expect(Math.abs(Date.parse(after.dueAt) - Date.now() - days(10))).toBeLessThan(60_000);
    // Its process sleeps until other instants now.
    const reminder = { what: 'remind', at: new Date(Date.parse(after.dueAt) - days(2)).toISOString() };
    expect(await lines()).toEqual([expect.objectContaining({ what: 'reviewMoved', payload: { reviewId: review.id, dueAt: after.dueAt, alarms: [reminder] } })]); // prettier-ignore
    expect((await api.journalOf(review.modelVersionId)).at(-1)).toMatchObject({
      type: 'policy.rebased',
      actor: { id: 'admin' },
      reason: 'The regulator asked for it',
      data: { reviewId: review.id, policy: { id: 'high', from: 1, to: 2 } },
    });
    // What was read under the old terms is read again, and the new reason rule holds.
    expect((await api.decideOn(review, 'validator-1', { revision: 1 })).status).toBe(412);
    expect(await (await api.decideOn(review, 'validator-1', { revision: 2 })).json()).toMatchObject({ code: 'REASON_BOILERPLATE' }); // prettier-ignore
  });

  it('keeps the decisions of those who still may, and names those whose decision counts no more', async () => {
    expect((await api.decideOn(review, 'validator-1')).status).toBe(201);
    await publish((policy) => void (policy.validation.signOff.roles = ['compliance']));
    const rebased = await rebase();
    expect(rebased.decisions).toEqual({
      kept: [],
      noLongerCounting: [{ handle: 'validator-1', why: 'holds none of the roles compliance' }],
      assuranceTooLow: [],
    });
    expect(rebased.candidates).toEqual({ added: ['compliance-1', 'compliance-2'], dropped: ['validator-2'] });
    const required = buildPolicy('high').validation.signOff.quorum;
    expect(await now()).toMatchObject({ state: 'READY', quorum: { required, approvals: 0 } });
    expect((await api.decideOn(review, 'compliance-1', { revision: 3 })).status).toBe(201);
    const left = required === 1 ? { state: 'COMPLETED', outcome: 'APPROVED' } : { state: 'READY' };
    expect(await now()).toMatchObject({ ...left, quorum: { approvals: 1 } });
  });

  it('shows each decision that counts no more as such, and why, as long as somebody reads the review', async () => {
    expect((await api.decideOn(review, 'validator-1')).status).toBe(201);
    const decisions = async () => (await api.read<ReviewView>(`/v1/reviews/${review.id}`)).decisions;
    expect(await decisions()).toMatchObject([{ by: 'validator-1', voided: null }]);
    await publish((policy) => {
      policy.validation.signOff.roles = ['compliance'];
      policy.validation.signOff.quorum = 1;
    });
    await rebase();
    const voided = { why: 'holds none of the roles compliance', policyVersion: 2 };
    expect(await decisions()).toMatchObject([{ by: 'validator-1', voided }]);
    expect((await api.decideOn(review, 'compliance-1', { revision: 3 })).status).toBe(201);
    expect(await decisions()).toMatchObject([
      { by: 'validator-1', outcome: 'APPROVED', voided },
      { by: 'compliance-1', voided: null },
    ]);
  });

  it('is told so by the export of approvals: which one counts no more, since when and why, and under which version each was given', async () => {
    const exported = async () => (await api.read<{ items: ApprovalView[] }>('/v1/approvals/export')).items.map(({ by, policy, voided }) => ({ by, version: policy.version, voided })); // prettier-ignore
    expect((await api.decideOn(review, 'validator-1')).status).toBe(201);
    const asking = (roles: Policy['validation']['signOff']['roles']) =>
      publish((policy) => {
        policy.validation.signOff.roles = roles;
        policy.validation.signOff.quorum = 3;
      });
    await asking(['compliance']);
    await rebase();
    expect((await api.decideOn(review, 'compliance-1', { revision: 3 })).status).toBe(201);
    const rebasedAt = async () => (await api.journalOf(review.modelVersionId)).filter(({ type }) => type === 'policy.rebased').map(({ at }) => at); // prettier-ignore
    const [first] = await rebasedAt();
    const why = 'holds none of the roles compliance';
    expect(await exported()).toEqual([
      { by: 'validator-1', version: 1, voided: { at: first, why, policyVersion: 2 } },
      { by: 'compliance-1', version: 2, voided: null },
    ]);
    // Without effect still, and counting again, as the review's page says: each rebase looks at all decisions anew.
    await publish((policy) => {
      policy.validation.signOff.roles = ['compliance'];
      policy.validation.signOff.quorum = 2;
    });
    await rebase();
    expect((await exported())[0]).toEqual({ by: 'validator-1', version: 1, voided: { at: first, why, policyVersion: 3 } }); // prettier-ignore
    await asking(['compliance', 'validator']);
    await rebase();
    expect(await exported()).toEqual([
      { by: 'validator-1', version: 1, voided: null },
      { by: 'compliance-1', version: 2, voided: null },
    ]);
  });

  it('asks anew in whose name a decision counted that counts no more', async () => {
    const table = sitAt(api);
    await table.joins('vito', ['validator']);
    await table.does('validator-1', 'delegation', review, { to: 'vito', reason: 'Away tomorrow' });
    const { revision } = await now();
    expect((await table.decides('vito', review, { revision })).status).toBe(201);
    expect(await table.decides('validator-1', review, { revision })).toMatchObject({ code: 'ALREADY_DECIDED' });
    for (const handle of ['validator-1', 'validator-2'])
      await api.ask('PUT', `/v1/people/${handle}/qualifications/lending`, { as: 'admin', body: { reason: 'Examined', expiresAt: null } }); // prettier-ignore
    await publish((policy) => {
      policy.validation.signOff.qualification = 'lending';
      policy.validation.signOff.quorum = 2;
    });
    expect((await rebase()).decisions.noLongerCounting).toMatchObject([{ handle: 'vito' }]);
    const { items } = await api.read<{ items: { id: string }[] }>('/v1/reviews?view=me', 'validator-1');
    expect(items.map(({ id }) => id)).toContain(review.id);
    expect((await table.does<{ allowed: string[] }>('vito', 'GET allowed-transitions', review)).body.allowed).not.toContain('delegate'); // prettier-ignore
    expect((await table.decides('validator-1', review, { revision: (await now()).revision })).status).toBe(201);
  });

  it('binds nobody to a condition of an approval that counts no more', async () => {
    const conditions = [{ text: 'Drift is watched', owner: 'data-scientist-1', dueAt: new Date(Date.now() + days(30)).toISOString() }]; // prettier-ignore
    expect((await api.decideOn(review, 'validator-1', { form: { dispositions: [], conditions } })).status).toBe(201);
    await publish((policy) => {
      policy.validation.signOff.roles = ['compliance'];
      policy.validation.signOff.quorum = 1;
    });
    await rebase();
    expect((await api.decideOn(review, 'compliance-1', { revision: 3, form: { dispositions: [], conditions: [{ ...conditions[0], text: 'Rates are watched' }] } })).status).toBe(201); // prettier-ignore
    const { modelVersionId } = review;
    const set = await api.database.db.transaction((tx) => setConditions(tx, { modelVersionId, round: 1 }, new Date()));
    expect(set.filter(({ type }) => type === 'condition.set').map(({ reason }) => reason)).toEqual(['Rates are watched']); // prettier-ignore
  });

  it('is settled at once where the decisions that stand are enough under the new version', async () => {
    expect((await api.decideOn(review, 'validator-1')).status).toBe(201);
    await publish((policy) => {
      policy.validation.signOff.quorum = 1;
      policy.validation.signOff.title = 'Validation, alone';
    });
    const rebased = await rebase();
    expect(rebased).toMatchObject({ decisions: { kept: ['validator-1'] }, review: { state: 'COMPLETED', outcome: 'APPROVED' } }); // prettier-ignore
    expect(await lines()).toMatchObject([{ what: 'reviewClosed', payload: { outcome: 'APPROVED' } }]);
    expect((await api.journalOf(review.modelVersionId)).slice(-2).map(({ type }) => type)).toEqual(['policy.rebased', 'review.closed']); // prettier-ignore
    expect((await ask()).status).toBe(409);
  });

  it('gets its time anew where the new deadline has passed already: nobody is expired by a change of rules', async () => {
    await api.database.pool.query(`UPDATE reviews SET created_at = now() - interval '2 days' WHERE id = $1`, [review.id]); // prettier-ignore
    await publish((policy) => {
      policy.validation.signOff.dueIn = 'P1D';
      delete policy.calendar;
    });
    await rebase();
    expect(Math.abs(Date.parse((await now()).dueAt) - Date.now() - days(1))).toBeLessThan(60_000);
  });

  it('is let go by a holder who may not decide it any more', async () => {
    await api.ask('PUT', `/v1/reviews/${review.id}/assignment`, { as: 'validator-2' });
    await publish((policy) => void (policy.validation.signOff.roles = ['compliance']));
    expect((await rebase()).review).toMatchObject({ state: 'READY', assignee: null });
  });

  it('is rebased by administrators only, to a version that is there, newer, and knows its sign-off; a repeat changes nothing', async () => {
    for (const as of ['validator-1', 'auditor', 'data-scientist-1']) expect((await ask(undefined, as)).status).toBe(403); // prettier-ignore
    expect((await ask({ reason: 'x', policyVersion: 9 })).status).toBe(404);
    expect((await ask({})).status).toBe(422);
    expect(await rebase()).toMatchObject({ changed: false, review: { revision: 1 } });
    await publish((policy) => void (policy.title = 'Reworded'));
    expect(await rebase({ reason: 'Words', policyVersion: 2 })).toMatchObject({ changed: true, review: { revision: 2 } }); // prettier-ignore
    expect(await rebase({ reason: 'Words', policyVersion: 2 })).toMatchObject({ changed: false, review: { revision: 2 } }); // prettier-ignore
    expect((await ask({ reason: 'Back', policyVersion: 1 })).status).toBe(409);
    await publish((policy) => void (policy.validation.signOff.name = 'first-look'));
    const refused = await ask();
    expect([refused.status, await refused.json()]).toMatchObject([409, { code: 'WRONG_STATE', detail: expect.stringContaining('no sign-off validation') as string }]); // prettier-ignore
    expect((await api.journalOf(review.modelVersionId)).filter(({ type }) => type === 'policy.rebased')).toHaveLength(1); // prettier-ignore
  });
});
