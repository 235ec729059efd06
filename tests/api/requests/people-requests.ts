// People, and what they choose for themselves.
import { vapidKeysOf } from '../../../integrations/push/vapid-keys.ts';
import { get, inDays, type Ground, type Requests } from './ground.ts';

const browserKeys = { p256dh: vapidKeysOf(Buffer.alloc(32, 1)).publicKey, auth: 'A'.repeat(22) };

export const peopleRequests = ({ absenceId }: Ground): Requests => ({
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
});
