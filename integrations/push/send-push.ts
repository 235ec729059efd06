import webPush from 'web-push';
import { postVetted } from '../webhooks/post-vetted.ts';
import { retryAfterMs } from '../webhooks/send-delivery.ts';
import type { TargetGuard } from '../webhooks/target-guard.ts';
import type { VapidKeys } from './vapid-keys.ts';

export interface Push {
  endpoint: string;
  keys: { p256dh: string; auth: string };
  /** At most 32 characters of base64url: a later push of this topic takes the place of one that did not arrive yet. */
  topic: string;
  /** Encrypted for the browser alone; at most 3,000 bytes. */
  payload: string;
}

/** How an attempt ended. `gone`: the push service knows the browser no more. */
export type PushResult =
  | { kind: 'sent' }
  | { kind: 'gone' }
  | { kind: 'later'; error: string; waitMs: number | null }
  | { kind: 'refused'; error: string };

export interface PushOptions {
  guard: TargetGuard;
  vapid: VapidKeys & {
    /** `https:` or `mailto:`, where an operator of a push service finds us. */
    subject: string;
  };
  now: () => Date;
  /** @default 10,000 */
  timeoutMs?: number;
}

/** How long a push service keeps it for a browser that is away: what is older has been read elsewhere. */
const TTL_SECONDS = 24 * 3600;

/** One attempt. The endpoint came from outside: it is called as webhooks are, where the guard allows. Rejects with why nothing was answered. */
export async function sendPush({ endpoint, keys, topic, payload }: Push, options: PushOptions): Promise<PushResult> {
  const { guard, vapid, now, timeoutMs = 10_000 } = options;
  const { headers, body } = webPush.generateRequestDetails({ endpoint, keys }, payload, {
    vapidDetails: vapid,
    contentEncoding: 'aes128gcm',
    TTL: TTL_SECONDS,
    topic,
  });
  const answer = await postVetted(
    { url: endpoint, headers: { ...headers } as Record<string, string>, body },
    { guard, timeoutMs },
  );
  const { status } = answer;
  if (status >= 200 && status < 300) return { kind: 'sent' };
  if (status === 404 || status === 410) return { kind: 'gone' };
  const error = `answered ${status}`;
  if (status === 429 || status >= 500)
    return { kind: 'later', error, waitMs: retryAfterMs(answer.headers['retry-after'], now()) };
  return { kind: 'refused', error };
}
