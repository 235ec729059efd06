import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { planNotices } from '../../courier/plan-notices.ts';
import { beginFollowing, followJournal } from '../../db/queries/follow-journal.ts';
import { appendEntries } from '../../db/queries/journal.ts';
import type { EntryType } from '../../domain/journal.ts';
import type { Actor } from '../../domain/actor.ts';
import type { CardChannel } from '../../domain/reach.ts';
import { openApi, type Api, type PlantedReview } from '../support/api.ts';

/** What becomes so in a moment; on a busy machine a moment may be long. */
const eventually = <T>(look: () => T) => expect.poll(look, { timeout: 20_000, interval: 20 });

let api: Api;
let review: PlantedReview;
/** Noon in Berlin on a Saturday. */
const noon = new Date('2026-11-21T11:00:00Z');

beforeEach(async () => {
  api = await openApi();
  await api.database.pool.query('UPDATE people SET slack_user_id = NULL');
  await beginFollowing(api.database, 'test');
  review = await api.plantReview();
  await plan();
});
afterEach(() => api.close());

interface Planned {
  handle: string;
  channel: CardChannel;
  kind: string;
  title: string;
  body: string;
  url: string;
  at: string;
}

/** Plans what was journaled since the last time; answers all that is planned. */
async function plan(at = noon): Promise<Planned[]> {
  const options = { publicUrl: 'http://countersign.test' };
  // Transactions of other tests on this server may hold an entry back for a moment.
  await eventually(async () => {
    await followJournal(api.database, 'test', 500, async (entries, client) => void (await planNotices(entries, client, at, options))); // prettier-ignore
    const { rows: left } = await api.database.pool.query(`SELECT FROM journal.entries e, journal_readers r WHERE r.reader = 'test' AND (e.transaction, e.sequence) > (r.transaction, r.sequence) LIMIT 1`); // prettier-ignore
    return left.length;
  }).toBe(0);
  const { rows } = await api.database.pool.query<Planned>(
    `SELECT handle, channel, kind, title, body, url, to_char(available_at AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI') AS at FROM notices ORDER BY created_at, handle, channel`,
  );
  return rows;
}

const admin: Actor = { type: 'user', id: 'admin' };
const journal = (type: EntryType, data: Record<string, unknown>, actor: Actor = admin, reason = 'Because of this') =>
  api.database.withTransaction((tx) =>
    appendEntries(tx, [{ stream: review.modelVersionId, type, actor, reason, data }], noon),
  );
const prefer = async (as: string, body: Record<string, unknown>) =>
  expect((await api.ask('PUT', '/v1/people/me/preferences', { as, body })).status).toBe(200);
const follow = async (as: string, model: string) =>
  expect((await api.ask('PUT', `/v1/people/me/subscriptions/${model}`, { as })).status).toBe(200);
const told = (notices: Planned[]) => notices.map(({ handle, channel, kind }) => `${handle} ${channel} ${kind}`);
const nameOf = async (handle: string) =>
  (await api.database.pool.query<{ name: string }>('SELECT name FROM people WHERE handle = $1', [handle])).rows[0]!
    .name;
const linkToSlack = (handle: string) =>
  api.database.pool.query('UPDATE people SET slack_user_id = $2 WHERE handle = $1', [handle, `U${handle.length}123`]);

