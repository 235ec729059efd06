// Where outgoing webhooks go: administrators say it, and every change is journaled on the stream `webhooks`.
import { and, count, desc, eq, isNull, lt } from 'drizzle-orm';
import { z } from 'zod';
import { Refused } from '../../domain/errors.ts';
import type { EntryType } from '../../domain/journal.ts';
import { webhookEventTypeSchema } from '../../domain/webhook-event.ts';
import type { DbOrTx } from '../../db/client.ts';
import { newId } from '../../db/new-id.ts';
import { appendEntries } from '../../db/queries/journal.ts';
import { disableEndpoint, insertDeliveries } from '../../db/queries/webhooks.ts';
import { webhookDeliveries, webhookEndpoints } from '../../db/schema/index.ts';
import { newSecret, openSecret, publicKeyOf, sealSecret } from '../../integrations/webhooks/secrets.ts';
import { ForbiddenTarget, type TargetGuard } from '../../integrations/webhooks/target-guard.ts';
import { openCursor, sealCursor } from '../cursor.ts';
import { reasonSchema, textSchema } from '../schemas/text.ts';
import type { NewWebhookEndpointView, WebhookDeliveryView, WebhookEndpointView } from '../schemas/webhook-views.ts';
import { actorOf, type Caller } from './caller.ts';
import { pageFrom, type Page, type PageQuery } from './page.ts';
import type { ReadDeps } from './read-deps.ts';

export interface WebhookDeps extends ReadDeps {
  /** Where outgoing webhooks may go, and what seals the secrets of those that do. */
  webhooks: { guard: TargetGuard; secretKey: Buffer };
}

const STREAM = 'webhooks';
const MAX_ENDPOINTS = 100;
/** How long the old secret signs beside the new one. */
const ROTATION_MS = 24 * 3_600_000;

export const addWebhookSchema = z.strictObject({
  url: textSchema(2000).min(1).describe('https or http, on its usual port, on the open internet unless COUNTERSIGN_WEBHOOK_ALLOW_PRIVATE names it'),
  description: textSchema(500).default(''),
  types: z.array(webhookEventTypeSchema).max(30).default([]).describe('Empty for all'),
  model: textSchema(200).min(1).nullable().default(null).describe('Null for all'),
  algorithm: z.enum(['v1', 'v1a']).default('v1').describe('v1: HMAC-SHA256 with a shared secret. v1a: Ed25519, verified by a public key'),
  reason: reasonSchema,
}); // prettier-ignore
export type AddWebhook = z.output<typeof addWebhookSchema>;

type EndpointRow = typeof webhookEndpoints.$inferSelect;

/** Throws FORBIDDEN, or INVALID for a target that may not be called. */
export async function addWebhook(
  deps: WebhookDeps,
  caller: Caller,
  { reason, ...wanted }: AddWebhook,
): Promise<NewWebhookEndpointView> {
  requireAdministrator(caller);
  const url = requireTarget(deps, wanted.url);
  const id = newId('endpoint');
  const secret = newSecret(wanted.algorithm);
  const row = await deps.database.withTransaction(async (tx) => {
    const [{ standing } = { standing: 0 }] = await tx.select({ standing: count() }).from(webhookEndpoints).where(isNull(webhookEndpoints.removedAt)); // prettier-ignore
    if (standing >= MAX_ENDPOINTS) throw new Refused('WRONG_STATE', `There are ${MAX_ENDPOINTS} endpoints; remove one first.`); // prettier-ignore
    const [made] = await tx
      .insert(webhookEndpoints)
      .values({
        ...wanted,
        id,
        url,
        secret: sealSecret(deps.webhooks.secretKey, id, secret),
        createdBy: caller.person.handle,
        createdAt: deps.now(),
      })
      .returning();
    if (!made) throw new Error(`${id} was not written`);
    const { types, model, algorithm } = made;
    await journalChange(tx, deps, caller, 'webhook_endpoint.added', reason, { endpointId: id, host: new URL(url).host, types, model, algorithm }); // prettier-ignore
    return made;
  });
  return { ...viewOf(deps, row), secret: wanted.algorithm === 'v1' ? secret : null };
}

