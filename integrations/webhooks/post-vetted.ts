import { request as httpRequest, type ClientRequest, type IncomingHttpHeaders, type IncomingMessage } from 'node:http';
import { request as httpsRequest } from 'node:https';
import type { LookupFunction } from 'node:net';
import { ForbiddenTarget, type TargetGuard } from './target-guard.ts';

export interface OutgoingPost {
  url: string;
  headers: Record<string, string | number>;
  body: string | Buffer;
}

export interface PostOptions {
  guard: TargetGuard;
  /** Connecting, sending and the head of the answer together. */
  timeoutMs: number;
}

export interface PostAnswer {
  status: number;
  headers: IncomingHttpHeaders;
}

/**
 * One POST, over a connection of its own to an address that was vetted; a redirect is an answer like any other.
 * Throws an Error that says why nothing was answered; ForbiddenTarget before anything is sent.
 */
export async function postVetted(
  { url: target, headers, body }: OutgoingPost,
  options: PostOptions,
): Promise<PostAnswer> {
  const { guard, timeoutMs } = options;
  const signal = AbortSignal.timeout(timeoutMs);
  try {
    const { url, addresses } = await before(signal, guard.vet(target));
    // Answers with what was vetted, whatever the name means by now. Addresses need no lookup.
    const lookup: LookupFunction = (_hostname, { all }, done) =>
      all ? done(null, [...addresses]) : done(null, addresses[0].address, addresses[0].family);
    const request = (url.protocol === 'https:' ? httpsRequest : httpRequest)(url, {
      method: 'POST',
      agent: false,
      lookup,
      signal,
      maxHeaderSize: 16_384,
      headers: { 'user-agent': 'Countersign', 'content-length': Buffer.byteLength(body), ...headers },
    });
    const answer = await answerTo(request, body);
    // What it says beside its head is nothing to us, however long it is.
    answer.destroy();
    return { status: answer.statusCode ?? 0, headers: answer.headers };
  } catch (error) {
    if (error instanceof ForbiddenTarget) throw error;
    throw new Error(reasonOf(error, signal, timeoutMs), { cause: error });
  }
}

function before<T>(signal: AbortSignal, work: Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    signal.addEventListener('abort', () => reject(new Error('too late')), { once: true });
    work.then(resolve, reject);
  });
}

function answerTo(request: ClientRequest, body: string | Buffer): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    request.once('response', resolve);
    // Stays, because a connection may break after its answer.
    request.on('error', reject);
    request.end(body);
  });
}

function reasonOf(error: unknown, signal: AbortSignal, timeoutMs: number): string {
  if (signal.aborted) return `did not answer within ${timeoutMs / 1000} s`;
  if (!(error instanceof Error)) return 'failed';
  return 'code' in error && typeof error.code === 'string' ? `${error.code}: ${error.message}` : error.message;
}
