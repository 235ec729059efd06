import { describe, expect, it } from 'vitest';
import { alarmsAfterRest, alarmsOf } from './alarm.ts';
import type { SignOff } from './policy.ts';
import { defaultSignOffExtras } from './review-policy.ts';

const signOff = (change: Partial<SignOff>): SignOff => ({
  ...defaultSignOffExtras,
  name: 'compliance',
  title: 'Compliance',
  roles: ['compliance'],
  quorum: 1,
  departments: [],
  dueIn: 'P3D',
  conflict: { roles: ['compliance'], quorum: 1, dueIn: 'P1D' },
  ...change,
});
const opened = new Date('2026-03-02T09:00:00Z');
const due = new Date('2026-03-05T09:00:00Z');

describe('the alarms of a review', () => {
  it('are none where the policy names none', () => {
    expect(alarmsOf(signOff({}), opened, due)).toEqual([]);
  });

  it('count reminders back from the deadline and escalations on from the opening, with their repeats, soonest first', () => {
    const rules = signOff({
      startBy: 'PT4H',
      reminders: [{ before: 'PT2H' }, { before: 'P1D' }],
      escalation: [{ after: 'P1D', to: { roles: ['compliance'], people: [] }, repeat: { every: 'PT12H', times: 2 } }],
    });
    expect(alarmsOf(rules, opened, due)).toEqual([
      { at: '2026-03-02T13:00:00.000Z', what: 'start' },
      { at: '2026-03-03T09:00:00.000Z', what: 'escalate', step: 0 },
      { at: '2026-03-03T21:00:00.000Z', what: 'escalate', step: 0 },
      { at: '2026-03-04T09:00:00.000Z', what: 'remind' },
      { at: '2026-03-04T09:00:00.000Z', what: 'escalate', step: 0 },
      { at: '2026-03-05T07:00:00.000Z', what: 'remind' },
    ]);
  });

  it('leave out what would ring before the review opened or after its deadline', () => {
    const rules = signOff({
      reminders: [{ before: 'P4D' }],
      escalation: [{ after: 'P3D', to: { roles: ['compliance'], people: [] } }],
    });
    expect(alarmsOf(rules, opened, due)).toEqual([]);
  });
});

describe('the alarms that are left after a rest', () => {
  const rules = signOff({
    startBy: 'PT4H',
    reminders: [{ before: 'P1D' }],
    escalation: [{ after: 'P1D', to: { roles: ['compliance'], people: [] } }],
  });
  const days = (count: number) => new Date(due.getTime() + count * 86_400_000);

  it('are those whose time had not come when it began, even where it came meanwhile, as far from the deadline as before', () => {
    const rest = { began: new Date('2026-03-02T15:00:00Z'), dueBefore: due, dueAfter: days(10) };
    expect(alarmsAfterRest(rules, opened, rest)).toEqual([
      { at: '2026-03-13T09:00:00.000Z', what: 'escalate', step: 0 },
      { at: '2026-03-14T09:00:00.000Z', what: 'remind' },
    ]);
  });

  it('stay what they are over a second rest', () => {
    const rest = { began: new Date('2026-03-13T10:00:00Z'), dueBefore: days(10), dueAfter: days(11) };
    expect(alarmsAfterRest(rules, opened, rest)).toEqual([{ at: '2026-03-15T09:00:00.000Z', what: 'remind' }]);
  });
});
