import { randomBytes } from 'node:crypto';
import { sha256 } from '../../db/sha256.ts';

/** A new bearer token, shown once; only its hash is kept. */
export function newAccessToken(): { token: string; tokenHash: string } {
  const token = `cst_${randomBytes(32).toString('base64url')}`;
  return { token, tokenHash: secretHash(token) };
}

/** What is stored and looked up in place of a token or a session's secret: 256 random bits need no salt. */
export const secretHash = (secret: string): string => sha256(secret);
