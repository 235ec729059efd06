import { describe, expect, it } from 'vitest';
import { askedFields, formMistakes, formProblems, type FormAnswers } from './decision-form.ts';
import { signOffExtras, type FormField } from './review-policy.ts';
import type { DecisionOutcome } from './review.ts';

const form: FormField[] = signOffExtras.form.parse([
  { name: 'monitored', label: 'Is there a monitoring plan?', type: 'boolean', required: true, when: { outcome: 'APPROVED' } },
  { name: 'plan', label: 'Where does it lie?', type: 'text', required: true, maxLength: 20, when: { field: 'monitored', equals: true } },
  { name: 'share', label: 'Share of traffic', type: 'number', minimum: 0, maximum: 1 },
  { name: 'until', label: 'Approved until', type: 'date' },
  { name: 'use', label: 'Intended use', type: 'choice', options: ['pricing', 'approval'] },
]); // prettier-ignore
const problems = (outcome: DecisionOutcome, answers: FormAnswers) =>
  formProblems(form, outcome, answers).map(({ pointer, message }) => `${pointer} ${message}`);

describe('the form of a decision', () => {
  it('asks what the outcome and earlier answers lead to', () => {
    const names = (outcome: DecisionOutcome, answers: FormAnswers) =>
      askedFields(form, outcome, answers).map(({ name }) => name);
    expect(names('APPROVED', {})).toEqual(['monitored', 'share', 'until', 'use']);
    expect(names('APPROVED', { monitored: true })).toContain('plan');
    expect(names('REJECTED', { monitored: true })).toEqual(['share', 'until', 'use']);
    expect(names('ABSTAINED', {})).toEqual([]);
  });

  it('takes whole and right answers', () => {
    expect(
      problems('APPROVED', { monitored: true, plan: 'the wiki', share: 0.5, until: '2028-02-29', use: 'pricing' }),
    ).toEqual([]);
    expect(problems('REJECTED', {})).toEqual([]);
  });

  it.each([
    [{}, '/form/fields/monitored is required'],
    [{ monitored: 'yes' }, '/form/fields/monitored is neither true nor false'],
    [{ monitored: true }, '/form/fields/plan is required'],
    [{ monitored: true, plan: '   ' }, '/form/fields/plan is required'],
    [{ monitored: true, plan: 'x'.repeat(21) }, '/form/fields/plan has more than 20 characters'],
    [{ monitored: false, plan: 'the wiki' }, '/form/fields/plan is not asked here'],
    [{ monitored: false, share: 2 }, '/form/fields/share is more than 1'],
    [{ monitored: false, share: '0.5' }, '/form/fields/share is no number'],
    [{ monitored: false, until: '2027-02-29' }, '/form/fields/until is no date such as 2026-11-21'],
    [{ monitored: false, use: 'fun' }, '/form/fields/use is none of pricing, approval'],
    [{ monitored: false, 'a/b': 1 }, '/form/fields/a~1b is not asked here'],
  ])('names what is missing, wrong or not asked for: %j', (answers, problem) => {
    expect(problems('APPROVED', answers as FormAnswers)).toEqual([problem]);
  });

  it('is refused as a policy when a field is there twice or depends on none before it', () => {
    expect(formMistakes(form)).toEqual([]);
    expect(formMistakes([form[1]!, form[0]!]).map(({ message }) => message)).toEqual([
      'depends on monitored, which is no earlier field',
    ]);
    expect(signOffExtras.form.safeParse([form[0], form[0]]).success).toBe(false);
  });
});