describe('who is told', () => {
  it('of an outcome: owner, author and those who follow the model, once each', async () => {
    await follow('compliance-1', review.model);
    await follow('auditor', '*');
    await api.plantReview({ model: 'some-other-model' });
    await follow('compliance-2', 'some-other-model');
    await api.decideOn(review, 'validator-1');
    const notices = await plan();
    expect(told(notices)).toEqual([
      'auditor email decided',
      'compliance-1 email decided',
      'data-scientist-1 email decided',
    ]);
    expect(notices[0]).toMatchObject({
      title: `Validation of ${review.model} 1: approved`,
      url: `http://countersign.test/reviews/${review.id}`,
      at: '2026-11-21 11:00',
    });
    expect(await plan()).toHaveLength(3);
  });

  it('of a gate: those who follow its risk tier or its owner, and nobody who follows another', async () => {
    await follow('compliance-1', 'tier:high');
    await follow('compliance-2', 'tier:low');
    await follow('auditor', 'owner:data-scientist-1');
    await follow('domain-expert', 'owner:data-scientist-2');
    await journal('process.ended', { processId: 'p', kind: 'approval', round: 1, outcome: 'APPROVED', stage: { from: 'approving', to: 'approved' } }); // prettier-ignore
    const followers = ['auditor email stage', 'compliance-1 email stage', 'data-scientist-1 email stage'];
    expect(told(await plan())).toEqual(followers);
    // The tier is the version's own: another version of the same model may be of another.
    await api.database.pool.query(`UPDATE model_versions SET risk_tier = 'low' WHERE id = $1`, [review.modelVersionId]);
    await api.database.pool.query('DELETE FROM notices');
    await journal('process.ended', { processId: 'p', kind: 'approval', round: 1, outcome: 'REJECTED', stage: { from: 'approving', to: 'rejected' } }); // prettier-ignore
    expect(told(await plan())).toEqual(['auditor email stage', 'compliance-2 email stage', 'data-scientist-1 email stage']); // prettier-ignore
  });

  it('of a review that too few may decide: administrators too, who can do something about it', async () => {
    await journal('review.opened', { reviewId: review.id, candidates: ['validator-1', 'validator-2'], required: 2 });
    await journal(
      'review.opened',
      { reviewId: review.id, candidates: [], required: 1 },
      { type: 'system', id: 'workflow' },
    );
    const notices = await plan();
    expect(told(notices)).toEqual(['admin email reminded', 'data-scientist-1 email reminded']);
    expect(notices[0]).toMatchObject({ title: `Validation of ${review.model} 1 cannot be decided`, body: expect.stringContaining('that is nobody') }); // prettier-ignore
  });

  it('of a stage: the same people', async () => {
    await journal('process.ended', { processId: 'p', kind: 'approval', round: 1, outcome: 'APPROVED', stage: { from: 'approving', to: 'approved' } }); // prettier-ignore
    await journal('process.ended', { processId: 'p', kind: 'validation', round: 1, outcome: 'VALIDATED', stage: { from: 'validating', to: 'validated' } }); // prettier-ignore
    expect(await plan()).toMatchObject([{ handle: 'data-scientist-1', kind: 'stage', title: `${review.model} 1 is approved`, url: `http://countersign.test/models/${review.model}/versions/1` }]); // prettier-ignore
  });

  it('of words: whoever is named, asked or answered', async () => {
    await journal('review.commented', { reviewId: review.id, mentions: ['compliance-1', 'admin'] });
    await journal('review.info_requested', { reviewId: review.id, to: 'data-scientist-1' });
    await journal('review.info_submitted', { reviewId: review.id, to: 'validator-2' });
    const notices = await plan();
    expect(told(notices).sort()).toEqual(['compliance-1 email commented', 'data-scientist-1 email commented', 'validator-2 email commented']); // prettier-ignore
    expect(notices.every(({ body }) => body.endsWith('Because of this'))).toBe(true);
  });

  it('of a reminder: those who are still waited for', async () => {
    await journal('review.reminded', { reviewId: review.id }, { type: 'system', id: 'deadline' });
    expect(told(await plan())).toEqual(['validator-1 email reminded', 'validator-2 email reminded']);
    await api.ask('PUT', `/v1/reviews/${review.id}/assignment`, { as: 'validator-2' });
    await journal('review.reminded', { reviewId: review.id }, { type: 'system', id: 'deadline' });
    expect(told(await plan()).at(-1)).toBe('validator-2 email reminded');
    expect(await plan()).toHaveLength(3);
  });

  it('of a broken glass: administrators and those whose version it is, at once', async () => {
    await prefer('data-scientist-1', { quietHours: { from: '00:00', to: '23:59' }, digest: true });
    await journal(
      'policy.overridden',
      { reviewId: review.id, outcome: 'APPROVED' },
      { type: 'user', id: 'validator-1' },
    );
    const notices = await plan();
    expect(told(notices)).toEqual(['admin email overridden', 'data-scientist-1 email overridden']);
    expect(notices.every(({ at }) => at === '2026-11-21 11:00')).toBe(true);
  });

  it('of a broken glass to the administrator who broke it as well: it may not have been them', async () => {
    await journal('policy.overridden', { reviewId: review.id, outcome: 'APPROVED' }, { type: 'user', id: 'admin' });
    expect(told(await plan())).toContain('admin email overridden');
  });

  it('by the channels that they chose and that reach them, without what the policy holds back there', async () => {
    await linkToSlack('data-scientist-1');
    await linkToSlack('compliance-1');
    await follow('compliance-1', review.model);
    await prefer('compliance-1', { channels: ['slack'] });
    await api.database.pool.query(`UPDATE reviews SET terms = jsonb_set(terms, '{rules,notify,slack,redact}', '["reasons"]') WHERE id = $1`, [review.id]); // prettier-ignore
    await journal('review.closed', { reviewId: review.id, state: 'CANCELED', outcome: 'CANCELED' });
    const notices = await plan();
    expect(told(notices)).toEqual(['compliance-1 slack decided', 'data-scientist-1 email decided', 'data-scientist-1 slack decided']); // prettier-ignore
    expect(notices.map(({ body }) => body.includes('Because of this'))).toEqual([false, true, false]);
  });

  it('not people who left, and not software', async () => {
    await follow('compliance-2', '*');
    await api.ask('POST', '/v1/people/compliance-2/deactivation', { as: 'admin', body: { reason: 'Left' } });
    await api.decideOn(review, 'validator-1');
    expect(told(await plan())).toEqual(['data-scientist-1 email decided']);
    expect((await api.ask('PUT', '/v1/people/me/subscriptions/*', { as: 'pipeline' })).status).toBe(403);
  });
});

