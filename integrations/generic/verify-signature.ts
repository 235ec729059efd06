// Standard Webhooks 1.0, https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md
import { createHmac, createSecretKey, timingSafeEqual, type KeyObject } from 'node:crypto';
import { Refused } from '../../domain/errors.ts';

export interface SignedDelivery {
  headers: Record<string, string | undefined>;
  rawBody: Buffer;
}

const TOLERANCE_SECONDS = 300;
/** More than a rotation can need; each one costs an HMAC. */
const MAXIMUM_SIGNATURES = 8;

/**
 * Answers the delivery's id when one of the signatures is by one of the secrets (`whsec_…`) over the raw bytes.
 * Throws BAD_SIGNATURE or STALE_TIMESTAMP, the latter on both sides of five minutes and only for what is truly signed.
 */
export function verifySignature({ headers, rawBody }: SignedDelivery, secrets: readonly string[], now: Date): string {
  const id = headers['webhook-id'];
  const timestamp = headers['webhook-timestamp'];
  const signatures = headers['webhook-signature'];
  if (!id || !timestamp || !signatures)
    throw new Refused(
      'BAD_SIGNATURE',
      'Send the headers webhook-id, webhook-timestamp and webhook-signature of Standard Webhooks.',
    );
  if (!/^[\x21-\x7e]{1,256}$/.test(id))
    throw new Refused('BAD_SIGNATURE', 'webhook-id is 1 to 256 printable characters without spaces.');
  if (!/^[0-9]{1,12}$/.test(timestamp))
    throw new Refused('BAD_SIGNATURE', 'webhook-timestamp is whole seconds since 1970.');
  const given = signatures.split(' ').filter((signature) => signature.startsWith('v1,'));
  if (given.length === 0 || given.length > MAXIMUM_SIGNATURES)
    throw new Refused(
      'BAD_SIGNATURE',
      `webhook-signature holds 1 to ${MAXIMUM_SIGNATURES} signatures of the form v1,<base64>.`,
    );
  const expected = secrets.map((secret) => signatureOf(secret, id, timestamp, rawBody));
  const isGenuine = given.some((signature) => expected.some((mine) => isSame(signature.slice(3), mine)));
  if (!isGenuine) throw new Refused('BAD_SIGNATURE', 'No signature fits the body and a secret of this source.');
  if (Math.abs(now.getTime() / 1000 - Number(timestamp)) > TOLERANCE_SECONDS)
    throw new Refused(
      'STALE_TIMESTAMP',
      'webhook-timestamp is more than five minutes from our clock. Sign again with the present time.',
    );
  return id;
}

/** The `v1` signature, base64, of a body under a `whsec_` secret. */
export function signatureOf(secret: string, id: string, timestamp: string, rawBody: Buffer | string): string {
  return createHmac('sha256', keyOf(secret)).update(`${id}.${timestamp}.`).update(rawBody).digest('base64');
}

/** Making a key ready costs several times what the signature does. */
const readyKeys = new Map<string, KeyObject>();

function keyOf(secret: string): KeyObject {
  const ready = readyKeys.get(secret) ?? createSecretKey(Buffer.from(secret.replace(/^whsec_/, ''), 'base64'));
  readyKeys.set(secret, ready);
  return ready;
}

function isSame(left: string, right: string): boolean {
  const a = Buffer.from(left);
  const b = Buffer.from(right);
  return a.length === b.length && timingSafeEqual(a, b);
}