export async function listWebhooks(deps: WebhookDeps, caller: Caller): Promise<WebhookEndpointView[]> {
  requireReader(caller);
  const rows = await deps.database.db.select().from(webhookEndpoints).where(isNull(webhookEndpoints.removedAt)).orderBy(webhookEndpoints.createdAt, webhookEndpoints.id); // prettier-ignore
  return rows.map((row) => viewOf(deps, row));
}

export async function getWebhook(deps: WebhookDeps, caller: Caller, id: string): Promise<WebhookEndpointView> {
  requireReader(caller);
  return viewOf(deps, await findEndpoint(deps.database.db, id));
}

/** Nothing more goes there; what was on its way is given up. */
export async function removeWebhook(deps: WebhookDeps, caller: Caller, id: string, reason: string): Promise<void> {
  requireAdministrator(caller);
  await deps.database.withTransaction(async (tx, client) => {
    if (!(await disableEndpoint(client, { id, reason: `Removed: ${reason}`, removedAt: deps.now() }))) throw notFound();
    await journalChange(tx, deps, caller, 'webhook_endpoint.disabled', reason, { endpointId: id, removed: true });
  });
}

/** Sends an event of type `webhook_endpoint.test`, by the way that all others go; its delivery tells how it went. */
export async function testWebhook(deps: WebhookDeps, caller: Caller, id: string): Promise<{ deliveryId: string }> {
  requireAdministrator(caller);
  const endpoint = await findEndpoint(deps.database.db, id);
  if (!endpoint.isActive) throw new Refused('WRONG_STATE', 'The endpoint is disabled; add it again.');
  requireTarget(deps, endpoint.url);
  const at = deps.now();
  const deliveryId = newId('event');
  const type = 'webhook_endpoint.test';
  const body = JSON.stringify({
    specversion: '1.0', id: deliveryId, source: deps.publicUrl, type, subject: id, time: at.toISOString(), datacontenttype: 'application/json',
    authtype: caller.person.type, authid: caller.person.handle, data: { message: 'This endpoint hears us.' },
  }); // prettier-ignore
  await insertDeliveries(deps.database.pool, [{ id: deliveryId, endpointId: id, subject: deliveryId, source: `${STREAM}/${deliveryId}`, type, body }], at); // prettier-ignore
  deps.wakeRelay();
  return { deliveryId };
}

/** A new secret, shown this once; the old one signs beside it for a day. */
export async function rotateWebhookSecret(
  deps: WebhookDeps,
  caller: Caller,
  id: string,
  reason: string,
): Promise<NewWebhookEndpointView> {
  requireAdministrator(caller);
  const { row, secret } = await deps.database.withTransaction(async (tx) => {
    const standing = await findEndpoint(tx, id);
    const fresh = newSecret(standing.algorithm);
    const [rotated] = await tx
      .update(webhookEndpoints)
      .set({
        secret: sealSecret(deps.webhooks.secretKey, id, fresh),
        previousSecret: standing.secret,
        previousSecretUntil: new Date(deps.now().getTime() + ROTATION_MS),
      })
      .where(and(eq(webhookEndpoints.id, id), eq(webhookEndpoints.secret, standing.secret)))
      .returning();
    if (!rotated) throw new Refused('WRONG_STATE', 'Somebody else rotated the secret at this moment.');
    await journalChange(tx, deps, caller, 'webhook_endpoint.rotated', reason, { endpointId: id });
    return { row: rotated, secret: fresh };
  });
  return { ...viewOf(deps, row), secret: row.algorithm === 'v1' ? secret : null };
}

