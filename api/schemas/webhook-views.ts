// Endpoints of outgoing webhooks as the API shows them.
import { z } from 'zod';

export const webhookEndpointSchema = z.object({
  id: z.string(),
  url: z.string(),
  description: z.string(),
  /** Empty for all. */
  types: z.array(z.string()),
  /** Null for all. */
  model: z.string().nullable(),
  algorithm: z.enum(['v1', 'v1a']),
  /** `whpk_…`, what v1a is verified by; null for v1. */
  publicKey: z.string().nullable(),
  isActive: z.boolean(),
  disabledReason: z.string().nullable(),
  /** Until when the secret before the last rotation signs too. */
  rotatingUntil: z.string().nullable(),
  createdBy: z.string(),
  createdAt: z.string(),
});
export type WebhookEndpointView = z.infer<typeof webhookEndpointSchema>;

/** With the secret, shown this once; null for v1a, whose receivers need the public key alone. */
export const newWebhookEndpointSchema = webhookEndpointSchema.extend({ secret: z.string().nullable() });
export type NewWebhookEndpointView = z.infer<typeof newWebhookEndpointSchema>;

export const webhookDeliverySchema = z.object({
  /** Sent as `webhook-id`. */
  id: z.string(),
  type: z.string(),
  /** `stream/position` of the journal entry behind it. */
  source: z.string(),
  state: z.enum(['WAITING', 'DELIVERED', 'GIVEN_UP']),
  attempts: z.int(),
  lastStatus: z.int().nullable(),
  lastError: z.string().nullable(),
  nextAttemptAt: z.string().nullable(),
  deliveredAt: z.string().nullable(),
  createdAt: z.string(),
});
export type WebhookDeliveryView = z.infer<typeof webhookDeliverySchema>;
