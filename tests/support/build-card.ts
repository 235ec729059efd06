import type { Card, CardDecision, CardFinding } from '../../domain/card.ts';

export const person = (name: string): Card['requestedBy'] & {} => ({
  handle: name.toLowerCase(),
  name,
  slackUserId: null,
});

export const buildCardFinding = (change: Partial<CardFinding> = {}): CardFinding => ({
  id: 'fairness-selection:afam',
  title: 'Selection rates between groups',
  verdict: 'WARN',
  severity: 'major',
  message: 'The ratio is 0.15.',
  value: 0.1464,
  limit: '≥ 0.8',
  ...change,
});

export const buildCardDecision = (change: Partial<CardDecision> = {}): CardDecision => ({
  by: person('Vera'),
  outcome: 'APPROVED',
  reason: 'Read the plan and the intervals.',
  at: '2026-11-21T10:00:00.000Z',
  voided: null,
  ...change,
});

/** An open review that Slack may decide. */
export const buildCard = (change: Partial<Card> = {}): Card => ({
  reviewId: 'rev_1',
  revision: 3,
  evidenceDigest: `sha256:${'a'.repeat(64)}`,
  title: 'Compliance',
  question: 'May version 2 replace version 1 in production?',
  summary: 'On 595 validation rows its ROC AUC is 0.800.',
  findings: [buildCardFinding()],
  passed: 17,
  model: 'mortgage-denial',
  version: '2',
  riskTier: 'high',
  round: 1,
  requestedBy: person('Dana'),
  dueAt: '2026-11-26T10:00:00.000Z',
  state: 'READY',
  outcome: null,
  progress: '1 of 2 approved · waiting for compliance',
  decisions: [],
  assignee: null,
  ending: null,
  offers: [
    { outcome: 'APPROVED', where: 'here', least: 'slack' },
    { outcome: 'CHANGES_REQUESTED', where: 'here', least: 'slack' },
    { outcome: 'REJECTED', where: 'here', least: 'slack' },
  ],
  needsDispositions: true,
  form: [],
  chart: null,
  url: 'https://countersign.test/reviews/rev_1',
  evidenceUrl: 'https://countersign.test/reviews/rev_1#findings',
  ...change,
});
