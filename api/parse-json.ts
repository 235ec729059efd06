// The only way in for JSON: what JSON.parse, PostgreSQL's jsonb and a careless merge would each read differently is refused before it is parsed.
import { isUtf8 } from 'node:buffer';
import { Refused } from '../domain/errors.ts';

const MAX_DEPTH = 64;
const MAX_KEYS = 10_000;
const MAX_NUMBER_LENGTH = 100;
const MAX_NUMBER = 1e308;

/** As own keys they survive JSON.parse, and a later merge would set a prototype. */
const dangerousKeys = new Set(['__proto__', 'constructor', 'prototype']);

const malformed = (detail: string) => new Refused('MALFORMED_JSON', detail);

/** Parses a body as RFC 8259 JSON. Throws Refused MALFORMED_JSON, saying what is wrong and where. */
export function parseJson(raw: Buffer): unknown {
  if (!isUtf8(raw)) throw malformed('The body is not UTF-8 text.');
  const text = raw.toString('utf8');
  scanTokens(text);
  try {
    return JSON.parse(text);
  } catch (error) {
    throw malformed(`The body is not JSON: ${error instanceof Error ? error.message : 'it cannot be read'}.`);
  }
}

/** Bounds what the parser will meet: depth, keys, numbers and text. Grammar is left to JSON.parse. */
function scanTokens(text: string): void {
  const number = /[-+.0-9eE]+/y;
  /** Looked for once a gap, not once a string, so that a long body of short strings stays linear. */
  let nextEscape = -1;
  /** One entry an open bracket: the keys so far of an object, null for an array. */
  const open: (Set<string> | null)[] = [];
  let keys = 0;
  let isKeyNext = false;
  let at = 0;
  while (at < text.length) {
    switch (text.charCodeAt(at)) {
      case 0x22: {
        // "
        const end = endOfString(text, at);
        const inside = open.at(-1);
        const isKey = isKeyNext && inside instanceof Set;
        if (nextEscape < at) nextEscape = indexOrEnd(text, '\\', at);
        const value = stringToken(text, at, end, isKey, nextEscape < end);
        if (isKey) {
          if (++keys > MAX_KEYS) throw malformed(`The body has more than ${MAX_KEYS} keys.`);
          if (dangerousKeys.has(value))
            throw malformed(`The key ${JSON.stringify(value)} at character ${at} is not accepted.`);
          if (inside.has(value))
            throw malformed(`The key ${JSON.stringify(value)} at character ${at} stands twice in one object.`);
          inside.add(value);
          isKeyNext = false;
        }
        at = end + 1;
        continue;
      }
      case 0x7b: // {
        open.push(new Set());
        isKeyNext = true;
        break;
      case 0x5b: // [
        open.push(null);
        isKeyNext = false;
        break;
      case 0x7d: // }
      case 0x5d: // ]
        open.pop();
        isKeyNext = false;
        break;
      case 0x2c: // ,
        isKeyNext = open.at(-1) instanceof Set;
        break;
      case 0x2d:
      case 0x30:
      case 0x31:
      case 0x32:
      case 0x33:
      case 0x34: // prettier-ignore
      case 0x35:
      case 0x36:
      case 0x37:
      case 0x38:
      case 0x39: {
        // prettier-ignore
        number.lastIndex = at;
        const literal = number.exec(text)?.[0] ?? '';
        refuseNumber(literal, at);
        at += literal.length;
        continue;
      }
    }
    if (open.length > MAX_DEPTH) throw malformed(`The body is nested more than ${MAX_DEPTH} deep.`);
    at++;
  }
}

/** The index of the quote that closes the string which opens at `start`. */
function endOfString(text: string, start: number): number {
  let end = start;
  for (;;) {
    end = text.indexOf('"', end + 1);
    if (end === -1) throw malformed(`The text that starts at character ${start} does not end.`);
    let backslashes = 0;
    while (text.charCodeAt(end - 1 - backslashes) === 0x5c) backslashes++;
    if (backslashes % 2 === 0) return end;
  }
}

function indexOrEnd(text: string, wanted: string, from: number): number {
  const index = text.indexOf(wanted, from);
  return index === -1 ? text.length : index;
}

/** The string's value when it is a key; for other strings only checked, because most hold no escape and need no copy. */
function stringToken(text: string, start: number, end: number, isKey: boolean, hasEscape: boolean): string {
  if (!hasEscape) return isKey ? text.slice(start + 1, end) : '';
  let value: unknown;
  try {
    value = JSON.parse(text.slice(start, end + 1));
  } catch {
    throw malformed(`The text at character ${start} holds an escape that is not JSON.`);
  }
  if (typeof value !== 'string' || value.includes('\u0000') || !value.isWellFormed())
    throw malformed(`The text at character ${start} holds a character that is not text.`);
  return value;
}

function refuseNumber(literal: string, at: number): void {
  if (literal.length > MAX_NUMBER_LENGTH)
    throw malformed(`The number at character ${at} has more than ${MAX_NUMBER_LENGTH} characters.`);
  const value = Number(literal);
  if (Math.abs(value) > MAX_NUMBER) throw malformed(`The number at character ${at} is out of range.`);
  if (/^-?\d+$/.test(literal) && !Number.isSafeInteger(value))
    throw malformed(`The whole number at character ${at} is too large to be kept exactly; send it as text.`);
}
