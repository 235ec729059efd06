// Absences and qualifications, as people say them and read them.
import { z } from 'zod';
import { trimmedTextSchema } from './text.ts';

export const absenceSchema = z.strictObject({
  startsAt: z.iso.datetime({ offset: true }),
  endsAt: z.iso.datetime({ offset: true }),
  deputy: z.string().min(1).max(200).nullable().default(null).describe('Handle of whoever decides in your name meanwhile'),
}); // prettier-ignore
export type NewAbsence = z.output<typeof absenceSchema>;

export const absenceViewSchema = z.object({
  id: z.string(),
  handle: z.string(),
  startsAt: z.iso.datetime(),
  endsAt: z.iso.datetime(),
  deputy: z.string().nullable(),
});
export type AbsenceView = z.infer<typeof absenceViewSchema>;

export const qualifySchema = z.strictObject({
  expiresAt: z.iso.datetime({ offset: true }).nullable().default(null).describe('Null for good'),
  reason: trimmedTextSchema(4000).describe('What it rests on; stands in the journal'),
}); // prettier-ignore

export const qualificationViewSchema = z.object({
  name: z.string(),
  expiresAt: z.iso.datetime().nullable(),
  grantedBy: z.string(),
  grantedAt: z.iso.datetime(),
});
export type QualificationView = z.infer<typeof qualificationViewSchema>;
