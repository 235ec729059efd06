import { expect, it } from 'vitest';
import { bold, cut, escaped, plain } from './text.ts';

it.each([
  ['<!channel>', '&lt;!channel&gt;'],
  ['<https://evil.test|Approve>', '&lt;https://evil.test|Approve&gt;'],
  ['<@U0VERAOKAF>', '&lt;@U0VERAOKAF&gt;'],
  ['a & b &lt; c', 'a &amp; b &amp;lt; c'],
  // A sign with a mark on it is one character and still a sign.
  ['<\u0338!here>', '&lt;\u0338!here&gt;'],
])('%s mentions, links and calls nobody', (text, said) => {
  expect(escaped(text, 1_000)).toBe(said);
});

it('cuts between characters as people see them, never through one', () => {
  const family = '👨‍👩‍👧‍👦';
  expect(cut(family.repeat(3), family.length * 2)).toBe(`${family}…`);
  expect(cut('e\u0301e\u0301e\u0301', 5)).toBe('e\u0301e\u0301…');
  expect(cut('abc', 3)).toBe('abc');
});

it('counts what escaping adds, and never cuts an escape in two', () => {
  expect(escaped('&&&&', 11)).toBe('&amp;&amp;…');
  for (let max = 1; max < 40; max++) expect(escaped('a<b>&'.repeat(20), max).replaceAll(/&(amp|lt|gt);/g, '')).not.toMatch(/[&<>]/); // prettier-ignore
});

it('lets nobody turn the direction of what follows around, and keeps right-to-left words', () => {
  expect(cut('abc\u202Edef\u2066', 100)).toBe('abcdef');
  expect(cut('موافق', 100)).toBe('موافق');
});

it('never sends an empty text, which Slack refuses', () => {
  expect(plain(' \n', 10).text).toBe('–');
  expect(bold('', 10)).toBe('*–*');
});

it('makes bold what holds stars and breaks', () => {
  expect(bold('a*b\nc`d', 100)).toBe('*a∗b cˋd*');
});