/** What went or goes to an endpoint, newest first. */
export async function listWebhookDeliveries(
  deps: WebhookDeps,
  caller: Caller,
  id: string,
  { limit, cursor }: PageQuery,
): Promise<Page<WebhookDeliveryView>> {
  requireReader(caller);
  await findEndpoint(deps.database.db, id);
  const list = `webhook deliveries ${id}`;
  const before = cursor === undefined ? undefined : Number(openCursor(deps.cursorKey, list, cursor)[0]);
  const { endpointId, number } = webhookDeliveries;
  const rows = await deps.database.db
    .select()
    .from(webhookDeliveries)
    .where(and(eq(endpointId, id), before === undefined ? undefined : lt(number, before)))
    .orderBy(desc(number))
    .limit(limit + 1);
  return pageFrom(rows, limit, deliveryViewOf, (last) => sealCursor(deps.cursorKey, list, [last.number]));
}

async function findEndpoint(db: DbOrTx, id: string): Promise<EndpointRow> {
  const [row] = await db
    .select()
    .from(webhookEndpoints)
    .where(and(eq(webhookEndpoints.id, id), isNull(webhookEndpoints.removedAt)));
  if (!row) throw notFound();
  return row;
}

const notFound = () => new Refused('NOT_FOUND', 'There is no such endpoint.');

function requireTarget({ webhooks }: WebhookDeps, url: string): string {
  try {
    return webhooks.guard.check(url).href;
  } catch (error) {
    if (!(error instanceof ForbiddenTarget)) throw error;
    throw new Refused('INVALID', 'Webhooks may not go there.', { errors: [{ pointer: '/url', message: error.message }] }); // prettier-ignore
  }
}

function requireAdministrator({ person }: Caller): void {
  if (!person.roles.includes('administrator'))
    throw new Refused('FORBIDDEN', 'Outgoing webhooks are looked after by administrators.');
}

function requireReader({ person }: Caller): void {
  if (!person.roles.includes('administrator') && !person.roles.includes('auditor'))
    throw new Refused('FORBIDDEN', 'Outgoing webhooks are read by administrators and auditors.');
}

const journalChange = (
  tx: DbOrTx,
  deps: WebhookDeps,
  caller: Caller,
  type: Extract<EntryType, `webhook_endpoint.${string}`>,
  reason: string,
  data: Record<string, unknown>,
): Promise<void> => appendEntries(tx, [{ stream: STREAM, type, actor: actorOf(caller), reason, data }], deps.now());

function viewOf({ webhooks, now }: WebhookDeps, row: EndpointRow): WebhookEndpointView {
  const { id, url, description, types, model, algorithm, isActive, disabledReason, createdBy, createdAt } = row;
  const until = row.previousSecretUntil;
  return {
    id,
    url,
    description,
    types,
    model,
    algorithm,
    publicKey: algorithm === 'v1a' ? publicKeyUnder(webhooks.secretKey, row) : null,
    isActive,
    disabledReason,
    rotatingUntil: until !== null && until > now() ? until.toISOString() : null,
    createdBy,
    createdAt: createdAt.toISOString(),
  };
}

/** Null where another key sealed it: then nothing can be signed either, which its deliveries tell. */
function publicKeyUnder(secretKey: Buffer, { id, secret }: EndpointRow): string | null {
  try {
    return publicKeyOf(openSecret(secretKey, id, secret));
  } catch {
    return null;
  }
}

function deliveryViewOf(row: typeof webhookDeliveries.$inferSelect): WebhookDeliveryView {
  const { id, type, source, attempts, lastStatus, lastError, deliveredAt, isGivenUp, createdAt, availableAt } = row;
  const state = deliveredAt !== null ? 'DELIVERED' : isGivenUp ? 'GIVEN_UP' : 'WAITING';
  return {
    id,
    type,
    source,
    state,
    attempts,
    lastStatus,
    lastError,
    nextAttemptAt: state === 'WAITING' ? availableAt.toISOString() : null,
    deliveredAt: deliveredAt?.toISOString() ?? null,
    createdAt: createdAt.toISOString(),
  };
}
