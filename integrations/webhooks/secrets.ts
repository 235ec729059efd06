// Keys of Standard Webhooks 1.0: `whsec_` for v1 (HMAC-SHA256), `whsk_`/`whpk_` for v1a (Ed25519, 32 bytes of seed and 32 of public key).
import {
  createCipheriv, createDecipheriv, createPrivateKey, generateKeyPairSync, randomBytes, sign, type KeyObject,
} from 'node:crypto'; // prettier-ignore
import { signatureOf } from '../generic/verify-signature.ts';

export type WebhookAlgorithm = 'v1' | 'v1a';

export function newSecret(algorithm: WebhookAlgorithm): string {
  if (algorithm === 'v1') return `whsec_${randomBytes(32).toString('base64')}`;
  const { privateKey } = generateKeyPairSync('ed25519');
  const { d, x } = privateKey.export({ format: 'jwk' });
  return `whsk_${Buffer.concat([Buffer.from(d!, 'base64url'), Buffer.from(x!, 'base64url')]).toString('base64')}`;
}

/** What a receiver verifies `v1a` by; null for `v1`, where both sides hold the secret. */
export const publicKeyOf = (secret: string): string | null =>
  secret.startsWith('whsk_') ? `whpk_${Buffer.from(secret.slice(5), 'base64').subarray(32).toString('base64')}` : null;

/** One entry of the header webhook-signature. */
export function signDelivery(secret: string, id: string, timestamp: string, body: string): string {
  if (secret.startsWith('whsec_')) return `v1,${signatureOf(secret, id, timestamp, body)}`;
  return `v1a,${sign(null, Buffer.from(`${id}.${timestamp}.${body}`), signingKeyOf(secret)).toString('base64')}`;
}

function signingKeyOf(secret: string): KeyObject {
  const bytes = Buffer.from(secret.slice('whsk_'.length), 'base64');
  const jwk = { kty: 'OKP', crv: 'Ed25519', d: bytes.subarray(0, 32).toString('base64url'), x: bytes.subarray(32).toString('base64url') }; // prettier-ignore
  return createPrivateKey({ key: jwk, format: 'jwk' });
}

/** Seals a secret for the database, bound to its endpoint: AES-256-GCM, `gcm.<base64url of nonce, tag and text>`. `key` has 32 bytes. */
export function sealSecret(key: Buffer, endpointId: string, secret: string): string {
  const nonce = randomBytes(12);
  const cipher = createCipheriv('aes-256-gcm', key, nonce).setAAD(Buffer.from(endpointId));
  const sealed = Buffer.concat([cipher.update(secret, 'utf8'), cipher.final()]);
  return `gcm.${Buffer.concat([nonce, cipher.getAuthTag(), sealed]).toString('base64url')}`;
}

/** Throws when another key sealed it, or for another endpoint. */
export function openSecret(key: Buffer, endpointId: string, sealed: string): string {
  const bytes = Buffer.from(sealed.replace(/^gcm\./, ''), 'base64url');
  const decipher = createDecipheriv('aes-256-gcm', key, bytes.subarray(0, 12)).setAAD(Buffer.from(endpointId));
  decipher.setAuthTag(bytes.subarray(12, 28));
  return Buffer.concat([decipher.update(bytes.subarray(28)), decipher.final()]).toString('utf8');
}
