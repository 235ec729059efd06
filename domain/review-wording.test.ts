import { expect, it } from 'vitest';
import type { Finding } from './evidence.ts';
import { questionOf, summaryOf } from './review-wording.ts';

it('a validation asks for what its answer does: approval, or to be put to it', () => {
  const subject = { model: 'churn', version: '4', incumbent: null };
  expect(questionOf('validation', 'sign_off', { ...subject, endsWithValidation: false })).toBe(
    'Is version 4 of churn sound enough to be put to approval?',
  );
  expect(questionOf('validation', 'sign_off', { ...subject, endsWithValidation: true })).toBe(
    'May version 4 of churn go to production?',
  );
});

it('a summary counts warnings too and begins with the gravest finding, as the list does', () => {
  const finding = (title: string, verdict: Finding['verdict'], severity: Finding['severity']) =>
    ({ id: title, title, verdict, severity }) as Finding;
  const findings = [
    finding('Calibration', 'WARN', 'critical'),
    finding('Training gap', 'FAIL', 'major'),
    finding('Selection rates', 'FAIL', 'critical'),
    finding('Volume', 'PASS', 'critical'),
  ];
  expect(summaryOf({ findings, metrics: [], charts: [], champion: null })).toContain(
    '3 findings need your judgement, first: selection rates.',
  );
});
