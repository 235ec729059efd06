// The open pages of this process and what they are told. Knows neither database nor HTTP; everything in it is bounded.
import { Refused } from '../../domain/errors.ts';
import { formatPlace, isAfter, parsePlace, type AddressedEvent, type JournalPlace } from '../../domain/live-event.ts';
import type { ReadScope } from '../services/read-scope.ts';

/** One reader's connection. */
export interface LiveSink {
  write: (frame: Buffer) => void;
  /** Bytes that were written and that the other side has not taken. */
  backlog: () => number;
  end: () => void;
}

export interface Subscription {
  handle: string;
  /** Null hears everything; a handle, only of versions that it submitted. */
  scope: ReadScope;
  /** What the reader heard last, as it says. */
  lastEventId: string | undefined;
  sink: LiveSink;
}

export interface LiveFeed {
  /** Whether anybody reads, or left so lately that they may come back for what they missed. */
  isWanted: () => boolean;
  /** Calls this when a reader comes and nothing is published. */
  whenWanted: (tell: () => void) => void;
  /** From this place on every event is published; who heard less is told to read again. */
  begin: (place: JournalPlace) => void;
  /** Nothing is published until it begins again. */
  pause: () => void;
  /** In the journal's order. */
  publish: (events: readonly AddressedEvent[]) => void;
  /** Ends all connections of these people. */
  dismiss: (handles: readonly string[]) => void;
  /** Throws RATE_LIMITED where there are too many connections already. */
  requireRoom: (handle: string) => void;
  /** Answers how to leave. */
  subscribe: (subscription: Subscription) => () => void;
  count: () => number;
  /** Ends every connection; readers come back to another process. */
  stop: () => void;
}

export interface LiveFeedLimits {
  /** Events that are kept for who comes back. @default 1,024 */
  kept: number;
  /** Who missed more does better to read their lists again. @default 200 */
  replayed: number;
  /** Bytes that a slow reader may owe us. @default 128 KiB */
  backlog: number;
  /** @default 10,000 */
  connections: number;
  /** Of one person. @default 100 */
  connectionsOfOne: number;
  /** Comments that keep proxies from closing the connection, and find readers that are gone. @default 15,000 */
  heartbeatMs: number;
  /** After this a reader has to come back and show again who they are. @default ten minutes */
  longestMs: number;
  /** How long events are kept for readers who all left. @default one minute */
  lingerMs: number;
}

const defaults: LiveFeedLimits = {
  kept: 1_024,
  replayed: 200,
  backlog: 128 * 1024,
  connections: 10_000,
  connectionsOfOne: 100,
  heartbeatMs: 15_000,
  longestMs: 600_000,
  lingerMs: 60_000,
};

interface KeptEvent {
  place: JournalPlace;
  frame: Buffer;
  submittedBy: string;
}

interface Reader extends Subscription {
  since: number;
  /** Whether it owed us bytes at the last heartbeat: who does so twice in a row has gone. */
  isBehind: boolean;
}

const HEARTBEAT = Buffer.from(':\n\n');
const RECONNECT_MS = 2_000;

