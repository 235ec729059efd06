import { z } from 'zod';
import { digestSchema } from '../../domain/digest.ts';

const referenceSchema = z.strictObject({
  reviewId: z.string().regex(/^[\w-]{1,100}$/),
  revision: z.int().min(1),
  evidenceDigest: digestSchema,
});
/** What a person saw when they pressed: names a review, grants nothing. */
export type Reference = z.infer<typeof referenceSchema>;

export const referenceOf = ({ reviewId, revision, evidenceDigest }: Reference): string =>
  `${reviewId}/${revision}/${evidenceDigest}`;

/** undefined for what is no reference. */
export function readReference(value: unknown): Reference | undefined {
  if (typeof value !== 'string') return undefined;
  const [reviewId, revision, evidenceDigest, ...rest] = value.split('/');
  if (rest.length > 0 || !/^[1-9]\d{0,8}$/.test(revision ?? '')) return undefined;
  return referenceSchema.safeParse({ reviewId, revision: Number(revision), evidenceDigest }).data;
}
