import { describe, expect, it } from 'vitest';
import { readLimit } from '../components/limit-scale.tsx';
import { renderMarkdown } from '../render-document.ts';
import { entryTypes } from '../../domain/journal.ts';
import { describeEntry } from './journal-sentence.ts';
import { describeNextSteps, type NextStepsInput } from './next-steps.ts';
import { formatShare, formatStatistic, joinWords } from './numbers.ts';
import { describeProgress } from './progress.ts';
import { describeStages } from './stage-line.ts';
import { describeDue, describeDuration, formatAgo } from './times.ts';

const policyWith = (stages: []) => ({ approval: { stages } }) as unknown as NextStepsInput['rules'];

const now = new Date('2026-11-22T12:00:00Z');

describe('a deadline', () => {
  it.each([
    ['2026-11-25T12:00:00Z', 'calm', '3 days left'],
    ['2026-11-24T11:00:00Z', 'calm', '47 hours left'],
    ['2026-11-22T12:40:00Z', 'soon', '40 minutes left'],
    ['2026-11-22T12:00:30Z', 'soon', 'less than a minute left'],
    ['2026-11-22T11:00:00Z', 'overdue', 'overdue by 1 hour'],
    ['2026-11-18T11:00:00Z', 'overdue', 'overdue by 4 days'],
  ])('at %s is %s: %s', (dueAt, urgency, words) => {
    expect(describeDue(dueAt, now)).toEqual({ urgency, words });
  });
  it('of a policy is said in words', () => {
    expect(['P3D', 'PT12H', 'P1DT6H', 'PT30S'].map(describeDuration)).toEqual([
      '3 days',
      '12 hours',
      '1 day and 6 hours',
      '30 seconds',
    ]);
  });
  it('that lies just behind is just now', () => {
    expect(formatAgo('2026-11-22T11:59:30Z', now)).toBe('just now');
  });
});

describe('a number', () => {
  it('keeps the digits of a statistic and loses those of a count', () => {
    expect([0.8001558972153533, 0, 1, 523, -0.003, 0.00001].map(formatStatistic)).toEqual([
      '0.800',
      '0.000',
      '1.000',
      '523',
      '−0.003',
      '1.0e−5',
    ]);
    expect(formatShare(0.065789)).toBe('6.6\u202f%');
  });
  it('is joined as people join words', () => {
    expect([joinWords([]), joinWords(['a']), joinWords(['a', 'b']), joinWords(['a', 'b', 'c'])]).toEqual([
      '',
      'a',
      'a and b',
      'a, b and c',
    ]);
  });
  it('is read out of a limit, sums too, and out of nothing else', () => {
    expect(readLimit('≥ 0.8')).toEqual({ sign: '≥', bound: 0.8 });
    expect(readLimit('≥ 0.5 + 0.25')).toEqual({ sign: '≥', bound: 0.75 });
    expect(readLimit('≤ 0.5 − 0.25')).toEqual({ sign: '≤', bound: 0.25 });
    expect([readLimit('model_card present'), readLimit(null), readLimit('≥ 0.6 and ≥ 0.7')]).toEqual([
      undefined,
      undefined,
      undefined,
    ]);
  });
});

describe('progress', () => {
  const review = { closedAt: null, state: 'READY', outcome: null } as const;
  it('counts approvals, those against, and who is missing', () => {
    expect(
      describeProgress({
        ...review,
        quorum: { required: 2, approvals: 1, rejections: 0, missingRoles: ['compliance'] },
      }),
    ).toBe('1 of 2, waiting for compliance officer');
    expect(
      describeProgress({ ...review, quorum: { required: 2, approvals: 0, rejections: 1, missingRoles: ['Legal'] } }),
    ).toBe('0 of 2, 1 against, waiting for Legal');
  });
  it('of what is closed is how it ended', () => {
    const quorum = { required: 1, approvals: 0, rejections: 0, missingRoles: [] };
    expect(
      describeProgress({ quorum, closedAt: '2026-11-22T12:00:00Z', state: 'COMPLETED', outcome: 'CHANGES_REQUESTED' }),
    ).toBe('Changes requested');
    expect(describeProgress({ quorum, closedAt: '2026-11-22T12:00:00Z', state: 'OBSOLETE', outcome: 'CANCELED' })).toBe(
      'Replaced by new evidence',
    );
  });
});