describe('what they are told', () => {
  it('of a rejection: by whom and why, except where the policy holds reasons back', async () => {
    await linkToSlack('data-scientist-1');
    await api.database.pool.query(`UPDATE reviews SET terms = jsonb_set(terms, '{rules,notify,slack,redact}', '["reasons"]') WHERE id = $1`, [review.id]); // prettier-ignore
    await api.decideOn(review, 'validator-1', { outcome: 'REJECTED', reason: 'Leaks the label into a feature' });
    const [mail, slack] = (await plan()).map(({ body }) => body);
    const name = await nameOf('validator-1');
    expect(mail).toBe(`The review ended: rejected. By ${name}.\n${name}: “Leaks the label into a feature”`);
    expect(slack).toBe(`The review ended: rejected. By ${name}.`);
    await journal('process.ended', { processId: 'p', kind: 'validation', round: 1, outcome: 'REJECTED', stage: { from: 'validating', to: 'rejected' } }, { type: 'system', id: 'workflow/validation' }, 'A reviewer rejected it.'); // prettier-ignore
    const ended = (await plan()).find(({ kind }) => kind === 'stage');
    expect(ended?.body).toBe(`${review.model} 1 is rejected. By ${name}.\n${name}: “Leaks the label into a feature”`);
  });

  it('of a refusal by a check: its rule, value and limit', async () => {
    const why = 'Ranks well enough: AUC 0.483 is below the limit of 0.600';
    await journal('process.ended', { processId: 'p', kind: 'validation', round: 1, outcome: 'REJECTED', stage: { from: 'validating', to: 'rejected' } }, { type: 'system', id: 'workflow/validation' }, why); // prettier-ignore
    expect((await plan())[0]?.body).toBe(`${review.model} 1 is rejected.\n${why}`);
  });

  it('of a broken glass and of questions: who by name, and that it was an emergency', async () => {
    await journal('policy.overridden', { reviewId: review.id, outcome: 'APPROVED' });
    await journal('review.closed', { reviewId: review.id, state: 'COMPLETED', outcome: 'APPROVED', isOverride: true });
    await journal('review.info_requested', { reviewId: review.id, to: 'data-scientist-1' }, { type: 'user', id: 'validator-1' }); // prettier-ignore
    const notices = (await plan()).filter(({ handle }) => handle === 'data-scientist-1');
    const admin = await nameOf('admin');
    expect(notices.find(({ kind }) => kind === 'overridden')?.body).toContain(`${admin} broke the glass`);
    expect(notices.find(({ kind }) => kind === 'decided')).toMatchObject({ title: `Validation of ${review.model} 1: let through in an emergency`, body: expect.stringContaining(`By ${admin}.`) }); // prettier-ignore
    expect(notices.find(({ kind }) => kind === 'commented')?.body).toContain(`${await nameOf('validator-1')} asks`);
  });

  it('of a condition: whoever is to see to it, what and by when', async () => {
    await journal('condition.set', { conditionId: 'c', reviewId: review.id, owner: 'data-scientist-2', dueAt: '2026-12-01T12:00:00.000Z' }, { type: 'user', id: 'validator-1' }, 'Monitoring is set up'); // prettier-ignore
    const notices = await plan();
    expect(told(notices)).toEqual(['data-scientist-2 email condition']);
    expect(notices[0]).toMatchObject({ title: `You see to a condition of ${review.model} 1`, url: `http://countersign.test/reviews/${review.id}` }); // prettier-ignore
    expect(notices[0]?.body).toMatch(/by 2026-12-01 12:00 UTC\..*\nMonitoring is set up$/);
  });
});

