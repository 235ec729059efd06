import { readFileSync } from 'node:fs';
import { Ajv2020 } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { buildFinding, buildSubmission, uniqueName } from '../support/build.ts';
import { signedHeaders } from '../support/house.ts';
import { createSecondPlace, sealUntil, type SecondPlace } from '../support/seal.ts';
import { people } from '../../db/schema/index.ts';
import { vapidKeysOf } from '../../integrations/push/vapid-keys.ts';
import { openApi, type Api, type Ask, type PlantedReview } from '../support/api.ts';

const mailSecret = 'a-secret-of-the-mail-server-long-enough';
const browserKeys = { p256dh: vapidKeysOf(Buffer.alloc(32, 1)).publicKey, auth: 'A'.repeat(22) };
const lowPolicy = readFileSync(new URL('../../policies/low.yaml', import.meta.url), 'utf8');

interface Operation {
  operationId: string;
  parameters?: { name: string; in: string; required?: boolean; schema: unknown }[];
  requestBody?: { content: Record<string, { schema: { $ref: string } }> };
  responses: Record<string, { content?: Record<string, { schema: object }> }>;
}
interface Description {
  openapi: string;
  paths: Record<string, Record<string, Operation>>;
  components: { schemas: Record<string, object> };
}

let api: Api;
let description: Description;
let review: PlantedReview;
let other: PlantedReview;
let handedOn: PlantedReview;
let resting: PlantedReview;
let paused: PlantedReview;
let lowRisk: PlantedReview;
let filterId: string;
let questionId: string;
let attachmentId: string;
let absenceId: string;
let endpoint: string;
let spareEndpoint: string;
let ajv: Ajv2020;
let place: SecondPlace;
beforeAll(async () => {
  api = await openApi({ inboundMail: { secret: mailSecret, replyKey: Buffer.alloc(32, 5), authservId: undefined } });
  review = await api.plantReview({ findings: [buildFinding({ verdict: 'WARN' })] });
  other = await api.plantReview();
  await plantVerbs();
  const addEndpoint = async () => {
    const body = { url: 'https://hooks.example.com/', reason: 'A test' };
    return ((await (await api.ask('POST', '/v1/webhook-endpoints', { as: 'admin', body })).json()) as { id: string })
      .id;
  };
  await api.ask('PUT', '/v1/people/me/subscriptions/*', { as: 'auditor' });
  endpoint = await addEndpoint();
  spareEndpoint = await addEndpoint();
  await api.database.pool.query(
    `INSERT INTO conditions (id, model_version_id, review_id, decision_id, text, owner, due_at, expires_at, state)
     VALUES ('cond_described', $1, $2, 'dec_none', 'Monitoring is set up', 'data-scientist-1', now() + interval '1 day', now() + interval '1 day', 'OPEN')`,
    [review.modelVersionId, review.id],
  );
  place = createSecondPlace();
  await sealUntil(api.database, place, 1);
  description = (await (await api.ask('GET', '/openapi.json')).json()) as Description;
  ajv = new Ajv2020({ strict: false, allErrors: true });
  addFormats.default(ajv);
  ajv.addSchema({ $id: 'api', components: description.components });
});
afterAll(async () => {
  place.remove();
  await api.close();
});

const inDays = (days: number) => new Date(Date.now() + days * 86_400_000).toISOString();

