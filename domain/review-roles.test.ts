import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  closedStates,
  isClosed,
  reviewRoles,
  reviewStates,
  reviewVerbs,
  stateAfter,
  transitions,
  verbsFor,
  type ReviewRole,
} from './review.ts';
import { mayEver, reviewRolesOf, voiceOf } from './review-roles.ts';

const anyRoles = fc.uniqueArray(fc.constantFrom(...reviewRoles)).map((roles) => new Set<ReviewRole>(roles));

describe('the transition table', () => {
  it('lets everybody do exactly what it says, in every state', () => {
    fc.assert(
      fc.property(fc.constantFrom(...reviewStates), fc.constantFrom(...reviewVerbs), anyRoles, (state, verb, as) => {
        const row = transitions.find((each) => each.verb === verb);
        const isInTable = row?.from.includes(state) === true && row.by.some((role) => as.has(role));
        expect(verbsFor(state, as).includes(verb)).toBe(isInTable);
        if (isInTable) expect(mayEver(verb, as)).toBe(true);
      }),
    );
  });

  it('has one row a verb, and leaves no closed state by any of them, whoever holds the review', () => {
    expect(transitions.map(({ verb }) => verb).sort()).toEqual([...reviewVerbs].sort());
    for (const state of closedStates)
      for (const verb of reviewVerbs)
        for (const holder of [null, 'ada']) expect(stateAfter(state, verb, holder)).toBeUndefined();
  });

  it('never strands a review: from every open state people and the deadline can end it', () => {
    for (const state of reviewStates.filter((each) => !isClosed(each) && each !== 'CREATED')) {
      expect(verbsFor(state, new Set(['system']))).toEqual(expect.arrayContaining(['expire', 'cancel', 'supersede']));
      const open = verbsFor(state, new Set(['candidate'])).map((verb) => stateAfter(state, verb, null));
      expect(open.some((next) => next === 'READY' || next === 'IN_PROGRESS')).toBe(true);
    }
  });

  it('lets auditors and readers change nothing but the conversation', () => {
    for (const state of reviewStates)
      expect(verbsFor(state, new Set(['reader'])).filter((verb) => verb !== 'comment')).toEqual([]);
  });
});

describe('reviewRolesOf', () => {
  const terms = { owner: 'olga', author: 'adam', contributors: ['cora'], rules: { breakGlass: { roles: ['administrator' as const], postReview: { roles: ['compliance' as const], dueIn: 'P1D' } } } }; // prettier-ignore
  const review = {
    assignee: 'vera',
    candidates: [
      { handle: 'vera', via: null, onBehalfOf: null },
      { handle: 'adam', via: null, onBehalfOf: null },
      { handle: 'victor', via: 'deputy' as const, onBehalfOf: 'vera' },
    ],
    informants: ['ines'],
    terms,
  };
  const rolesOf = (handle: string, role: 'validator' | 'submitter' | 'administrator' | 'auditor', type: 'user' | 'service_account' = 'user') => [
    ...reviewRolesOf({ handle, name: handle, email: `${handle}@example.com`, type, roles: [role], department: null }, review),
  ]; // prettier-ignore

  it('knows what each person is to the review', () => {
    expect(rolesOf('vera', 'validator')).toEqual(['candidate', 'assignee', 'reader']);
    expect(rolesOf('victor', 'validator')).toEqual(['candidate', 'reader']);
    expect(rolesOf('olga', 'submitter')).toEqual(['initiator', 'reader']);
    expect(rolesOf('ines', 'auditor')).toEqual(['informant', 'reader']);
    expect(rolesOf('ada', 'administrator')).toEqual(['administrator', 'breakGlass', 'reader']);
  });

  it('makes no candidate of whoever is bound to the version, decides nothing or is software, whatever the list says', () => {
    expect(rolesOf('adam', 'validator')).toEqual(['initiator', 'reader']);
    expect(rolesOf('vera', 'auditor')).toEqual(['reader']);
    expect(rolesOf('vera', 'validator', 'service_account')).toEqual(['reader']);
    expect(rolesOf('olga', 'administrator')).toEqual(['initiator', 'administrator', 'reader']);
  });

  it('hears a stand-in as the person they stand in for', () => {
    expect(voiceOf('victor', review.candidates)).toBe('vera');
    expect(voiceOf('vera', review.candidates)).toBe('vera');
  });
});
