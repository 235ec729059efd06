import { describe, expect, it } from 'vitest';
import type { Person } from './actor.ts';
import type { AssuranceLevel } from './assurance.ts';
import { refusalOf, type ReviewFacts } from './decision.ts';
import type { Finding } from './evidence.ts';
import type { DecideCommand } from './review.ts';

const digest = `sha256:${'a'.repeat(64)}`;
const other = `sha256:${'b'.repeat(64)}`;
const person = (handle: string, overrides: Partial<Person> = {}): Person => ({
  handle,
  name: handle,
  email: `${handle}@example.com`,
  type: 'user',
  roles: ['compliance'],
  department: null,
  ...overrides,
});
const facts = (overrides: Partial<ReviewFacts> = {}): ReviewFacts => ({
  state: 'READY', outcome: null, revision: 3, materialRevision: 2, evidenceDigest: digest, candidates: ['carla', 'chen'], assignee: null, decidedBy: [],
  owner: 'olga', author: 'adam', contributors: ['carol@example.com'], reasonRule: { required: 'always', minimumLength: 12, unlikeLast: 3 }, assuranceRule: { approve: 'slack', reject: 'slack', requestChanges: 'slack' }, findingsToAnswer: [], ...overrides,
}); // prettier-ignore
const command = (overrides: Partial<DecideCommand> = {}): DecideCommand => ({
  outcome: 'APPROVED',
  reason: 'Looked at the held-out data and the rates.',
  revision: 3,
  evidenceDigest: digest,
  form: { dispositions: [] },
  ...overrides,
});
const finding: Finding = {
  id: 'fairness:afam',
  check: 'fairness',
  title: 'Selection rates',
  verdict: 'FAIL',
  severity: 'major',
  blocking: false,
  value: 0.09,
  threshold: '≥ 0.8',
  message: 'Rates differ.',
  metric: null,
};
const codeOf = (review: ReviewFacts, who: Person, what = command(), last: string[] = [], by: AssuranceLevel = 'web') =>
  refusalOf(review, who, what, last, by)?.code;

describe('refusalOf', () => {
  it('lets a candidate decide on what they saw', () => {
    expect(codeOf(facts(), person('carla'))).toBeUndefined();
  });

  it.each([
    ['author', person('adam', { roles: ['compliance', 'validator'] })],
    ['owner', person('olga')],
    ['contributor, named by e-mail', person('carol')],
    ['author in other letters', person('ADAM')],
  ])('refuses the %s of the version whatever their role, even as a candidate', (_, who) => {
    expect(codeOf(facts({ candidates: [who.handle] }), who)).toBe('SELF_REVIEW');
  });

  it.each([
    ['a person who is no candidate', person('vera')],
    ['an auditor', person('carla', { roles: ['auditor'] })],
    ['an administrator', person('carla', { roles: ['administrator'] })],
    ['software', person('carla', { type: 'service_account' })],
  ])('refuses %s', (_, who) => {
    expect(codeOf(facts(), who)).toBe('NOT_ELIGIBLE');
  });

  it('refuses a second decision of the same person', () => {
    expect(codeOf(facts({ decidedBy: ['carla'] }), person('carla'))).toBe('ALREADY_DECIDED');
  });

  it.each([
    ['COMPLETED', 'ALREADY_DECIDED'],
    ['EXPIRED', 'WRONG_STATE'],
    ['CANCELED', 'WRONG_STATE'],
    ['OBSOLETE', 'EVIDENCE_CHANGED'],
  ] as const)('tells a late decision on a review that is %s: %s', (state, code) => {
    expect(codeOf(facts({ state }), person('carla'))).toBe(code);
  });

  it('refuses a decision on evidence that is not the review’s', () => {
    expect(codeOf(facts(), person('carla'), command({ evidenceDigest: other }))).toBe('EVIDENCE_CHANGED');
    expect(codeOf(facts(), person('carla'), command({ revision: 1 }))).toBe('EVIDENCE_CHANGED');
    expect(codeOf(facts(), person('carla'), command({ revision: 4 }))).toBe('EVIDENCE_CHANGED');
  });

  it('counts a decision on an older revision when only other people’s progress changed since', () => {
    expect(codeOf(facts(), person('carla'), command({ revision: 2 }))).toBeUndefined();
  });

  it('refuses while another person holds the claim', () => {
    expect(codeOf(facts({ state: 'RESERVED', assignee: 'chen' }), person('carla'))).toBe('ALREADY_CLAIMED');
    expect(codeOf(facts({ state: 'RESERVED', assignee: 'carla' }), person('carla'))).toBeUndefined();
  });

  it('asks for a reason, and for one that says something', () => {
    expect(codeOf(facts(), person('carla'), command({ reason: '  \n' }))).toBe('REASON_REQUIRED');
    expect(codeOf(facts(), person('carla'), command({ reason: 'LGTM' }))).toBe('REASON_BOILERPLATE');
    expect(
      codeOf(facts(), person('carla'), command({ reason: 'looked at the HELD-OUT data, and the rates!' }), [
        'x',
        'y',
        'Looked at the held-out data and the rates.',
      ]),
    ).toBe('REASON_BOILERPLATE');
    expect(
      codeOf(facts(), person('carla'), command(), ['x', 'y', 'z', 'Looked at the held-out data and the rates.']),
    ).toBeUndefined();
  });

  it('takes an outcome only by a channel that is as sure of the person as the policy wants', () => {
    const review = facts({ assuranceRule: { approve: 'webStepUp', reject: 'slack', requestChanges: 'email' } });
    const by = (level: AssuranceLevel, outcome: DecideCommand['outcome']) =>
      codeOf(review, person('carla'), command({ outcome }), [], level);
    expect(by('web', 'APPROVED')).toBe('ASSURANCE_TOO_LOW');
    expect(by('webStepUp', 'APPROVED')).toBeUndefined();
    expect(by('email', 'REJECTED')).toBe('ASSURANCE_TOO_LOW');
    expect(by('slack', 'REJECTED')).toBeUndefined();
    expect(by('email', 'CHANGES_REQUESTED')).toBeUndefined();
  });

  it('asks whoever approves to answer for each finding that the policy lets pass, and only them', () => {
    const review = facts({ findingsToAnswer: [finding] });
    const refusal = refusalOf(review, person('carla'), command(), [], 'web');
    expect(refusal?.code).toBe('DISPOSITION_REQUIRED');
    expect(refusal?.errors).toEqual([{ pointer: 'fairness:afam', message: 'Selection rates: afam' }]);
    expect(refusal?.message).toBe('Before you approve, answer for this finding and say why.');
    const answered = (reason: string) =>
      command({ form: { dispositions: [{ finding: 'fairness:afam', disposition: 'ACCEPTED', reason }] } });
    expect(codeOf(review, person('carla'), answered('   '))).toBe('DISPOSITION_REQUIRED');
    expect(codeOf(review, person('carla'), answered('Small group; watched in production.'))).toBeUndefined();
    expect(codeOf(review, person('carla'), command({ outcome: 'REJECTED' }))).toBeUndefined();
    expect(codeOf(facts(), person('carla'), answered('There is no such finding.'))).toBe('INVALID');
  });
});
