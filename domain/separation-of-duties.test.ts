import { describe, expect, it } from 'vitest';
import { involvementOf } from './separation-of-duties.ts';

const version = { owner: 'olga', author: 'Adam@Example.com', contributors: ['carla', ' chen@example.com '] };

describe('involvementOf', () => {
  it('knows a person by handle or e-mail address, in any letters', () => {
    expect(involvementOf({ handle: 'adam', email: 'adam@example.com' }, version)).toBe('author');
    expect(involvementOf({ handle: 'OLGA', email: 'o@example.com' }, version)).toBe('owner');
    expect(involvementOf({ handle: 'chen', email: 'Chen@example.com' }, version)).toBe('contributor');
  });

  it('leaves independent people free', () => {
    expect(involvementOf({ handle: 'vera', email: 'vera@example.com' }, version)).toBeUndefined();
  });
});
