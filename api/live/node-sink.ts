import type { ServerResponse } from 'node:http';
import type { LiveSink } from './live-feed.ts';

const KEEP_ALIVE_MS = 30_000;

/** Writes to Node's own response: a stream of the web platform around it costs several times as much for each reader. */
export function nodeSink(outgoing: ServerResponse, headers: Headers): LiveSink {
  headers.delete('x-hono-already-sent');
  outgoing.writeHead(200, Object.fromEntries(headers));
  outgoing.flushHeaders();
  // Without Nagle's algorithm a frame leaves at once; keep-alive finds peers that vanished.
  outgoing.socket?.setNoDelay(true);
  outgoing.socket?.setKeepAlive(true, KEEP_ALIVE_MS);
  outgoing.on('error', () => undefined);
  return {
    write: (frame) => void outgoing.write(frame),
    backlog: () => outgoing.writableLength,
    // What a reader does not take would keep a polite end waiting.
    end: () => (outgoing.writableLength > 0 ? outgoing.destroy() : void outgoing.end()),
  };
}

/** The same where there is no socket: the application is called without a server. */
export function streamSink(): {
  sink: LiveSink;
  body: ReadableStream<Uint8Array>;
  onCancel: (leave: () => void) => void;
} {
  let leave: (() => void) | undefined;
  let controller: ReadableStreamDefaultController<Uint8Array> | undefined;
  let isOpen = true;
  const body = new ReadableStream<Uint8Array>(
    {
      start: (its) => void (controller = its),
      cancel: () => {
        isOpen = false;
        leave?.();
      },
    },
    new ByteLengthQueuingStrategy({ highWaterMark: 0 }),
  );
  return {
    body,
    onCancel: (its) => void (leave = its),
    sink: {
      write: (frame) => void (isOpen && controller?.enqueue(frame)),
      backlog: () => -(controller?.desiredSize ?? 0),
      end: () => {
        if (isOpen) controller?.close();
        isOpen = false;
      },
    },
  };
}