/** Reviews in the states that the verbs need. */
async function plantVerbs(): Promise<void> {
  await api.database.db.insert(people).values({
    handle: 'validator-3',
    name: 'Vito Ray',
    email: 'validator-3@example.com',
    type: 'user',
    roles: ['validator'],
  });
  handedOn = await api.plantReview();
  resting = await api.plantReview();
  paused = await api.plantReview();
  lowRisk = await api.plantReview();
  await api.database.pool.query("UPDATE reviews SET risk_tier = 'low' WHERE id = $1", [lowRisk.id]);
  const kept = await api.ask('POST', '/v1/filters', { as: 'validator-2', body: { name: 'Mine', query: 'view=me' } });
  filterId = ((await kept.json()) as { id: string }).id;
  const glass = { roles: ['administrator'], postReview: { roles: ['compliance'], dueIn: 'P1D' } };
  await api.database.pool.query(
    "UPDATE reviews SET terms = jsonb_set(terms, '{rules,breakGlass}', $2::jsonb) WHERE id = $1",
    [handedOn.id, JSON.stringify(glass)],
  );
  const asked = await api.ask('POST', `/v1/reviews/${paused.id}/info-requests`, {
    as: 'validator-1',
    body: { question: 'Which rows were dropped?' },
  });
  questionId = ((await asked.json()) as { question: { id: string } }).question.id;
  const laid = await api.ask('POST', `/v1/reviews/${other.id}/attachments`, {
    as: 'validator-1',
    body: { name: 'rows.csv', mediaType: 'text/csv', content: 'aWQK' },
  });
  attachmentId = ((await laid.json()) as { id: string }).id;
  const away = await api.ask('POST', '/v1/people/me/absences', {
    as: 'compliance-1',
    body: { startsAt: inDays(3), endsAt: inDays(4) },
  });
  absenceId = ((await away.json()) as { id: string }).id;
}

type Send = Ask & { path: string };

