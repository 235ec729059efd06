// What routes that change a review have in common: which review, and at which revision the caller read it.
import { z } from 'zod';
import { ifMatchSchema, revisionOf, tagOf } from '../revision-tag.ts';
import { idSchema } from './documented.ts';

export const reviewParams = z.object({ id: idSchema });
export const ifMatchHeaders = z.object({ 'If-Match': ifMatchSchema.optional() });

/** A request whose parameters were checked by the two schemas above. */
interface ChangeRequest {
  req: { valid: ((from: 'param') => { id: string }) & ((from: 'header') => { 'If-Match'?: string | undefined }) };
}

/** The review and, where the caller quoted it, the revision that the change is for. */
export function changeIn({ req }: ChangeRequest): { reviewId: string; revision?: number } {
  const ifMatch = req.valid('header')['If-Match'];
  return { reviewId: req.valid('param').id, ...(ifMatch !== undefined && { revision: revisionOf(ifMatch) }) };
}

/** The changed review, with its new revision as ETag. */
export function tagged<Review extends { revision: number }>(
  c: { header: (name: string, value: string) => void },
  review: Review,
): Review {
  c.header('ETag', tagOf(review.revision));
  return review;
}
