// What the requests of the description's test stand on: reviews in the states that verbs need, and one of everything that has an id.
import { people } from '../../../db/schema/index.ts';
import type { Api, Ask, PlantedReview } from '../../support/api.ts';
import { buildFinding } from '../../support/build.ts';

export const mailSecret = 'a-secret-of-the-mail-server-long-enough';

export type Send = Ask & { path: string };
/** For each operation, a request that it takes and one that it refuses. */
export type Requests = Record<string, { valid: () => Send; invalid?: () => Send }>;

export type Ground = Awaited<ReturnType<typeof prepareGround>>;

export const get = (path: string, as = 'auditor'): Send => ({ path, as });

/** A verb on a review, by somebody who may and by somebody who may not. */
export function verb(on: PlantedReview, name: string, as: string, body?: object): Requests[string] {
  const send = (who: string) => () => ({ path: `/v1/reviews/${on.id}/${name}`, as: who, ...(body && { body }) });
  return { valid: send(as), invalid: send('data-scientist-2') };
}

export const inDays = (days: number) => new Date(Date.now() + days * 86_400_000).toISOString();

export async function prepareGround(api: Api) {
  const made = async (as: string, path: string, body: object): Promise<string> =>
    ((await (await api.ask('POST', path, { as, body })).json()) as { id: string }).id;
  const review = await api.plantReview({ findings: [buildFinding({ verdict: 'WARN' })] });
  const other = await api.plantReview();
  await api.database.db.insert(people).values({
    handle: 'validator-3',
    name: 'Vito Ray',
    email: 'validator-3@example.com',
    type: 'user',
    roles: ['validator'],
  });
  const handedOn = await api.plantReview();
  const resting = await api.plantReview();
  const paused = await api.plantReview();
  const lowRisk = await api.plantReview();
  await api.database.pool.query("UPDATE reviews SET risk_tier = 'low' WHERE id = $1", [lowRisk.id]);
  const glass = { roles: ['administrator'], postReview: { roles: ['compliance'], dueIn: 'P1D' } };
  await api.database.pool.query(
    "UPDATE reviews SET terms = jsonb_set(terms, '{rules,breakGlass}', $2::jsonb) WHERE id = $1",
    [handedOn.id, JSON.stringify(glass)],
  );
  const asked = await api.ask('POST', `/v1/reviews/${paused.id}/info-requests`, {
    as: 'validator-1',
    body: { question: 'Which rows were dropped?' },
  });
  await api.ask('PUT', '/v1/people/me/subscriptions/*', { as: 'auditor' });
  await api.database.pool.query(
    `INSERT INTO conditions (id, model_version_id, review_id, decision_id, text, owner, due_at, expires_at, state)
     VALUES ('cond_described', $1, $2, 'dec_none', 'Monitoring is set up', 'data-scientist-1', now() + interval '1 day', now() + interval '1 day', 'OPEN')`,
    [review.modelVersionId, review.id],
  );
  const hook = { url: 'https://hooks.example.com/', reason: 'A test' };
  const file = { name: 'rows.csv', mediaType: 'text/csv', content: 'aWQK' };
  return {
    /** With a finding that an approval answers for. */
    review,
    other,
    handedOn,
    resting,
    /** Waits for the answer to `questionId`. */
    paused,
    lowRisk,
    questionId: ((await asked.json()) as { question: { id: string } }).question.id,
    filterId: await made('validator-2', '/v1/filters', { name: 'Mine', query: 'view=me' }),
    /** Beside the evidence of `other`. */
    attachmentId: await made('validator-1', `/v1/reviews/${other.id}/attachments`, file),
    absenceId: await made('compliance-1', '/v1/people/me/absences', { startsAt: inDays(3), endsAt: inDays(4) }),
    endpoint: await made('admin', '/v1/webhook-endpoints', hook),
    spareEndpoint: await made('admin', '/v1/webhook-endpoints', hook),
  };
}
