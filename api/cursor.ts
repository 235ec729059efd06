import { createHmac, createSecretKey, timingSafeEqual, type KeyObject } from 'node:crypto';
import { Refused } from '../domain/errors.ts';

const TAG_BYTES = 16;

/** Where a list goes on, for one list only. Opaque, and authenticated so that it can be trusted as our own. */
export function sealCursor(key: Buffer, list: string, position: readonly (string | number)[]): string {
  const body = Buffer.from(JSON.stringify(position));
  return Buffer.concat([tagOf(key, list, body), body]).toString('base64url');
}

/** What `sealCursor` put in. Throws INVALID for a cursor that is not ours or of another list. */
export function openCursor(key: Buffer, list: string, cursor: string): (string | number)[] {
  const sealed = Buffer.from(cursor, 'base64url');
  const tag = sealed.subarray(0, TAG_BYTES);
  const body = sealed.subarray(TAG_BYTES);
  if (tag.length === TAG_BYTES && timingSafeEqual(tag, tagOf(key, list, body)))
    return JSON.parse(body.toString()) as (string | number)[];
  throw new Refused('INVALID', 'The cursor is not one of ours for this list. Start without one.', {
    errors: [{ pointer: '/cursor', message: 'is not a cursor of this list' }],
  });
}

/** Making a key ready costs several times what the tag itself does. */
const readyKeys = new WeakMap<Buffer, KeyObject>();

function tagOf(key: Buffer, list: string, body: Buffer): Buffer {
  const ready = readyKeys.get(key) ?? createSecretKey(key);
  readyKeys.set(key, ready);
  return createHmac('sha256', ready).update(`${list}\0`).update(body).digest().subarray(0, TAG_BYTES);
}
