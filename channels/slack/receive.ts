// What arrives from Slack over HTTP: verified on its raw bytes, taken once, handed to Bolt, and answered by what Bolt's listeners acknowledge.
import type { App, Receiver } from '@slack/bolt';
import { Refused } from '../../domain/errors.ts';
import type { SlackDesk } from './desk.ts';
import { checkPayload, type Payload } from './payload.ts';
import { hashesOf, verifySignature, type SignedRequest } from './signature.ts';

export interface SlackRequest extends SignedRequest {
  contentType: string | undefined;
  /** `x-slack-retry-num` and `x-slack-retry-reason`: for the log alone, as repeats come without them too. */
  retryNum?: number;
}

export interface SlackAnswer {
  /** JSON, or nothing. */
  body: string | null;
}

export interface SlackReceiverOptions {
  signingSecret: string;
  now: () => Date;
  desk: Pick<SlackDesk, 'isKnown' | 'remember'>;
  /** Hears every payload that holds, before it is taken. */
  heard?: ((payload: Record<string, unknown>) => void) | undefined;
}

/** Slack waits three seconds; who answers later is told so by Slack in any case. */
const PATIENCE_MS = 2_800;

export class SlackReceiver implements Receiver {
  readonly #options: SlackReceiverOptions;
  /** Requests under way by their body: a repeat that overtakes its original waits for the same answer. */
  readonly #underWay = new Map<string, Promise<SlackAnswer>>();
  #app: App | undefined;

  constructor(options: SlackReceiverOptions) {
    this.#options = options;
  }

  init(app: App): void {
    this.#app = app;
  }

  start(): Promise<void> {
    return Promise.resolve();
  }

  stop(): Promise<void> {
    return Promise.resolve();
  }

  /**
   * Throws BAD_SIGNATURE, STALE_TIMESTAMP, MALFORMED_JSON, NOT_FOUND for what nothing of ours answers, and NOT_READY when the answer takes too long.
   * A request is remembered only once it has been answered, so that one that was cut off is done when Slack sends it again; the verbs know their keys.
   */
  async receive(request: SlackRequest): Promise<SlackAnswer> {
    const { signingSecret, now } = this.#options;
    verifySignature(request, signingSecret, now());
    const hashes = hashesOf(request);
    const key = hashes[1] ?? '';
    const running = this.#underWay.get(key);
    if (running) return running;
    const payload = payloadOf(request);
    if (payload.type === 'url_verification') return { body: JSON.stringify({ challenge: payload.challenge }) };
    if (payload.ssl_check === '1') return { body: null };
    const taking = this.take(payload, hashes, request.retryNum).finally(() => this.#underWay.delete(key));
    this.#underWay.set(key, taking);
    return within(PATIENCE_MS, taking);
  }

  /** Takes a payload once, whichever way it came. */
  async take(payload: Payload, hashes: readonly string[], retryNum?: number): Promise<SlackAnswer> {
    const { desk } = this.#options;
    this.#options.heard?.(payload);
    if (await desk.isKnown(hashes)) return { body: null };
    const checked = checkPayload(payload);
    const app = this.#app;
    if (!app) throw new Error('The Slack app is not there yet');
    let answer: SlackAnswer | undefined;
    await app.processEvent({
      body: checked,
      ...(retryNum === undefined ? {} : { retryNum }),
      ack: (response) => {
        answer ??= { body: bodyOf(response) };
        return Promise.resolve();
      },
    });
    if (!answer) throw new Refused('NOT_FOUND', 'Nothing here answers this.');
    await desk.remember(hashes);
    return answer;
  }
}

function bodyOf(response: unknown): string | null {
  if (response === undefined || response === '') return null;
  return JSON.stringify(typeof response === 'string' ? { text: response } : response);
}

function payloadOf({ contentType = '', rawBody }: SlackRequest): Payload {
  const text = textOf(rawBody);
  if (/^application\/json\s*(;|$)/i.test(contentType)) return parse(text);
  if (!/^application\/x-www-form-urlencoded\s*(;|$)/i.test(contentType))
    throw new Refused('UNSUPPORTED_MEDIA_TYPE', 'Slack sends JSON or a form.');
  const form = new URLSearchParams(text);
  if (new Set(form.keys()).size < form.size) throw new Refused('MALFORMED_JSON', 'A field of the form stands twice.');
  const payload = form.get('payload');
  return payload === null ? Object.fromEntries(form) : parse(payload);
}

function textOf(rawBody: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(rawBody);
  } catch {
    throw new Refused('MALFORMED_JSON', 'The body is no UTF-8.');
  }
}

function parse(text: string): Payload {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new Refused('MALFORMED_JSON', 'The payload is no JSON.');
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new Refused('MALFORMED_JSON', 'The payload is no object.');
  return value as Payload;
}

async function within<T>(ms: number, work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Refused('NOT_READY', 'This takes longer than Slack waits. Press again in a moment.')), ms); // prettier-ignore
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
    work.catch(() => undefined);
  }
}
