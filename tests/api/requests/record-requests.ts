// Models, processes, evidence, the journal and policies.
import { readFileSync } from 'node:fs';
import { get, type Ground, type Requests } from './ground.ts';

const lowPolicy = readFileSync(new URL('../../../policies/low.yaml', import.meta.url), 'utf8');

export const recordRequests = ({ review }: Ground): Requests => ({
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
});