/** For each operation, a request that it takes and one that it refuses. */
const requests: Record<string, { valid: () => Send; invalid?: () => Send }> = {
  health: { valid: () => ({ path: '/healthz' }) },
  ready: { valid: () => ({ path: '/readyz' }) },
  receiveDelivery: {
    valid: () => {
      const body = JSON.stringify({
        type: 'model_version.submitted',
        timestamp: '2026-11-21T10:00:00Z',
        data: buildSubmission(),
      });
      return { path: '/v1/hooks/generic', body, headers: signedHeaders(uniqueName('delivery'), Buffer.from(body)) };
    },
    invalid: () => ({ path: '/v1/hooks/generic', body: {} }),
  },
  receiveMail: {
    valid: () => ({ path: '/v1/mail/inbound', body: 'Subject: nothing\r\n\r\n', headers: { 'content-type': 'message/rfc822', authorization: `Bearer ${mailSecret}` } }),
    invalid: () => ({ path: '/v1/mail/inbound', body: '', headers: { 'content-type': 'message/rfc822' } }),
  }, // prettier-ignore
  listReviews: {
    valid: () => get('/v1/reviews?view=me&limit=10', 'validator-1'),
    invalid: () => get('/v1/reviews?limit=0'),
  },
  getReview: { valid: () => get(`/v1/reviews/${review.id}`), invalid: () => get('/v1/reviews/none') },
  allowedTransitions: {
    valid: () => get(`/v1/reviews/${review.id}/allowed-transitions`, 'validator-1'),
    invalid: () => get('/v1/reviews/none/allowed-transitions'),
  },
  reviewHistory: {
    valid: () => get(`/v1/reviews/${review.id}/history`),
    invalid: () => get('/v1/reviews/none/history'),
  },
  reviewerFigures: {
    valid: () => get('/v1/figures/reviewers'),
    invalid: () => get('/v1/figures/reviewers?since=yesterday'),
  },
  listConditions: {
    valid: () => get(`/v1/reviews/${review.id}/conditions`),
    invalid: () => get('/v1/reviews/none/conditions'),
  },
  listDeferrals: {
    valid: () => get(`/v1/reviews/${review.id}/deferrals`),
    invalid: () => get('/v1/reviews/none/deferrals'),
  },
  fulfilCondition: {
    valid: () => ({
      path: '/v1/conditions/cond_described/fulfilment',
      as: 'data-scientist-1',
      body: { reason: 'It is done' },
    }),
    invalid: () => ({ path: '/v1/conditions/none/fulfilment', as: 'validator-1', body: { reason: 'It is done' } }),
  },
  claimReview: {
    valid: () => get(`/v1/reviews/${other.id}/assignment`, 'validator-2'),
    invalid: () => get(`/v1/reviews/${other.id}/assignment`, 'auditor'),
  },
  releaseReview: {
    valid: () => get(`/v1/reviews/${other.id}/assignment`, 'validator-2'),
    invalid: () => get(`/v1/reviews/${other.id}/assignment`, 'auditor'),
  },
  submitDecision: {
    valid: () => ({
      path: `/v1/reviews/${review.id}/decisions`,
      as: 'validator-1',
      headers: { 'idempotency-key': 'described' },
      body: {
        outcome: 'APPROVED',
        reason: 'Compared with the plan, nothing is missing',
        revision: 1,
        evidenceDigest: review.evidenceDigest,
        form: { dispositions: [{ finding: 'auc-floor', disposition: 'MITIGATED', reason: 'The cut-off was moved' }] },
      },
    }),
    invalid: () => ({
      path: `/v1/reviews/${review.id}/decisions`,
      as: 'validator-1',
      headers: { 'idempotency-key': 'k' },
      body: { outcome: 'MAYBE' },
    }),
  },
  startReview: verb(() => handedOn, 'start', 'validator-1'),
  delegateReview: verb(() => handedOn, 'delegation', 'validator-1', { to: 'validator-2', reason: 'On leave' }),
  forwardReview: verb(() => handedOn, 'forward', 'validator-2', { to: 'validator-3', reason: 'Knows the data' }),
  requestInformation: verb(() => handedOn, 'info-requests', 'validator-1', { question: 'Which rows?' }),
  answerQuestion: {
    valid: () => ({
      path: `/v1/reviews/${paused.id}/info-requests/${questionId}/answer`,
      as: 'data-scientist-1',
      body: { answer: 'Those without a label' },
    }),
    invalid: () => ({
      path: `/v1/reviews/${paused.id}/info-requests/none/answer`,
      as: 'data-scientist-1',
      body: { answer: 'None' },
    }),
  },
  suspendReview: verb(() => resting, 'suspension', 'validator-1', { reason: 'Holidays' }),
  resumeReview: verb(() => resting, 'suspension', 'validator-1'),
  commentOnReview: {
    valid: () => ({
      path: `/v1/reviews/${resting.id}/comments`,
      as: 'auditor',
      body: { text: 'Seen, @validator-1' },
    }),
    invalid: () => ({ path: `/v1/reviews/${resting.id}/comments`, as: 'auditor', body: { text: '  ' } }),
  },
  listComments: {
    valid: () => get(`/v1/reviews/${resting.id}/comments`),
    invalid: () => get('/v1/reviews/none/comments'),
  },
  withdrawReview: verb(() => resting, 'withdrawal', 'data-scientist-1', { reason: 'Wrong data' }),
  escalateReview: verb(() => other, 'escalation', 'validator-1', {
    reason: 'Nobody answers',
    to: { roles: ['compliance'] },
  }),
  remindReviewers: verb(() => other, 'reminders', 'validator-1'),
  overrideReview: verb(() => handedOn, 'override', 'admin', {
    outcome: 'REJECTED',
    reason: 'The model leaks names of customers',
  }),
  listCandidates: {
    valid: () => get(`/v1/reviews/${other.id}/candidates`),
    invalid: () => get('/v1/reviews/none/candidates'),
  },
  attachFile: verb(() => paused, 'attachments', 'validator-1', { name: 'notes.txt', content: 'aGVsbG8=' }),
  listAttachments: {
    valid: () => get(`/v1/reviews/${other.id}/attachments`),
    invalid: () => get('/v1/reviews/none/attachments'),
  },
  getAttachment: {
    valid: () => get(`/v1/reviews/${other.id}/attachments/${attachmentId}`),
    invalid: () => get(`/v1/reviews/${other.id}/attachments/none`),
  },
  listFilters: { valid: () => get('/v1/filters'), invalid: () => ({ path: '/v1/filters' }) },
  saveFilter: {
    valid: () => ({ path: '/v1/filters', as: 'validator-1', body: { name: 'Late', query: 'view=me&due=overdue' } }),
    invalid: () => ({ path: '/v1/filters', as: 'validator-1', body: { name: 'Late', query: 'size=9' } }),
  },
  removeFilter: {
    valid: () => get(`/v1/filters/${filterId}`, 'validator-2'),
    invalid: () => get('/v1/filters/none', 'validator-2'),
  },
  decideBatch: {
    valid: () => ({
      path: '/v1/reviews/batch',
      as: 'validator-1',
      headers: { 'idempotency-key': 'batch-described' },
      body: {
        reviews: [{ id: lowRisk.id, revision: 1, evidenceDigest: lowRisk.evidenceDigest }],
        outcome: 'APPROVED',
        reason: 'Both rounds of numbers agree with the plan',
      },
    }),
    invalid: () => ({
      path: '/v1/reviews/batch',
      as: 'validator-1',
      headers: { 'idempotency-key': 'batch-refused' },
      body: {
        reviews: [{ id: other.id, revision: 1, evidenceDigest: other.evidenceDigest }],
        outcome: 'APPROVED',
        reason: 'High risk is decided by itself',
      },
    }),
  },
  listModels: { valid: () => get('/v1/models'), invalid: () => get('/v1/models?cursor=none') },
  getModel: { valid: () => get(`/v1/models/${review.model}`), invalid: () => get('/v1/models/none') },
  getVersion: {
    valid: () => get(`/v1/models/${review.model}/versions/1`),
    invalid: () => get(`/v1/models/${review.model}/versions/9`),
  },
  waitForGate: {
    valid: () => get(`/v1/models/${review.model}/versions/1/gate`),
    invalid: () => get(`/v1/models/${review.model}/versions/1/gate?wait=forever`),
  },
  getProcess: { valid: () => get(`/v1/processes/${review.processId}`), invalid: () => get('/v1/processes/none') },
  getEvidence: { valid: () => get(`/v1/evidence/${review.evidenceDigest}`), invalid: () => get('/v1/evidence/none') },
  listJournal: {
    valid: () => get(`/v1/journal?stream=${review.modelVersionId}`),
    invalid: () => get('/v1/journal?from=yesterday'),
  },
  verifyJournal: { valid: () => get('/v1/journal/verify'), invalid: () => get('/v1/journal/verify?stream=none') },
  exportJournal: { valid: () => get('/v1/journal/export'), invalid: () => get('/v1/journal/export', 'pipeline') },
  exportApprovals: {
    valid: () => get('/v1/approvals/export?to=2999-01-01T00:00:00Z'),
    invalid: () => get('/v1/approvals/export?format=pdf'),
  },
  readCheckpoint: { valid: () => get('/v1/journal/checkpoint'), invalid: () => ({ path: '/v1/journal/checkpoint' }) },
  readCheckpointKey: {
    valid: () => get('/v1/journal/checkpoint/key'),
    invalid: () => ({ path: '/v1/journal/checkpoint/key' }),
  },
  proveInclusion: {
    valid: () => get(`/v1/journal/proof?stream=${review.modelVersionId}&position=1`),
    invalid: () => get('/v1/journal/proof?stream=none&position=1'),
  },
  proveConsistency: {
    valid: () => get('/v1/journal/consistency?size=1'),
    invalid: () => get('/v1/journal/consistency?size=999999999'),
  },
  reconcile: { valid: () => get('/v1/admin/reconcile'), invalid: () => get('/v1/admin/reconcile', 'validator-1') },
  repairWorkflows: { valid: () => get('/v1/admin/reconcile', 'admin'), invalid: () => get('/v1/admin/reconcile') },
  listPolicies: { valid: () => get('/v1/policies'), invalid: () => ({ path: '/v1/policies' }) },
  getNewestPolicy: { valid: () => get('/v1/policies/high'), invalid: () => get('/v1/policies/none') },
  getPolicy: { valid: () => get('/v1/policies/high/versions/1'), invalid: () => get('/v1/policies/high/versions/0') },
  simulatePolicy: {
    valid: () => ({
      path: '/v1/policies/high/simulate',
      as: 'auditor',
      body: { subject: { model: review.model, version: '1' }, replay: {} },
    }),
    invalid: () => ({ path: '/v1/policies/high/simulate', as: 'auditor', body: { policy: 'id: none' } }),
  },
  publishPolicy: {
    valid: () => ({
      path: '/v1/policies',
      as: 'admin',
      body: { source: lowPolicy.replace(/^title: .*$/m, 'title: Reworded'), reason: 'Clearer words' },
    }),
    invalid: () => ({ path: '/v1/policies', as: 'admin', body: { source: 'id: none', reason: 'A test' } }),
  },
  addPerson: {
    valid: () => ({
      path: '/v1/people',
      as: 'admin',
      body: {
        handle: 'newcomer',
        name: 'Nia Comer',
        email: 'newcomer@example.com',
        type: 'user',
        roles: ['validator'],
        department: 'risk',
        reason: 'Joined the team',
      },
    }),
    invalid: () => ({ path: '/v1/people', as: 'admin', body: { handle: '' } }),
  },
  issueToken: {
    valid: () => ({ path: '/v1/people/data-scientist-2/tokens', as: 'admin', body: { reason: 'Asked for one' } }),
    invalid: () => ({ path: '/v1/people/data-scientist-2/tokens', as: 'validator-1', body: { reason: 'For me' } }),
  },
  deactivatePerson: {
    valid: () => ({ path: '/v1/people/compliance-2/deactivation', as: 'admin', body: { reason: 'Left the bank' } }),
    invalid: () => ({ path: '/v1/people/nobody-here/deactivation', as: 'admin', body: { reason: 'Left the bank' } }),
  },
  listWebhookEndpoints: {
    valid: () => get('/v1/webhook-endpoints'),
    invalid: () => get('/v1/webhook-endpoints', 'pipeline'),
  },
  addWebhookEndpoint: {
    valid: () => ({
      path: '/v1/webhook-endpoints',
      as: 'admin',
      body: { url: 'https://hooks.example.com/x', types: ['gate.approved'], algorithm: 'v1a', reason: 'A test' },
    }),
    invalid: () => ({
      path: '/v1/webhook-endpoints',
      as: 'admin',
      body: { url: 'https://10.0.0.1/', reason: 'A test' },
    }),
  },
  getWebhookEndpoint: {
    valid: () => get(`/v1/webhook-endpoints/${endpoint}`),
    invalid: () => get('/v1/webhook-endpoints/none'),
  },
  testWebhookEndpoint: {
    valid: () => get(`/v1/webhook-endpoints/${endpoint}/test`, 'admin'),
    invalid: () => get('/v1/webhook-endpoints/none/test', 'admin'),
  },
  listWebhookDeliveries: {
    valid: () => get(`/v1/webhook-endpoints/${endpoint}/deliveries`),
    invalid: () => get(`/v1/webhook-endpoints/${endpoint}/deliveries?limit=0`),
  },
  rotateWebhookSecret: {
    valid: () => ({ path: `/v1/webhook-endpoints/${endpoint}/rotate-secret`, as: 'admin', body: { reason: 'Yearly' } }),
    invalid: () => ({ path: `/v1/webhook-endpoints/${endpoint}/rotate-secret`, as: 'admin', body: {} }),
  },
  removeWebhookEndpoint: {
    valid: () => get(`/v1/webhook-endpoints/${spareEndpoint}?reason=Gone`, 'admin'),
    invalid: () => get(`/v1/webhook-endpoints/${endpoint}`, 'admin'),
  },
  rebaseReview: {
    valid: () => ({ path: `/v1/reviews/${other.id}/rebase`, as: 'admin', body: { reason: 'The newest rules' } }),
    invalid: () => ({ path: `/v1/reviews/${other.id}/rebase`, as: 'admin', body: {} }),
  },
  getPreferences: {
    valid: () => get('/v1/people/me/preferences'),
    invalid: () => ({ path: '/v1/people/me/preferences' }),
  },
  putPreferences: {
    valid: () => ({
      path: '/v1/people/me/preferences',
      as: 'auditor',
      body: { channels: ['email'], quietHours: { from: '20:00', to: '07:00' }, timeZone: 'Europe/Berlin' },
    }),
    invalid: () => ({ path: '/v1/people/me/preferences', as: 'auditor', body: { quietHours: 'always' } }),
  },
  listSubscriptions: {
    valid: () => get('/v1/people/me/subscriptions'),
    invalid: () => ({ path: '/v1/people/me/subscriptions' }),
  },
  subscribe: {
    valid: () => get('/v1/people/me/subscriptions/*'),
    invalid: () => get('/v1/people/me/subscriptions/none'),
  },
  getSubscription: {
    valid: () => get('/v1/people/me/subscriptions/*'),
    invalid: () => get('/v1/people/me/subscriptions/none'),
  },
  unsubscribe: {
    valid: () => get('/v1/people/me/subscriptions/*'),
    invalid: () => ({ path: '/v1/people/me/subscriptions/*' }),
  },
  getPush: { valid: () => get('/v1/people/me/push', 'validator-1'), invalid: () => ({ path: '/v1/people/me/push' }) },
  subscribePush: {
    valid: () => ({
      path: '/v1/people/me/push',
      as: 'validator-1',
      body: { endpoint: 'https://push.example.com/described', keys: browserKeys },
    }),
    invalid: () => ({
      path: '/v1/people/me/push',
      as: 'validator-1',
      body: { endpoint: 'http://10.0.0.1/', keys: browserKeys },
    }),
  },
  unsubscribePush: {
    valid: () => ({
      path: '/v1/people/me/push',
      as: 'validator-1',
      body: { endpoint: 'https://push.example.com/none' },
    }),
    invalid: () => ({ path: '/v1/people/me/push', as: 'validator-1', body: {} }),
  },
  streamEvents: { valid: () => get('/v1/events'), invalid: () => ({ path: '/v1/events' }) },
  changePerson: {
    valid: () => ({
      path: '/v1/people/compliance-1',
      as: 'admin',
      body: { groups: ['lending'], timeZone: 'Europe/Berlin', aliases: ['carla@home.example'], reason: 'Moved' },
    }),
    invalid: () => ({ path: '/v1/people/pipeline', as: 'admin', body: { accountable: 'nobody', reason: 'A test' } }),
  },
  listAbsences: {
    valid: () => get('/v1/people/me/absences', 'validator-1'),
    invalid: () => ({ path: '/v1/people/me/absences' }),
  },
  setAbsence: {
    valid: () => ({
      path: '/v1/people/me/absences',
      as: 'validator-1',
      body: { startsAt: inDays(1), endsAt: inDays(9), deputy: 'validator-2' },
    }),
    invalid: () => ({
      path: '/v1/people/me/absences',
      as: 'validator-1',
      body: { startsAt: inDays(1), endsAt: inDays(0) },
    }),
  },
  clearAbsence: {
    valid: () => ({ path: `/v1/people/me/absences/${absenceId}`, as: 'compliance-1' }),
    invalid: () => ({ path: '/v1/people/me/absences/none', as: 'validator-1' }),
  },
  listQualifications: {
    valid: () => get('/v1/people/validator-1/qualifications'),
    invalid: () => get('/v1/people/validator-1/qualifications', 'validator-2'),
  },
  qualifyPerson: {
    valid: () => ({
      path: '/v1/people/validator-1/qualifications/credit-models',
      as: 'admin',
      body: { expiresAt: inDays(365), reason: 'Passed the course' },
    }),
    invalid: () => ({
      path: '/v1/people/validator-1/qualifications/credit-models',
      as: 'validator-1',
      body: { reason: 'I know it' },
    }),
  },
  disqualifyPerson: {
    valid: () => ({
      path: '/v1/people/validator-1/qualifications/credit-models/revocation',
      as: 'admin',
      body: { reason: 'Changed teams' },
    }),
    invalid: () => ({
      path: '/v1/people/validator-1/qualifications/none/revocation',
      as: 'admin',
      body: { reason: 'Changed teams' },
    }),
  },
  listPeople: { valid: () => get('/v1/people'), invalid: () => get('/v1/people', 'validator-1') },
};
/** A verb on a review, by somebody who may and by somebody who may not. */
function verb(on: () => PlantedReview, name: string, as: string, body?: object) {
  const send = (who: string) => () => ({ path: `/v1/reviews/${on().id}/${name}`, as: who, ...(body && { body }) });
  return { valid: send(as), invalid: send('data-scientist-2') };
}
const get = (path: string, as = 'auditor'): Send => ({ path, as });

