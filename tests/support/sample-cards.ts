// Cards as mails meet them: usual, overfull, hostile. For tests of the renderers and for looking at them.
import type { Card, CardFinding, CardPerson } from '../../domain/card.ts';

const person = (handle: string, name: string): CardPerson => ({ handle, name, slackUserId: null });

const finding = (id: string, title: string, verdict: CardFinding['verdict'], message: string, value: number): CardFinding => ({
  id, title, verdict, severity: 'major', message, value, limit: '≥ 0.8',
}); // prettier-ignore

export const usualCard: Card = {
  reviewId: 'rev_0123456789abcdefghjk',
  revision: 1,
  evidenceDigest: `sha256:${'7f3a'.repeat(16)}`,
  title: 'Compliance',
  question: 'May version 2 replace version 1 in production?',
  summary:
    'On 595 validation rows its ROC AUC is 0.800, against 0.688 of version 1. 2 findings need your judgement, first: selection rates between groups.',
  findings: [
    finding(
      'fairness-selection:afam',
      'Selection rates between groups',
      'FAIL',
      'Applicants with afam = yes are denied 6.6 times as often as others.',
      0.09,
    ),
    finding('calibration', 'Calibration of the scores', 'WARN', 'Scores above 0.6 promise more than they keep.', 0.071),
  ],
  passed: 17,
  model: 'mortgage-denial',
  version: '2',
  riskTier: 'high',
  round: 1,
  requestedBy: person('data-scientist-1', 'Dana Santos'),
  dueAt: '2026-11-24T17:00:00Z',
  state: 'READY',
  outcome: null,
  progress: '1 of 2 approved · waiting for compliance',
  decisions: [
    {
      by: person('validator-1', 'Vera Okafor'),
      outcome: 'APPROVED',
      reason: 'I compared both groups row by row; the gap follows debt ratios.',
      at: '2026-11-21T10:30:00Z',
      voided: null,
    },
  ],
  assignee: null,
  ending: null,
  offers: [
    { outcome: 'APPROVED', where: 'web', least: 'web' },
    { outcome: 'CHANGES_REQUESTED', where: 'here', least: 'email' },
    { outcome: 'REJECTED', where: 'here', least: 'email' },
  ],
  needsDispositions: true,
  form: [],
  chart: null,
  url: 'https://countersign.example.com/reviews/rev_0123456789abcdefghjk',
  evidenceUrl: 'https://countersign.example.com/reviews/rev_0123456789abcdefghjk#findings',
};

export const endedCard: Card = {
  ...usualCard,
  revision: 3,
  state: 'COMPLETED',
  outcome: 'APPROVED',
  progress: '2 of 2 approved',
  decisions: [
    ...usualCard.decisions,
    {
      by: person('compliance-1', 'Carla Nowak'),
      outcome: 'APPROVED',
      reason: 'The gap was assessed in 2025 and accepted until the next refit.',
      at: '2026-11-22T09:00:00Z',
      voided: null,
    },
  ],
  ending: { sentence: 'Approved: 2 of 2 approved.', at: '2026-11-22T09:00:00Z' },
};

export const overfullCard: Card = {
  ...usualCard,
  model: `mortgage-denial-${'very-long-name-'.repeat(7)}end`,
  version: '2026.11.21+build.4711',
  findings: Array.from({ length: 40 }, (_, n) =>
    finding(
      `check-${n}:${'column_'.repeat(6)}${n}`,
      `Check ${n} of the selection rates between groups`,
      n % 3 === 0 ? 'FAIL' : 'WARN',
      'Share of positive predictions: 1.3 % of 76 rows against 0.2 % of 519 rows. '.repeat(3).trim(),
      n / 1000,
    ),
  ),
};
