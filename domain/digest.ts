import { z } from 'zod';

/** `sha256:` and 64 lower-case hexadecimal digits. */
export const digestSchema = z
  .string()
  .regex(/^sha256:[0-9a-f]{64}$/, 'must be sha256: and 64 lower-case hexadecimal digits');
export type Digest = z.infer<typeof digestSchema>;

/** How a digest is shown to a person: `7f3a…c21e`. */
export function shortDigest(digest: string): string {
  const hex = digest.replace(/^sha256:/, '');
  return `${hex.slice(0, 4)}…${hex.slice(-4)}`;
}
