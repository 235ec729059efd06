import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  closedStates,
  decisionOutcomes,
  outcomeOf,
  reviewStates,
  reviewVerbs,
  stateAfter,
  tally,
  type DecisionOutcome,
  type GivenDecision,
} from './review.ts';

const given = (...outcomes: DecisionOutcome[]): GivenDecision[] =>
  outcomes.map((outcome, index) => ({ person: `person-${index}`, outcome, department: null }));
const rule = (required: number, departments: string[] = []) => ({ required, departments, roles: ['compliance'] });

describe('outcomeOf', () => {
  it('approves once the quorum approved, and not before', () => {
    expect(outcomeOf('sign_off', rule(2), given('APPROVED'))).toBeUndefined();
    expect(outcomeOf('sign_off', rule(2), given('APPROVED', 'APPROVED'))).toBe('APPROVED');
  });

  it('calls one approval and one rejection a conflict, whoever was first', () => {
    expect(outcomeOf('sign_off', rule(2), given('APPROVED', 'REJECTED'))).toBe('CONFLICT');
    expect(outcomeOf('sign_off', rule(2), given('REJECTED', 'APPROVED'))).toBe('CONFLICT');
    expect(outcomeOf('sign_off', rule(2), given('REJECTED'))).toBeUndefined();
    expect(outcomeOf('sign_off', rule(2), given('REJECTED', 'REJECTED'))).toBe('REJECTED');
  });

  it('lets the stricter answer stand where people settle a conflict', () => {
    expect(outcomeOf('conflict', rule(2), given('APPROVED', 'REJECTED'))).toBe('REJECTED');
  });

  it('ends at once when somebody asks for changes', () => {
    expect(outcomeOf('sign_off', rule(3), given('APPROVED', 'CHANGES_REQUESTED'))).toBe('CHANGES_REQUESTED');
  });

  it('is not satisfied by three approvals of one department where two must agree', () => {
    const fromIt = given('APPROVED', 'APPROVED', 'APPROVED').map((decision) => ({ ...decision, department: 'it' }));
    expect(outcomeOf('sign_off', rule(2, ['it', 'compliance']), fromIt)).toBeUndefined();
    expect(tally(rule(2, ['it', 'compliance']), fromIt).missingRoles).toEqual(['compliance']);
  });

  it('never lets abstentions approve or reject', () => {
    expect(outcomeOf('sign_off', rule(1), given('ABSTAINED', 'ABSTAINED', 'ABSTAINED'))).toBeUndefined();
  });

  it('does not depend on the order of the decisions', () => {
    const outcomes = fc.array(fc.constantFrom(...decisionOutcomes), { maxLength: 6 });
    fc.assert(
      fc.property(
        outcomes,
        fc.integer({ min: 1, max: 3 }),
        fc.constantFrom('sign_off' as const, 'conflict' as const),
        (list, required, kind) => {
          expect(outcomeOf(kind, rule(required), given(...list))).toBe(
            outcomeOf(kind, rule(required), given(...list.toReversed())),
          );
        },
      ),
    );
  });

  it('approves when the quorum is there and nobody objected, and never else', () => {
    fc.assert(
      fc.property(
        fc.array(fc.constantFrom(...decisionOutcomes), { maxLength: 8 }),
        fc.integer({ min: 1, max: 4 }),
        (list, required) => {
          const approvals = list.filter((outcome) => outcome === 'APPROVED').length;
          const hasObjection = list.includes('REJECTED') || list.includes('CHANGES_REQUESTED');
          expect(outcomeOf('sign_off', rule(required), given(...list)) === 'APPROVED').toBe(
            approvals >= required && !hasObjection,
          );
        },
      ),
    );
  });
});

describe('stateAfter', () => {
  it('leads nowhere from a closed state, by any verb', () => {
    for (const state of closedStates) for (const verb of reviewVerbs) expect(stateAfter(state, verb)).toBeUndefined();
  });

  it('reaches every closed state that the spine uses, by some path from CREATED', () => {
    const reached = new Set(['CREATED']);
    for (let grew = true; grew;) {
      grew = false;
      for (const state of reviewStates)
        for (const verb of reviewVerbs) {
          const next = reached.has(state) ? stateAfter(state, verb) : undefined;
          if (next && !reached.has(next)) grew = Boolean(reached.add(next));
        }
    }
    expect([...reached]).toEqual(
      expect.arrayContaining(['READY', 'RESERVED', 'COMPLETED', 'EXPIRED', 'CANCELED', 'OBSOLETE']),
    );
  });
});
