import { describe, expect, it } from 'vitest';
import type { Refused } from '../../domain/errors.ts';
import type { FormField } from '../../domain/review-policy.ts';
import { problemsOf, viewSchema } from './check-blocks.ts';
import type { DecisionQuestion } from './desk.ts';
import { errorsByBlock, needsModal, readDecision, readMetadata, renderDecisionModal } from './render-decision-modal.ts';

const seen = { reviewId: 'rev_1', revision: 3, evidenceDigest: `sha256:${'a'.repeat(64)}` };
const form: FormField[] = [
  { type: 'text', name: 'plan', label: 'Monitoring plan', required: true, maxLength: 1_000 },
  { type: 'number', name: 'days', label: 'Days until the next look', required: false, minimum: 1 },
  { type: 'boolean', name: 'human', label: 'Does a person see each refusal?', required: true },
  { type: 'date', name: 'until', label: 'Valid until', required: false, when: { field: 'human', equals: true } },
  { type: 'choice', name: 'use', label: 'Use', required: true, options: ['Everywhere', 'New customers only'] },
];
const question: DecisionQuestion = {
  reviewId: 'rev_1',
  question: 'May it go to production?',
  model: 'mortgage-denial',
  version: '2',
  url: 'https://countersign.test/reviews/rev_1',
  where: 'here',
  isReasonRequired: true,
  findings: [
    { id: 'fairness:afam', title: 'Rates', message: 'Too far apart.' },
    { id: 'gap', title: 'Gap', message: 'Too wide.' },
  ],
  form,
  refusal: null,
};
const option = (value: string) => ({ selected_option: { value } });
const values = {
  'disposition:0': { disposition: option('ACCEPTED') },
  'why:0': { why: { value: 'Chance.' } },
  'disposition:1': { disposition: option('MITIGATED') },
  'why:1': { why: { value: 'Retrained.' } },
  'field:plan': { answer: { value: 'Weekly.' } },
  'field:days': { answer: { value: '30' } },
  'field:human': { answer: option('1') },
  'field:until': { answer: { selected_date: '2027-01-01' } },
  'field:use': { answer: option('1') },
  reason: { reason: { value: 'Read all of it.' } },
};

it('asks for reason, dispositions and the form of the policy, within the limits of Slack', () => {
  const view = renderDecisionModal(question, 'APPROVED', seen);
  expect(problemsOf(viewSchema, view)).toEqual([]);
  expect(view.blocks.flatMap((block) => (block.type === 'input' ? [block.block_id] : []))).toEqual(Object.keys(values));
});

it.each([
  ['APPROVED', 'why it is enough'],
  ['CHANGES_REQUESTED', 'what has to change'],
  ['REJECTED', 'why it is not enough'],
] as const)('asks of who answers %s %s', (outcome, words) => {
  const { blocks } = renderDecisionModal(question, outcome, seen);
  expect(blocks.find((block) => block.type === 'input' && block.block_id === 'reason')).toMatchObject({
    hint: { text: expect.stringContaining(words) },
  });
});

it('holds the most findings and questions that can be, with texts without end', () => {
  const long = 'ö👩‍👩‍👧<!channel>'.repeat(600);
  const full = {
    ...question,
    question: long,
    model: long,
    version: long,
    findings: Array.from({ length: 20 }, (_, n) => ({ id: `f${n}`, title: long, message: long })),
    form: Array.from({ length: 30 }, (_, n): FormField => ({ ...form[4]!, name: `f${n}`, label: long.slice(0, 120), options: [long.slice(0, 120), 'No'] } as FormField)),
  }; // prettier-ignore
  const view = renderDecisionModal(full, 'APPROVED', seen);
  expect(problemsOf(viewSchema, view)).toEqual([]);
  expect(view.private_metadata?.length).toBeLessThan(3_000);
});

describe('read back', () => {
  it('is the command that the person gave, quoting what they saw', () => {
    const about = readMetadata(renderDecisionModal(question, 'APPROVED', seen).private_metadata);
    expect(readDecision(values, question, about!)).toEqual({
      outcome: 'APPROVED',
      reason: 'Read all of it.',
      revision: 3,
      evidenceDigest: seen.evidenceDigest,
      form: {
        dispositions: [
          { finding: 'fairness:afam', disposition: 'ACCEPTED', reason: 'Chance.' },
          { finding: 'gap', disposition: 'MITIGATED', reason: 'Retrained.' },
        ],
        // Not asked, as no person sees each refusal.
        fields: { plan: 'Weekly.', days: 30, human: false, use: 'New customers only' },
      },
    });
  });

  it.each([
    undefined,
    '',
    '{',
    '{}',
    '{"seen":"rev_1/1/sha256:x","outcome":"APPROVED"}',
    JSON.stringify({ seen: `rev_1/3/${seen.evidenceDigest}`, outcome: 'ABSTAINED' }),
    7,
  ])(
    // prettier-ignore
    'refuses metadata that is not ours: %s',
    (metadata) => {
      expect(readMetadata(metadata)).toBeUndefined();
    },
  );

  it.each([
    ['reason', { reason: { reason: { value: 'x'.repeat(4001) } } }],
    ['reason', { reason: { reason: { value: 'Half a sign \ud800' } } }],
    ['why:1', { 'why:1': { why: { value: 'Half a sign \udc00' } } }],
    ['field:plan', { 'field:plan': { answer: { value: 'Nothing \u0000' } } }],
    ['field:days', { 'field:days': { answer: { value: 'many' } } }],
  ])('refuses what the API refuses too, at %s', (block, change) => {
    const read = () => readDecision({ ...values, ...change }, question, { seen, outcome: 'APPROVED' });
    expect(read).toThrow(expect.objectContaining({ code: 'INVALID' }));
    try {
      read();
    } catch (error) {
      expect(Object.keys(errorsByBlock((error as Refused).errors, question)!)).toEqual([block]);
    }
  });

  it('refuses a state of another shape', () => {
    expect(readDecision({ reason: 'text' }, question, { seen, outcome: 'APPROVED' })).toBeUndefined();
  });
});

it('shows each mistake at its own question', () => {
  const errors = [
    { pointer: '/reason', message: 'is required' },
    { pointer: 'gap', message: 'Gap' },
    { pointer: '/form/fields/plan', message: 'is required' },
  ];
  expect(errorsByBlock(errors, question)).toEqual({
    reason: 'is required',
    'why:1': 'Answer for this finding, with a reason.',
    'field:plan': 'is required',
  });
  expect(errorsByBlock([{ pointer: '/elsewhere', message: 'x' }], question)).toBeUndefined();
});

it('lets one press approve only where nothing has to be said', () => {
  const bare = { ...question, isReasonRequired: false, findings: [], form: [] };
  expect(needsModal(bare, 'APPROVED')).toBe(false);
  expect(needsModal(bare, 'REJECTED')).toBe(true);
  expect(needsModal({ ...bare, isReasonRequired: true }, 'APPROVED')).toBe(true);
  expect(needsModal({ ...bare, findings: question.findings }, 'APPROVED')).toBe(true);
  expect(needsModal({ ...bare, form }, 'APPROVED')).toBe(true);
});
