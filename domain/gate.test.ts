import { describe, expect, it } from 'vitest';
import { gateOf } from './gate.ts';

describe('gateOf', () => {
  it('lets a pipeline go on only with an approved version', () => {
    expect(gateOf({ stage: 'approved', round: 1 }, undefined)).toBe('APPROVED');
    expect(gateOf({ stage: 'validated', round: 1 }, { outcome: 'VALIDATED', round: 1 })).toBe('OPEN');
    expect(gateOf({ stage: 'rejected', round: 1 }, { outcome: 'REJECTED', round: 1 })).toBe('REFUSED');
  });

  it('stops a pipeline whose version waits for new evidence, and opens again once that arrived', () => {
    expect(gateOf({ stage: 'registered', round: 1 }, { outcome: 'CHANGES_REQUESTED', round: 1 })).toBe('REFUSED');
    expect(gateOf({ stage: 'registered', round: 1 }, { outcome: 'EXPIRED', round: 1 })).toBe('REFUSED');
    expect(gateOf({ stage: 'registered', round: 2 }, { outcome: 'CHANGES_REQUESTED', round: 1 })).toBe('OPEN');
    expect(gateOf({ stage: 'registered', round: 1 }, undefined)).toBe('OPEN');
  });
});