describe('when they are told', () => {
  it('not in quiet hours, which are theirs', async () => {
    await prefer('data-scientist-1', { quietHours: { from: '11:30', to: '14:15' }, timeZone: 'Europe/Berlin' });
    await api.decideOn(review, 'validator-1');
    expect(await plan()).toMatchObject([{ handle: 'data-scientist-1', at: '2026-11-21 13:15' }]);
  });

  it('a reminder that would come after the deadline does not wait for the morning', async () => {
    await prefer('validator-1', { quietHours: { from: '00:00', to: '23:59' } });
    await api.database.pool.query(`UPDATE reviews SET due_at = '2026-11-21T15:00:00Z' WHERE id = $1`, [review.id]);
    await journal('review.reminded', { reviewId: review.id }, { type: 'system', id: 'deadline' });
    expect((await plan()).map(({ at }) => at)).toEqual(['2026-11-21 11:00', '2026-11-21 11:00']);
  });

  it('once a day, where they want one mail a day', async () => {
    await prefer('data-scientist-1', { digest: true, timeZone: 'Europe/Berlin' });
    await api.decideOn(review, 'validator-1');
    await plan();
    await journal('review.info_requested', { reviewId: review.id, to: 'data-scientist-1' });
    const [digest, ...others] = await plan();
    expect(others).toEqual([]);
    expect(digest).toMatchObject({ kind: 'digest', title: 'What happened until 2026-11-22', at: '2026-11-22 07:00', url: 'http://countersign.test/reviews' }); // prettier-ignore
    expect(digest!.body).toContain(`Validation of ${review.model} 1: approved`);
    expect(digest!.body).toContain('A question to you');
    // What comes while the mail is on its way is not lost.
    await api.database.pool.query('UPDATE notices SET attempts = 1');
    await journal('review.info_requested', { reviewId: review.id, to: 'data-scientist-1' });
    expect(told(await plan())).toEqual(['data-scientist-1 email digest', 'data-scientist-1 email commented']);
  });
});

describe("people's own settings", () => {
  it('are read back as chosen, and wrong ones change nothing', async () => {
    const chosen = { channels: ['email'], quietHours: { from: '20:00', to: '07:00' }, digest: true, shortcuts: false, timeZone: 'Asia/Tokyo' }; // prettier-ignore
    await prefer('validator-1', chosen);
    expect(await api.read('/v1/people/me/preferences', 'validator-1')).toEqual(chosen);
    expect(await api.read('/v1/people/me/preferences', 'validator-2')).toEqual({ timeZone: 'UTC' });
    for (const [body, pointer] of [
      [{ quietHours: { from: '25:00', to: '07:00' } }, '/quietHours/from'],
      [{ channels: ['pigeon'] }, '/channels/0'],
      [{ timeZone: 'Mars/Olympus' }, '/timeZone'],
      [{ roles: ['administrator'] }, '/roles'],
    ] as const) {
      const answer = await api.ask('PUT', '/v1/people/me/preferences', { as: 'validator-1', body });
      expect([answer.status, await answer.json()]).toMatchObject([422, { errors: [{ pointer }] }]);
    }
    expect(await api.read('/v1/people/me/preferences', 'validator-1')).toEqual(chosen);
  });

  it('follow a model until they follow it no more', async () => {
    const path = `/v1/people/me/subscriptions/${review.model}`;
    expect((await api.ask('GET', path, { as: 'auditor' })).status).toBe(404);
    await follow('auditor', review.model);
    await follow('auditor', review.model);
    expect(await api.read('/v1/people/me/subscriptions')).toMatchObject({ items: [{ model: review.model }] });
    expect((await api.ask('DELETE', path, { as: 'auditor' })).status).toBe(204);
    expect((await api.ask('DELETE', path, { as: 'auditor' })).status).toBe(204);
    expect((await api.ask('GET', path, { as: 'auditor' })).status).toBe(404);
    expect((await api.ask('PUT', '/v1/people/me/subscriptions/nobody-knows-it', { as: 'auditor' })).status).toBe(404);
  });

  it('follow a tier or an owner, and nothing that is neither', async () => {
    for (const followed of ['tier:medium', 'owner:data-scientist-2', '*']) await follow('auditor', followed);
    const list = { items: [{ model: '*' }, { model: 'owner:data-scientist-2' }, { model: 'tier:medium' }] };
    expect(await api.read('/v1/people/me/subscriptions')).toMatchObject(list);
    for (const unknown of ['tier:extreme', 'tier:', 'tier:High', 'owner:', 'portfolio:cards', 'no model'])
      for (const method of ['PUT', 'GET', 'DELETE']) {
        const path = `/v1/people/me/subscriptions/${encodeURIComponent(unknown)}`;
        const answer = await api.ask(method, path, { as: 'auditor' });
        expect([answer.status, await answer.json()], `${method} ${unknown}`).toMatchObject([422, { code: 'INVALID', errors: [{ pointer: '/model' }] }]); // prettier-ignore
      }
    expect((await api.ask('PUT', '/v1/people/me/subscriptions/owner:nobody', { as: 'auditor' })).status).toBe(404);
    expect((await api.ask('DELETE', '/v1/people/me/subscriptions/tier:medium', { as: 'auditor' })).status).toBe(204);
    expect(await api.read('/v1/people/me/subscriptions')).toMatchObject({ items: [{ model: '*' }, { model: 'owner:data-scientist-2' }] }); // prettier-ignore
  });
});
