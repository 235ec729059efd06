import { createHash } from 'node:crypto';

/** The digest of a text's UTF-8 bytes, as `sha256:…`. */
export const sha256Of = (text: string): string => `sha256:${createHash('sha256').update(text, 'utf8').digest('hex')}`;
