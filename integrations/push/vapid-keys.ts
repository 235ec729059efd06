import { createECDH, hkdfSync } from 'node:crypto';

/** By which push services know us (RFC 8292): base64url, as browsers and headers take them. */
export interface VapidKeys {
  publicKey: string;
  privateKey: string;
}

const P256_ORDER = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n;

/** The pair that belongs to a seed of 32 bytes; always the same one. Candidates with 64 bits to spare, as FIPS 186-5 A.2.1 has it. */
export function vapidKeysOf(seed: Buffer): VapidKeys {
  const wide = BigInt(`0x${Buffer.from(hkdfSync('sha256', seed, '', 'vapid', 40)).toString('hex')}`);
  const scalar = (wide % (P256_ORDER - 1n)) + 1n;
  const privateKey = Buffer.from(scalar.toString(16).padStart(64, '0'), 'hex');
  const pair = createECDH('prime256v1');
  pair.setPrivateKey(privateKey);
  return { publicKey: pair.getPublicKey('base64url'), privateKey: privateKey.toString('base64url') };
}
