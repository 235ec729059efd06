import { z } from 'zod';

export const ifMatchSchema = z.string().regex(/^"\d{1,9}"$/, 'is the ETag of the review, such as "3"');

export const tagOf = (revision: number): string => `"${revision}"`;

export const revisionOf = (tag: string): number => Number(tag.slice(1, -1));

/** Whether If-None-Match names this tag; weak comparison, as RFC 9110 has it for reading. */
export function matchesAny(ifNoneMatch: string | undefined, tag: string): boolean {
  if (ifNoneMatch === undefined) return false;
  return ifNoneMatch.split(',').some((given) => given.trim() === '*' || given.trim().replace(/^W\//, '') === tag);
}