describe('what an answer sets in motion', () => {
  const signOff = (name: string, more = {}) => ({
    name,
    title: name,
    state: 'OPEN' as const,
    outcome: null,
    required: 1,
    approvals: 0,
    roles: ['compliance'],
    reviews: [],
    ...more,
  });
  const input = (
    quorum: Partial<NextStepsInput['review']['quorum']>,
    more: Partial<NextStepsInput['review']> = {},
    signOffs = [signOff('Compliance')],
  ): NextStepsInput => ({
    review: {
      kind: 'sign_off',
      signOff: 'Compliance',
      title: 'Compliance',
      quorum: { required: 1, approvals: 0, rejections: 0, missingRoles: ['compliance'], ...quorum },
      process: { id: 'proc_1', kind: 'approval' },
      ...more,
    },
    signOffs,
    rules: undefined,
    ownerName: 'Sofia Rossi',
  });

  it('is approval when it is the last that was missing, and never production', () => {
    expect(describeNextSteps(input({})).APPROVED).toBe(
      'The last agreement that was missing: the version becomes approved. This alone puts nothing into production.',
    );
  });
  it('is approval at once where the policy asks for nothing after validation, and never opens what it does not ask for', () => {
    const validation = (rules: NextStepsInput['rules']) =>
      describeNextSteps({ ...input({}, { process: { id: 'proc_1', kind: 'validation' } }), rules }).APPROVED;
    expect(validation(policyWith([]))).toBe(
      'The policy asks for no further agreement: the version becomes approved at once. This alone puts nothing into production.',
    );
    expect(validation(undefined)).not.toContain('approval opens');
  });
  it('waits for sign-offs beside it, and opens those after it', () => {
    expect(describeNextSteps(input({}, {}, [signOff('Compliance'), signOff('Domain expert')])).APPROVED).toContain(
      'Domain expert has still to agree.',
    );
    expect(
      describeNextSteps(input({}, {}, [signOff('Compliance'), signOff('Board', { state: 'WAITING' })])).APPROVED,
    ).toContain('Then Board is asked.');
  });
  it('is a disagreement where somebody said the opposite', () => {
    expect(describeNextSteps(input({ required: 2, rejections: 1 })).APPROVED).toContain('makes it a disagreement');
    expect(describeNextSteps(input({ required: 2, approvals: 1 })).REJECTED).toContain('makes it a disagreement');
  });
  it('is the stricter answer in a conflict', () => {
    expect(describeNextSteps(input({ required: 2, rejections: 1 }, { kind: 'conflict' })).APPROVED).toContain(
      'The stricter answer stands',
    );
    expect(describeNextSteps(input({ required: 2, approvals: 1 }, { kind: 'conflict' })).REJECTED).toContain(
      'Ends approval',
    );
  });
  it('is the end of the version when the rejection counts', () => {
    expect(describeNextSteps(input({})).REJECTED).toContain('the version is rejected');
  });
});

describe('a stage line', () => {
  const process = {
    id: 'p',
    round: 1,
    state: 'COMPLETED' as const,
    outcomeReason: null,
    startedAt: '2026-11-20T10:00:00Z',
    endedAt: '2026-11-21T10:00:00Z',
  };
  const version = { createdAt: '2026-11-20T09:00:00Z', updatedAt: '2026-11-21T10:00:00Z', round: 1 };
  it('ends where the version was rejected', () => {
    const steps = describeStages({
      ...version,
      stage: 'rejected',
      processes: [{ ...process, kind: 'validation', outcome: 'REJECTED' }],
    });
    expect(steps.map((step) => step.state)).toEqual(['done', 'stopped', 'ahead', 'ahead', 'ahead', 'ahead']);
  });
  it('is done up to what is approved', () => {
    const steps = describeStages({
      ...version,
      stage: 'approved',
      processes: [
        { ...process, kind: 'validation', outcome: 'VALIDATED' },
        { ...process, kind: 'approval', outcome: 'APPROVED' },
      ],
    });
    expect(steps.map((step) => step.state)).toEqual(['done', 'done', 'done', 'ahead', 'ahead', 'ahead']);
  });
  it('says of a step that a broken glass let through that it was an emergency', () => {
    const processes = [{ ...process, id: 'proc_glass', kind: 'validation' as const, outcome: 'VALIDATED' as const }];
    const steps = describeStages({ ...version, stage: 'approving', processes }, new Set(['proc_glass']));
    expect(steps[1]?.words).toBe('Validated in an emergency');
  });
});

describe('a journal entry', () => {
  it('of a kind that we do not know still reads', () => {
    expect(describeEntry({ type: 'something.new_happened', data: {} })).toBe('something new happened');
  });
  it('with data that is not as expected still reads', () => {
    expect(describeEntry({ type: 'decision.recorded', data: { outcome: 7, signOff: null } })).toBe(
      'answered in the a review',
    );
  });
});

describe('a document', () => {
  it.each([
    ['<script>alert(1)</script>', 'script'],
    ['<img src=x onerror=alert(1)>', 'img'],
    ['[x](javascript:alert(1))', 'javascript:'],
    ['[x](data:text/html,hi)', 'data:'],
    ['<a href="//evil.example">x</a>', 'evil.example'],
    ['<p style="position:fixed" onclick="x()">x</p>', 'style'],
    ['<form action="/reviews"><input></form>', 'form'],
    ['<iframe src="https://evil.example"></iframe>', 'iframe'],
  ])('%s loses what could act', (markdown, gone) => {
    expect(renderMarkdown(markdown)).not.toContain(gone);
  });
  it('keeps what it says', () => {
    expect(renderMarkdown('# Title\n\n[source](https://example.com)')).toBe(
      '<h2>Title</h2>\n<p><a href="https://example.com" rel="noopener noreferrer nofollow">source</a></p>\n',
    );
  });
});

describe('a line of the diary', () => {
  it.each(entryTypes)('about %s is a sentence, whatever its data lack', (type) => {
    const sentence = describeEntry({ type, data: {} });
    expect(sentence).not.toBe(type.replaceAll(/[._]/g, ' '));
    expect(sentence).not.toMatch(/undefined|null|\[object/);
  });

  it('names people as people', () => {
    const data = { signOff: 'compliance', to: ['compliance-2'] };
    expect(describeEntry({ type: 'review.escalated', data }, () => 'Chen Wei')).toBe(
      'asked further people on the compliance review: Chen Wei',
    );
  });

  it('says of a rebase under which version the review is held now, and whose decision no longer counts', () => {
    const data = { signOff: 'compliance', policy: { id: 'high', from: 1, to: 2 } };
    expect(describeEntry({ type: 'policy.rebased', data })).toBe(
      'put the compliance review under version 2 of its policy',
    );
    const decisions = { kept: [], noLongerCounting: [{ handle: 'compliance-2', why: 'has no access any more' }] };
    expect(describeEntry({ type: 'policy.rebased', data: { ...data, decisions } }, () => 'Chen Wei')).toBe(
      'put the compliance review under version 2 of its policy; what Chen Wei decided no longer counts',
    );
  });
});
