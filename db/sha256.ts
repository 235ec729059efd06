import { hash } from 'node:crypto';

/** `sha256:<hex>` of text (as UTF-8) or bytes. */
export const sha256 = (content: string | Buffer): string => `sha256:${hash('sha256', content, 'hex')}`;
