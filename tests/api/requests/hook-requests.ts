// What systems send and are sent.
import { buildSubmission, uniqueName } from '../../support/build.ts';
import { signedHeaders } from '../../support/house.ts';
import { get, mailSecret, type Ground, type Requests } from './ground.ts';

export const hookRequests = ({ endpoint, spareEndpoint }: Ground): Requests => ({
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
  streamEvents: { valid: () => get('/v1/events'), invalid: () => ({ path: '/v1/events' }) },
});
