// Browsers that a person chose for pushes.
import { and, desc, eq } from 'drizzle-orm';
import { z } from 'zod';
import { keepPushSubscription } from '../../db/queries/push-subscriptions.ts';
import { pushSubscriptions } from '../../db/schema/index.ts';
import { Refused } from '../../domain/errors.ts';
import { isAuthSecret, isBrowserKey } from '../../integrations/push/push-keys.ts';
import { ForbiddenTarget } from '../../integrations/webhooks/target-guard.ts';
import { textSchema } from '../schemas/text.ts';
import type { Caller } from './caller.ts';
import type { WebhookDeps } from './manage-webhooks.ts';

export interface PushDeps extends Pick<WebhookDeps, 'database' | 'now' | 'webhooks'> {
  push: {
    /** By which browsers know us, base64url. */
    publicKey: string;
  };
}

/** More, and the oldest gives way. */
const MOST_BROWSERS = 10;

const endpointSchema = z
  .url({ protocol: /^https$/, message: 'is no https address' })
  .max(1000)
  .refine((text) => /^[\x21-\x7e]+$/.test(text), 'holds a character that no address has');

/** As `PushSubscription.toJSON()` has it in a browser. */
export const subscribeBrowserSchema = z.strictObject({
  endpoint: endpointSchema.describe('Where its push service takes pushes for it'),
  keys: z.strictObject({
    p256dh: z.string().max(100).refine(isBrowserKey, 'is no public key of P-256 in base64url'),
    auth: z.string().max(100).refine(isAuthSecret, 'is not 16 bytes in base64url'),
  }),
}); // prettier-ignore

export const unsubscribeBrowserSchema = z.strictObject({ endpoint: textSchema(1000).min(1) });

export interface BrowserView {
  endpoint: string;
  /** RFC 3339. */
  since: string;
}

export interface PushView {
  publicKey: string;
  subscriptions: BrowserView[];
}

/** Newest first. */
export async function readPush({ database, push }: PushDeps, { person }: Caller): Promise<PushView> {
  const rows = await database.db
    .select()
    .from(pushSubscriptions)
    .where(eq(pushSubscriptions.handle, person.handle))
    .orderBy(desc(pushSubscriptions.createdAt), pushSubscriptions.endpoint);
  return {
    publicKey: push.publicKey,
    subscriptions: rows.map(({ endpoint, createdAt }) => ({ endpoint, since: createdAt.toISOString() })),
  };
}

/** Throws FORBIDDEN for software and for a browser that is somebody else's, INVALID for an endpoint that may not be called. */
export async function subscribeBrowser(
  deps: PushDeps,
  { person }: Caller,
  wanted: z.output<typeof subscribeBrowserSchema>,
): Promise<BrowserView> {
  const { handle, type } = person;
  if (type !== 'user') throw new Refused('FORBIDDEN', 'Software is told by webhooks; see /v1/webhook-endpoints.');
  try {
    deps.webhooks.guard.check(wanted.endpoint);
  } catch (error) {
    if (!(error instanceof ForbiddenTarget)) throw error;
    throw new Refused('INVALID', 'Pushes may not go there.', { errors: [{ pointer: '/endpoint', message: error.message }] }); // prettier-ignore
  }
  const at = deps.now();
  if (!(await keepPushSubscription(deps.database.pool, wanted, { handle, most: MOST_BROWSERS, at })))
    throw new Refused('FORBIDDEN', 'This is the browser of somebody else.');
  return { endpoint: wanted.endpoint, since: at.toISOString() };
}

/** Of the caller's own alone; what is not theirs, or not there, stays as it is. */
export async function unsubscribeBrowser({ database }: PushDeps, { person }: Caller, endpoint: string): Promise<void> {
  await database.db
    .delete(pushSubscriptions)
    .where(and(eq(pushSubscriptions.handle, person.handle), eq(pushSubscriptions.endpoint, endpoint)));
}
