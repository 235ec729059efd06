// Bad requests, made from a seed. Each is wrong for sure: whatever takes one for good let it through.
import { bodyOfSubmission } from './desk.ts';
import { buildSubmission } from '../support/build.ts';

export type Pick = <T>(from: readonly T[]) => T;

/** Segments that name nothing and may break what parses them. */
export const badSegments = [
  '%00', '%ff', '%C0%80', '..%2f..%2fetc%2fpasswd', '%2e%2e', 'a%20b', 'a b'.replace(' ', '%09'), '%F0%9F%98%80', '%', '%zz', "'%3B%20DROP%20TABLE%20reviews--",
  '%7B%7B7*7%7D%7D', `${'x'.repeat(300)}`, `${'9'.repeat(400)}`, '-1', 'null', '__proto__', 'constructor', '%E2%80%AE', 'sha256:zz', '%0d%0aset-cookie:x',
] as const; // prettier-ignore

/** By the name of a parameter; each value is refused by every route that has it. */
const badParameters: Record<string, readonly string[]> = {
  limit: ['0', '-1', '201', '1e9', 'NaN', 'ten', '1.5', '9'.repeat(40), '%00'],
  cursor: ['x', '%00', 'eyJhIjoxfQ', 'x'.repeat(2_000), '../..', '%F0%9F%98%80'],
  view: ['everything', 'ME', '%00', '1'],
  state: ['OPEN', 'ready', '%00', '0'],
  dueBefore: ['yesterday', '2026-13-01T00:00:00Z', '0', '2026-11-21', '%00'],
  from: ['yesterday', '2026-02-30T00:00:00Z', '%00'],
  to: ['tomorrow', '99999-01-01', '%00'],
  size: ['-1', '1.5', 'many', '1e99', '%00'],
};

export function badPath(template: string, pick: Pick): string {
  const bad = template.replaceAll(/\{[^}]+\}/g, () => pick(badSegments));
  return bad;
}

export function badQuery(names: readonly string[], pick: Pick): string | undefined {
  const known = names.filter((name) => badParameters[name]);
  if (known.length === 0) return undefined;
  const name = pick(known);
  return `${name}=${pick(badParameters[name]!)}`;
}

/** Text that is no JSON, or JSON that means different things to different readers. */
const badTexts: readonly ((valid: string, pick: Pick) => string | Buffer)[] = [
  () => '',
  () => '{',
  () => 'null',
  () => '[]',
  () => '"text"',
  () => '17',
  () => '\u0000',
  () => Buffer.from([0xff, 0xfe, 0x7b, 0x7d]),
  () => Buffer.from([0x7b, 0x22, 0xc3, 0x28, 0x22, 0x3a, 0x31, 0x7d]),
  (valid, pick) => valid.slice(0, 1 + Math.floor(pick([0.1, 0.3, 0.5, 0.9]) * (valid.length - 2))),
  (valid) => `${valid}${valid}`,
  (valid) => valid.replace('{', "{'a':1,"),
  (valid) => valid.replace('{', '{"a":NaN,'),
  (valid) => valid.replace('{', '{"a":Infinity,'),
  (valid) => valid.replace('{', '{"a":0x1F,'),
  (valid) => valid.replace('{', '{"a":01,'),
  (valid) => valid.replace('{', '{"a":1,,'),
  (valid) => valid.replace('{', '{/* hello */'),
  (valid) => valid.replace('{', '{"__proto__":{"admin":true},'),
  (valid) => valid.replace('{', '{"constructor":{"prototype":{"admin":true}},'),
  (valid) => valid.replace('{', '{"\\u005f_proto__":1,'),
  (valid) => valid.replace('{', '{"a":"\\u0000",'),
  (valid) => valid.replace('{', '{"a":"\\ud800",'),
  (valid) => valid.replace('{', '{"a":"\\x41",'),
  (valid) => valid.replace('{', '{"a":9007199254740993,'),
  (valid) => valid.replace('{', '{"a":1e131071,'),
  (valid) => valid.replace('{', '{"a":-1e400,'),
  (valid) => valid.replace('{', `{"a":${'7'.repeat(131_000)},`),
  (valid) => valid.replace('{', '{"a":1,"a":2,'),
  (valid) => valid.replace('{', '{"a":1,"\\u0061":2,'),
  (valid) => valid.replace('{', `{"a":${nested(65)},`),
  (valid) => valid.replace('{', `{"a":${nested(5_000)},`),
  () => '['.repeat(100_000),
  () => '{"a":'.repeat(60_000),
  () => `{${Array.from({ length: 20_000 }, (_, n) => `"k${n}":1`).join(',')}}`,
  (valid) => valid.replace('{', `{"a":"${'\\u0041'.repeat(100_000)}",`),
];

const nested = (depth: number): string => `${'['.repeat(depth)}${']'.repeat(depth)}`;

/** A value that no field takes. */
const badValues: readonly unknown[] = [{ '': [{}] }, [[[]]], true, [null, {}], { toString: 'x' }];

/** A body that cannot be meant: broken text, or JSON with one field of a valid body taken for something else. */
export function badBody(valid: Record<string, unknown>, pick: Pick): string | Buffer {
  if (pick([true, false])) return pick(badTexts)(JSON.stringify(valid), pick);
  const copy = structuredClone(valid);
  const places = placesOf(copy);
  const { inside, key } = pick(places);
  if (pick([true, false, false])) inside[`extra-${String(key)}`] = { a: [] };
  else inside[key] = pick(badValues);
  return JSON.stringify(copy);
}

interface Place {
  inside: Record<string, unknown>;
  key: string;
}

function placesOf(value: Record<string, unknown>): Place[] {
  return Object.entries(value).flatMap(([key, member]) => [
    { inside: value, key },
    ...(isRecord(member) ? placesOf(member) : []),
  ]);
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

export const validIntake = (): Record<string, unknown> =>
  JSON.parse(bodyOfSubmission(buildSubmission()).toString()) as Record<string, unknown>;