const operationsOf = () =>
  Object.entries(description.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ path, method: method.toUpperCase(), operation })),
  );

/** What is wrong with an answer by the description's own schema; empty when nothing is. */
async function problemsWith(operation: Operation, answer: Response): Promise<string[]> {
  const described = operation.responses[String(answer.status)];
  if (!described) return [`${answer.status} is not described`];
  const [[mediaType, content] = ['', undefined]] = Object.entries(described.content ?? {});
  if (!content) return (await answer.text()) === '' ? [] : ['has a body that is not described'];
  if (answer.headers.get('content-type')?.split(';')[0] !== mediaType)
    return [`${answer.headers.get('content-type')} is not ${mediaType}`];
  if (!/^application\/(problem\+)?json$/.test(mediaType) || !content) return [];
  const validate = ajv.compile(relocated(content.schema));
  return validate(await answer.json()) ? [] : [ajv.errorsText(validate.errors)];
}

/** References of the document as references into what ajv knows under `api`. */
const relocated = (schema: object): object =>
  JSON.parse(JSON.stringify(schema).replaceAll('"#/components/', '"api#/components/')) as object;

describe('/openapi.json', () => {
  it('describes every route under /v1, and nothing that is not there', async () => {
    expect(description.openapi).toBe('3.1.0');
    const routes = new Set(
      api.app.routes
        .filter(({ method, path }) => method !== 'ALL' && path.startsWith('/v1/'))
        .map(({ method, path }) => `${method} ${path.replaceAll(/:(\w+)/g, '{$1}')}`),
    );
    const described = operationsOf()
      .map(({ method, path }) => `${method} ${path}`)
      .filter((route) => route.includes('/v1/'));
    expect(described.sort()).toEqual([...routes].sort());
    expect(
      operationsOf()
        .map(({ operation }) => operation.operationId)
        .sort(),
    ).toEqual(Object.keys(requests).sort());
  });

  it('is true to what every operation answers, to a request that it takes and to one that it refuses', async () => {
    const found: string[] = [];
    for (const { method, operation } of operationsOf()) {
      const { valid, invalid } = requests[operation.operationId] ?? {};
      if (!valid) found.push(`${operation.operationId} is not asked`);
      for (const [kind, send] of [
        ['valid', valid],
        ['invalid', invalid],
      ] as const) {
        if (!send) continue;
        const { path, ...ask } = send();
        const answer = await api.ask(method, path, ask);
        const isOk = answer.status < 400;
        const problems = await problemsWith(operation, answer);
        if (isOk !== (kind === 'valid') || problems.length > 0)
          found.push(`${kind} ${method} ${path}: ${answer.status} ${problems.join('; ')}`);
      }
    }
    expect(found).toEqual([]);
  });

  it('has a page made from it that loads nothing from elsewhere', async () => {
    const page = await (await api.ask('GET', '/docs')).text();
    expect(page).toContain('/v1/reviews/{id}/decisions');
    expect(page).not.toMatch(/<script|https?:\/\/(?!countersign\.test)[^"]*"\s*(rel|src)|style=/);
    expect((await api.ask('GET', '/docs.css')).headers.get('content-type')).toContain('text/css');
  });
});
