import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Refused } from '../domain/errors.ts';
import { parseJson } from './parse-json.ts';

const refusalOf = (body: string | Buffer): string | undefined => {
  try {
    parseJson(Buffer.from(body as string));
    return undefined;
  } catch (error) {
    return error instanceof Refused ? error.code : `threw ${String(error)}`;
  }
};

describe('parseJson', () => {
  it('reads every JSON value exactly as JSON.parse does', () => {
    const safeKey = fc
      .string({ unit: 'grapheme' })
      .filter((key) => !['__proto__', 'constructor', 'prototype'].includes(key) && !key.includes('\u0000'));
    const { tree } = fc.letrec((tie) => ({
      leaf: fc.oneof(
        fc.string({ unit: 'grapheme' }).filter((text) => !text.includes('\u0000')),
        fc.maxSafeInteger(),
        fc.double({ min: -1e300, max: 1e300, noNaN: true }).filter((n) => !Number.isInteger(n)),
        fc.boolean(),
        fc.constant(null),
      ),
      tree: fc.oneof({ maxDepth: 5 }, tie('leaf'), fc.array(tie('tree')), fc.dictionary(safeKey, tie('tree'))),
    }));
    fc.assert(
      fc.property(tree, fc.constantFrom(undefined, 2), (value, indent) => {
        const text = JSON.stringify(value, null, indent);
        expect(parseJson(Buffer.from(text))).toEqual(JSON.parse(text));
      }),
      { numRuns: 500 },
    );
  });

  it('refuses any bytes that are no JSON, and throws nothing else', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.uint8Array({ maxLength: 200 }).map((bytes) => Buffer.from(bytes)),
          fc.string({ unit: fc.constantFrom(...'{}[]",:\\u0e-1 \n') }).map((text) => Buffer.from(text)),
        ),
        (raw) => {
          let native = true;
          try {
            JSON.parse(new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(raw));
          } catch {
            native = false;
          }
          const refusal = refusalOf(raw);
          expect(refusal === undefined ? native : refusal === 'MALFORMED_JSON').toBe(true);
        },
      ),
      { numRuns: 2000 },
    );
  });

  it.each([
    ['nothing', ''],
    ['a byte order mark', '\uFEFF{}'],
    ['bytes that are not UTF-8', Buffer.from([0x22, 0xff, 0x22])],
    ['an encoded lone surrogate', Buffer.from([0x22, 0xed, 0xa0, 0x80, 0x22])],
    ['65 arrays deep', '['.repeat(65) + ']'.repeat(65)],
    ['100,000 objects deep', '{"a":'.repeat(100_000)],
    [
      'more keys than any event has',
      JSON.stringify(Object.fromEntries(Array.from({ length: 10_001 }, (_, i) => [`k${i}`, 0]))),
    ],
    ['__proto__', '{"data":{"__proto__":{"admin":true}}}'],
    ['an escaped __proto__', '{"\\u005f_proto__":1}'],
    ['constructor', '{"constructor":1}'],
    ['prototype', '[{"prototype":1}]'],
    ['one key twice', '{"outcome":"REJECTED","outcome":"APPROVED"}'],
    ['one key twice, once escaped', '{"a":1,"\\u0061":2}'],
    ['NUL', '"\\u0000"'],
    ['a lone surrogate', '{"a":"\\ud800"}'],
    ['a number beyond doubles', '1e309'],
    ['a number that PostgreSQL would expand', '[1e131071]'],
    ['a number of 131 KB', `[${'9'.repeat(131_000)}]`],
    ['a whole number that a double would change', '9007199254740993'],
    ['NaN', '{"a":NaN}'],
    ['a comment', '{} // done'],
    ['two values', '{}{}'],
  ])('refuses %s', (_, body) => {
    expect(refusalOf(body)).toBe('MALFORMED_JSON');
  });

  it('takes 64 levels, equal keys in different objects, dangerous words as values, and tiny numbers', () => {
    for (const body of [
      '['.repeat(64) + ']'.repeat(64),
      '[{"a":1},{"a":{"a":2}}]',
      '{"key":"__proto__"}',
      '[1e-400, -0, 9007199254740991]',
      '"\\ud83d\\ude00"',
    ])
      expect(refusalOf(body)).toBeUndefined();
  });
});
