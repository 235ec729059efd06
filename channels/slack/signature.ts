import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import { Refused } from '../../domain/errors.ts';

const WINDOW_SECONDS = 300;

export interface SignedRequest {
  /** `x-slack-request-timestamp` and `x-slack-signature`, as they came. */
  timestamp: string | undefined;
  signature: string | undefined;
  rawBody: Uint8Array;
}

/** `v0=<hex>` over the raw bytes, as Slack signs. */
export function signatureOf(secret: string, timestamp: string, rawBody: Uint8Array): string {
  return `v0=${createHmac('sha256', secret).update(`v0:${timestamp}:`).update(rawBody).digest('hex')}`;
}

/**
 * Throws BAD_SIGNATURE or STALE_TIMESTAMP unless Slack signed these very bytes at most five minutes before or after now.
 * Bolt's own check lets times to come pass and reads the body as text; everything here is refused before the body is looked at.
 */
export function verifySignature({ timestamp, signature, rawBody }: SignedRequest, secret: string, now: Date): void {
  if (timestamp === undefined || !/^[1-9]\d{9}$/.test(timestamp))
    throw new Refused('BAD_SIGNATURE', 'The header x-slack-request-timestamp is no time in seconds.');
  if (signature === undefined || !/^v0=[0-9a-f]{64}$/.test(signature))
    throw new Refused('BAD_SIGNATURE', 'The header x-slack-signature is no signature of version v0.');
  const expected = Buffer.from(signatureOf(secret, timestamp, rawBody));
  if (!timingSafeEqual(expected, Buffer.from(signature)))
    throw new Refused('BAD_SIGNATURE', 'The signature does not hold.');
  if (Math.abs(now.getTime() / 1000 - Number(timestamp)) > WINDOW_SECONDS)
    throw new Refused('STALE_TIMESTAMP', 'The request was signed more than five minutes away from now.');
}

/** By what a request is known again: its signature, and its body, which Slack signs anew when it sends it again. */
export const hashesOf = ({ signature, rawBody }: SignedRequest): string[] =>
  [`signature ${signature}`, Buffer.concat([Buffer.from('body '), rawBody])].map(
    (of) => `sha256:${createHash('sha256').update(of).digest('hex')}`,
  );