export function createLiveFeed(change: Partial<LiveFeedLimits> = {}): LiveFeed {
  const limits = { ...defaults, ...change };
  const readers = new Set<Reader>();
  const connectionsOf = new Map<string, number>();
  const kept: KeptEvent[] = [];
  /** Who heard everything up to here misses nothing of what is kept. */
  let floor: JournalPlace | undefined;
  let last: JournalPlace | undefined;
  let heartbeat: NodeJS.Timeout | undefined;
  let lastLeftAt = -Infinity;
  let callForEvents: (() => void) | undefined;

  const remove = (reader: Reader) => {
    if (!readers.delete(reader)) return;
    const left = (connectionsOf.get(reader.handle) ?? 1) - 1;
    if (left === 0) connectionsOf.delete(reader.handle);
    else connectionsOf.set(reader.handle, left);
    if (readers.size > 0) return;
    lastLeftAt = performance.now();
    clearInterval(heartbeat);
    heartbeat = undefined;
  };

  const drop = (reader: Reader) => {
    remove(reader);
    reader.sink.end();
  };

  const tell = (reader: Reader, frame: Buffer) => {
    reader.sink.write(frame);
    if (reader.sink.backlog() > limits.backlog) drop(reader);
  };

  const beat = () => {
    const now = performance.now();
    for (const reader of readers) {
      const isBehind = reader.sink.backlog() > 0;
      if ((isBehind && reader.isBehind) || now - reader.since > limits.longestMs) drop(reader);
      else {
        reader.isBehind = isBehind;
        tell(reader, HEARTBEAT);
      }
    }
  };

  const missedBy = ({ scope, lastEventId }: Subscription): KeptEvent[] | undefined => {
    const heard = parsePlace(lastEventId ?? '');
    if (!heard || !floor || isAfter(floor, heard)) return undefined;
    const missed = kept.filter((event) => isFor(scope, event) && isAfter(event.place, heard));
    return missed.length > limits.replayed ? undefined : missed;
  };

  const greet = (reader: Reader) => {
    const missed = reader.lastEventId === undefined ? [] : missedBy(reader);
    const greeting = missed === undefined ? 'reset' : 'ready';
    // A greeting has the last place as its id, so that who leaves before any event knows where they were.
    if (missed === undefined || missed.length === 0) return tell(reader, greetingOf(greeting, last));
    tell(reader, greetingOf(greeting, undefined));
    for (const { frame } of missed) if (readers.has(reader)) tell(reader, frame);
  };

  return {
    isWanted: () => readers.size > 0 || performance.now() - lastLeftAt < limits.lingerMs,
    whenWanted: (tell) => {
      callForEvents = tell;
    },
    begin: (place) => {
      floor = place;
      last = place;
      kept.length = 0;
      for (const reader of readers) greet(reader);
    },
    pause: () => {
      floor = undefined;
      last = undefined;
      kept.length = 0;
    },
    publish: (events) => {
      for (const { event, submittedBy } of events) {
        const place = parsePlace(event.id)!;
        const fresh = { place, frame: frameOf(event.id, event), submittedBy };
        kept.push(fresh);
        last = place;
        for (const reader of readers) if (isFor(reader.scope, fresh)) tell(reader, fresh.frame);
      }
      if (kept.length <= limits.kept) return;
      const gone = kept.splice(0, kept.length - limits.kept);
      floor = gone.at(-1)!.place;
    },
    dismiss: (handles) => {
      for (const reader of readers) if (handles.includes(reader.handle)) drop(reader);
    },
    requireRoom: (handle) => {
      if (readers.size >= limits.connections || (connectionsOf.get(handle) ?? 0) >= limits.connectionsOfOne)
        throw new Refused('RATE_LIMITED', 'Too many connections are open. Close some, or poll.', { extra: { retryAfter: 15 } }); // prettier-ignore
    },
    subscribe: (subscription) => {
      const { handle } = subscription;
      const reader: Reader = { ...subscription, since: performance.now(), isBehind: false };
      readers.add(reader);
      connectionsOf.set(handle, (connectionsOf.get(handle) ?? 0) + 1);
      heartbeat ??= setInterval(beat, limits.heartbeatMs).unref();
      // Greeted once every further event is sure to come.
      if (floor === undefined) callForEvents?.();
      else greet(reader);
      return () => remove(reader);
    },
    count: () => readers.size,
    stop: () => {
      for (const reader of readers) drop(reader);
    },
  };
}

const isFor = (scope: ReadScope, { submittedBy }: KeptEvent): boolean => scope === null || scope === submittedBy;

const frameOf = (id: string, data: unknown): Buffer => Buffer.from(`id: ${id}\ndata: ${JSON.stringify(data)}\n\n`);

function greetingOf(event: 'ready' | 'reset', place: JournalPlace | undefined): Buffer {
  const id = place === undefined ? '' : `id: ${formatPlace(place)}\n`;
  return Buffer.from(`retry: ${RECONNECT_MS}\n${id}event: ${event}\ndata: {}\n\n`);
}
