import { postVetted, type PostAnswer } from './post-vetted.ts';
import { signDelivery } from './secrets.ts';
import type { TargetGuard } from './target-guard.ts';

export interface OutgoingDelivery {
  id: string;
  url: string;
  body: string;
  /** The newest first; during a rotation two. */
  secrets: readonly string[];
}

/** How an attempt ended. Only `delivered` is a success; a redirect never is. */
export type DeliveryResult =
  | { kind: 'delivered'; status: number }
  /** The receiver wants no more (410). */
  | { kind: 'gone'; status: number }
  | { kind: 'failed'; status: number | null; error: string; retryAfterMs: number | null };

export interface SendOptions {
  guard: TargetGuard;
  now: () => Date;
  /** Connecting, sending and the head of the answer together. @default 20,000 */
  timeoutMs?: number;
}

const TIMEOUT_MS = 20_000;
const LONGEST_WAIT_MS = 24 * 3_600_000;

/** One attempt. Never rejects. */
export async function sendDelivery(delivery: OutgoingDelivery, options: SendOptions): Promise<DeliveryResult> {
  const { guard, now, timeoutMs = TIMEOUT_MS } = options;
  const { id, url, body, secrets } = delivery;
  const timestamp = String(Math.floor(now().getTime() / 1000));
  const headers = {
    'content-type': 'application/cloudevents+json; charset=utf-8',
    'webhook-id': id,
    'webhook-timestamp': timestamp,
    'webhook-signature': secrets.map((secret) => signDelivery(secret, id, timestamp, body)).join(' '),
  };
  try {
    return resultOf(await postVetted({ url, headers, body }, { guard, timeoutMs }), now());
  } catch (error) {
    return {
      kind: 'failed',
      status: null,
      error: error instanceof Error ? error.message : 'failed',
      retryAfterMs: null,
    };
  }
}

function resultOf({ status, headers }: PostAnswer, now: Date): DeliveryResult {
  if (status >= 200 && status < 300) return { kind: 'delivered', status };
  if (status === 410) return { kind: 'gone', status };
  const error = status >= 300 && status < 400 ? `answered ${status}; redirects are not followed` : `answered ${status}`;
  return { kind: 'failed', status, error, retryAfterMs: retryAfterMs(headers['retry-after'], now) };
}

/** Seconds or an HTTP date (RFC 9110); null for anything else. */
export function retryAfterMs(header: string | undefined, now: Date): number | null {
  if (header === undefined) return null;
  const text = header.trim();
  const ms = /^\d{1,9}$/.test(text) ? Number(text) * 1000 : Date.parse(text) - now.getTime();
  return Number.isNaN(ms) || ms <= 0 ? null : Math.min(ms, LONGEST_WAIT_MS);
}
