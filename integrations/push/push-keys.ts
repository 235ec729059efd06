import { ECDH } from 'node:crypto';

/** Whether it is the public key of a browser: a point of P-256, uncompressed, in base64url. */
export function isBrowserKey(text: string): boolean {
  const bytes = bytesOf(text);
  if (bytes?.length !== 65 || bytes[0] !== 4) return false;
  try {
    ECDH.convertKey(bytes, 'prime256v1');
    return true;
  } catch {
    return false;
  }
}

/** Whether it is 16 bytes in base64url (RFC 8291). */
export const isAuthSecret = (text: string): boolean => bytesOf(text)?.length === 16;

const bytesOf = (text: string): Buffer | undefined =>
  /^[A-Za-z0-9_-]{1,100}$/.test(text) ? Buffer.from(text, 'base64url') : undefined;
