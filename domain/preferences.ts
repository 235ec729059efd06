import { z } from 'zod';

export const noticeKinds = ['opened', 'decided', 'stage', 'commented', 'reminded', 'overridden', 'condition'] as const;

const timeOfDay = z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$/, 'is a time of day such as 18:30');

/** What a person chose about being told; a policy may ask for more channels, never for fewer than one. */
export const preferencesSchema = z.strictObject({
  /** Where reviews reach them beside the inbox. @default both, where they have them */
  channels: z.array(z.enum(['slack', 'email'])).max(2).optional(),
  /** In their own time zone; what is not urgent waits until they end. */
  quietHours: z.strictObject({ from: timeOfDay, to: timeOfDay }).optional(),
  /** One mail a day instead of one a notice. */
  digest: z.boolean().optional(),
  /** Single-key shortcuts of the inbox (WCAG 2.1.4). */
  shortcuts: z.boolean().optional(),
}); // prettier-ignore
export type Preferences = z.infer<typeof preferencesSchema>;
