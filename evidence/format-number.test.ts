import { describe, expect, it } from 'vitest';
import { formatBeside, formatCount, formatList, formatNumber, formatPart, formatShare } from './format-number.ts';

describe('numbers in messages', () => {
  it('read well', () => {
    expect([1234567, 0.68844747, -0.00317724, 0, 12.5].map((value) => formatNumber(value))).toEqual([
      '1,234,567',
      '0.6884',
      '−0.003177',
      '0',
      '12.5',
    ]);
    expect([0, 0.0658, 1, 0.00042, 0.99999, 0.5].map(formatShare)).toEqual([
      '0 %',
      '6.6 %',
      '100 %',
      '0.042 %',
      '99.999 %',
      '50 %',
    ]);
    expect([0, 1, 2345].map((count) => formatCount(count, 'row'))).toEqual(['no rows', '1 row', '2,345 rows']);
    expect([formatPart(595, 595, 'row'), formatPart(590, 595, 'row')]).toEqual([
      'All 595 rows',
      '590 of 595 rows (99.2 %)',
    ]);
  });

  it('never look like the limit that they miss', () => {
    expect(formatBeside(0.599999, 0.6)).toBe('0.599999');
    expect(formatBeside(0.6, 0.6)).toBe('0.6');
    expect(formatBeside(0.7123456, 0.6)).toBe('0.7123');
  });

  it('lists name what they leave out', () => {
    expect([[], ['a'], ['a', 'b'], ['a', 'b', 'c']].map((names) => formatList(names, 2))).toEqual([
      '',
      'a',
      'a and b',
      'a, b and 1 more',
    ]);
  });
});
