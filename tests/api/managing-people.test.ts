import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openApi, type Api } from '../support/api.ts';

let api: Api;
beforeAll(async () => {
  api = await openApi();
});
afterAll(() => api.close());

const vera = {
  handle: 'vera',
  name: 'Vera Example',
  email: 'vera@example.org',
  roles: ['validator'],
  reason: 'Joined model validation.',
};

describe('an administrator', () => {
  it('adds a person, gives them a token, and takes all access away when they leave; the journal says why', async () => {
    expect((await api.ask('POST', '/v1/people', { as: 'admin', body: vera })).status).toBe(201);
    const issued = await api.ask('POST', '/v1/people/vera/tokens', {
      as: 'admin',
      body: { reason: 'Signs in with it.' },
    });
    expect(issued.status).toBe(201);
    const { token } = (await issued.json()) as { token: string };
    const asVera = () => api.app.request('/v1/reviews?view=me', { headers: { authorization: `Bearer ${token}` } });
    expect((await asVera()).status).toBe(200);
    expect(
      (await api.ask('POST', '/v1/people/vera/deactivation', { as: 'admin', body: { reason: 'Left the company.' } }))
        .status,
    ).toBe(204);
    expect((await asVera()).status).toBe(401);
    const entries = await api.house.journalOf('people');
    expect(entries.map(({ type, reason, actor }) => [type, reason, actor.id])).toEqual([
      ['person.added', 'Joined model validation.', 'admin'],
      ['token.issued', 'Signs in with it.', 'admin'],
      ['person.deactivated', 'Left the company.', 'admin'],
    ]);
    expect(JSON.stringify(entries)).not.toContain(token);
  });

  it('cannot take a handle or an address twice, nor shut themselves out', async () => {
    expect(
      (await api.ask('POST', '/v1/people', { as: 'admin', body: { ...vera, handle: 'validator-1' } })).status,
    ).toBe(409);
    expect(
      (
        await api.ask('POST', '/v1/people', {
          as: 'admin',
          body: { ...vera, handle: 'v2', email: 'validator-1@example.com' },
        })
      ).status,
    ).toBe(409);
    expect(
      (await api.ask('POST', '/v1/people/admin/deactivation', { as: 'admin', body: { reason: 'Just trying.' } }))
        .status,
    ).toBe(403);
  });

  it('is told which field is wrong', async () => {
    const answer = await api.ask('POST', '/v1/people', {
      as: 'admin',
      body: { ...vera, handle: 'V era', roles: ['king'] },
    });
    expect(answer.status).toBe(422);
    expect(await answer.json()).toMatchObject({
      code: 'INVALID',
      errors: [{ pointer: '/handle' }, { pointer: '/roles/0' }],
    });
  });
});

describe('everybody else', () => {
  it.each(['validator-1', 'auditor', 'data-scientist-1', 'pipeline'])('%s changes nobody', async (as) => {
    const requests = [
      api.ask('POST', '/v1/people', { as, body: { ...vera, handle: `by-${as}`, email: `${as}@example.org` } }),
      api.ask('POST', '/v1/people/auditor/tokens', { as, body: { reason: 'For me.' } }),
      api.ask('POST', '/v1/people/auditor/deactivation', { as, body: { reason: 'In my way.' } }),
    ];
    expect((await Promise.all(requests)).map((answer) => answer.status)).toEqual([403, 403, 403]);
  });
});
