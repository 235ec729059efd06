// Text as people send it.
import { z } from 'zod';

const isText = (text: string): boolean => !text.includes('\u0000') && text.isWellFormed();
const message = 'holds a character that is not text';

/** Kept as it was sent; may be empty. */
export const textSchema = (max: number) => z.string().max(max).refine(isText, message);

/** Without spaces around it, and never empty. */
export const trimmedTextSchema = (max: number) => z.string().trim().min(1).max(max).refine(isText, message);

export const reasonSchema = textSchema(4000).min(1).describe('Why; stands in the journal');
