import { request as httpRequest, type ClientRequest, type IncomingMessage } from 'node:http';
import { request as httpsRequest } from 'node:https';
import type { LookupFunction } from 'node:net';
import { signDelivery } from './secrets.ts';
import { ForbiddenTarget, type TargetGuard } from './target-guard.ts';

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

/** One attempt, over a connection of its own to an address that was vetted. Never rejects. */
export async function sendDelivery(delivery: OutgoingDelivery, options: SendOptions): Promise<DeliveryResult> {
  const { guard, now, timeoutMs = TIMEOUT_MS } = options;
  const signal = AbortSignal.timeout(timeoutMs);
  try {
    const { url, addresses } = await before(signal, guard.vet(delivery.url));
    const timestamp = String(Math.floor(now().getTime() / 1000));
    // Answers with what was vetted, whatever the name means by now. Addresses need no lookup.
    const lookup: LookupFunction = (_hostname, { all }, done) =>
      all ? done(null, [...addresses]) : done(null, addresses[0].address, addresses[0].family);
    const request = (url.protocol === 'https:' ? httpsRequest : httpRequest)(url, {
      method: 'POST',
      agent: false,
      lookup,
      signal,
      maxHeaderSize: 16_384,
      headers: {
        'content-type': 'application/cloudevents+json; charset=utf-8',
        'content-length': Buffer.byteLength(delivery.body),
        'user-agent': 'Countersign',
        'webhook-id': delivery.id,
        'webhook-timestamp': timestamp,
        'webhook-signature': delivery.secrets
          .map((secret) => signDelivery(secret, delivery.id, timestamp, delivery.body))
          .join(' '),
      },
    });
    const answer = await answerTo(request, delivery.body);
    // What it says beside its head is nothing to us, however long it is.
    answer.destroy();
    return resultOf(answer, now());
  } catch (error) {
    return { kind: 'failed', status: null, error: reasonOf(error, signal, timeoutMs), retryAfterMs: null };
  }
}

function before<T>(signal: AbortSignal, work: Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    signal.addEventListener('abort', () => reject(new Error('too late')), { once: true });
    work.then(resolve, reject);
  });
}

function answerTo(request: ClientRequest, body: string): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    request.once('response', resolve);
    // Stays, because a connection may break after its answer.
    request.on('error', reject);
    request.end(body);
  });
}

function resultOf({ statusCode = 0, headers }: IncomingMessage, now: Date): DeliveryResult {
  if (statusCode >= 200 && statusCode < 300) return { kind: 'delivered', status: statusCode };
  if (statusCode === 410) return { kind: 'gone', status: statusCode };
  const error =
    statusCode >= 300 && statusCode < 400
      ? `answered ${statusCode}; redirects are not followed`
      : `answered ${statusCode}`;
  return { kind: 'failed', status: statusCode, error, retryAfterMs: retryAfterMs(headers['retry-after'], now) };
}

/** Seconds or an HTTP date (RFC 9110); null for anything else. */
export function retryAfterMs(header: string | undefined, now: Date): number | null {
  if (header === undefined) return null;
  const text = header.trim();
  const ms = /^\d{1,9}$/.test(text) ? Number(text) * 1000 : Date.parse(text) - now.getTime();
  return Number.isNaN(ms) || ms <= 0 ? null : Math.min(ms, LONGEST_WAIT_MS);
}

function reasonOf(error: unknown, signal: AbortSignal, timeoutMs: number): string {
  if (error instanceof ForbiddenTarget) return error.message;
  if (signal.aborted) return `did not answer within ${timeoutMs / 1000} s`;
  if (!(error instanceof Error)) return 'failed';
  return 'code' in error && typeof error.code === 'string' ? `${error.code}: ${error.message}` : error.message;
}
