// What other programs are told, as CloudEvents 1.0 with the authcontext extension: the outcome, not the evidence.
import { z } from 'zod';
import type { Actor } from './actor.ts';

export const webhookEventTypes = [
  'review.created', 'review.assigned', 'review.claimed', 'review.released', 'review.reminded', 'review.escalated', 'review.delegated',
  'review.info_requested', 'review.commented', 'review.decided', 'review.completed', 'review.expired', 'review.canceled', 'review.obsoleted',
  'gate.approved', 'gate.rejected', 'policy.overridden', 'model_version.stage_changed', 'webhook_endpoint.test',
] as const; // prettier-ignore
export const webhookEventTypeSchema = z.enum(webhookEventTypes);
export type WebhookEventType = (typeof webhookEventTypes)[number];

/** The part of a journal entry that this looks at. */
export interface EntryForWebhook {
  stream: string;
  position: number;
  type: string;
  at: string;
  actor: Actor;
  reason: string | null;
  data: Record<string, unknown>;
}

const plainTypes: Readonly<Record<string, WebhookEventType>> = {
  'review.opened': 'review.created',
  'review.forwarded': 'review.assigned',
  'review.rerouted': 'review.assigned',
  'review.claimed': 'review.claimed',
  'review.released': 'review.released',
  'review.reminded': 'review.reminded',
  'review.escalated': 'review.escalated',
  'review.delegated': 'review.delegated',
  'review.info_requested': 'review.info_requested',
  'review.commented': 'review.commented',
  'decision.recorded': 'review.decided',
  'policy.overridden': 'policy.overridden',
  'model_version.stage_changed': 'model_version.stage_changed',
};

const closedTypes: Readonly<Record<string, WebhookEventType>> = {
  COMPLETED: 'review.completed',
  EXPIRED: 'review.expired',
  CANCELED: 'review.canceled',
  OBSOLETE: 'review.obsoleted',
};

const gateTypes: Readonly<Record<string, WebhookEventType>> = {
  APPROVED: 'gate.approved',
  REJECTED: 'gate.rejected',
  // Nobody is asked until new evidence comes: a pipeline that waits waits for nothing.
  CHANGES_REQUESTED: 'gate.rejected',
  EXPIRED: 'gate.rejected',
  WITHDRAWN: 'gate.rejected',
};

const stageSchema = z.object({ from: z.string(), to: z.string() });

/** What this entry tells other programs: nothing, one thing, or several. */
export function webhookTypesOf({ type, data }: Pick<EntryForWebhook, 'type' | 'data'>): WebhookEventType[] {
  const plain = plainTypes[type];
  if (plain !== undefined) return [plain];
  if (type === 'review.closed') return closedTypes[String(data.state)] ? [closedTypes[String(data.state)]!] : [];
  if (type === 'model_version.withdrawn') return ['model_version.stage_changed', 'gate.rejected'];
  if (type !== 'process.ended' && type !== 'process.started') return [];
  const stage = stageSchema.safeParse(data.stage);
  const moved = stage.success && stage.data.from !== stage.data.to;
  const gate = type === 'process.ended' && data.kind !== 'lifecycle' ? gateTypes[String(data.outcome)] : undefined;
  return [...(moved ? (['model_version.stage_changed'] as const) : []), ...(gate === undefined ? [] : [gate])];
}

export interface WebhookSubject {
  modelVersion: { id: string; model: string; version: string; stage: string; riskTier: string };
  review: {
    id: string;
    signOff: string;
    kind: string;
    state: string;
    outcome: string | null;
    revision: number;
    dueAt: string;
    evidenceDigest: string;
    quorum: { required: number; approvals: number; rejections: number; missingRoles: string[] };
  } | null;
} // prettier-ignore

const MAX_REASON = 4_000;

/** The body of a webhook, the same bytes at every attempt and under 20 kB. State is as of planning, at least as new as the step. */
export function cloudEventOf(
  type: WebhookEventType,
  entry: EntryForWebhook,
  subject: WebhookSubject,
  publicUrl: string,
): string {
  const { modelVersion, review } = subject;
  const { outcome, decisionId, code } = entry.data;
  const stage = stageSchema.safeParse(entry.data.stage);
  const page = review ? `/reviews/${review.id}` : `/models/${encodeURIComponent(modelVersion.model)}/versions/${encodeURIComponent(modelVersion.version)}`; // prettier-ignore
  return JSON.stringify({
    specversion: '1.0',
    id: `${entry.stream}/${entry.position}/${type}`,
    source: publicUrl,
    type,
    subject: review?.id ?? modelVersion.id,
    time: entry.at,
    datacontenttype: 'application/json',
    authtype: entry.actor.type,
    authid: entry.actor.id,
    data: {
      modelVersion,
      review,
      ...(typeof outcome === 'string' ? { outcome } : {}),
      ...(typeof decisionId === 'string' ? { decisionId } : {}),
      ...(typeof code === 'string' ? { code } : {}),
      ...(stage.success ? { stage: stage.data } : {}),
      reason: entry.reason === null ? null : shorten(entry.reason),
      links: { html: `${publicUrl}${page}` },
    },
  });
}

const shorten = (text: string): string => (text.length <= MAX_REASON ? text : `${text.slice(0, MAX_REASON - 1)}…`);
