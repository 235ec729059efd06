import { connect, type Socket } from 'node:net';

/**
 * One keep-alive connection that sends requests which were rendered before, one at a time.
 * A client that costs little, because load and server share the processors.
 */
export class HttpConnection {
  readonly #socket: Socket;
  #waiting: { resolve: (status: number) => void; reject: (error: Error) => void } | undefined;
  #status = 0;
  /** Bytes of the body still to come; undefined while the head has not been read. */
  #left: number | undefined;
  #head: Buffer = Buffer.alloc(0);
  #bodyStart: Buffer = Buffer.alloc(0);

  private constructor(socket: Socket) {
    this.#socket = socket;
    socket.setNoDelay(true);
    socket.on('data', (chunk) => this.#read(chunk));
    socket.on('error', (error) => this.#fail(error));
    socket.on('close', () => this.#fail(new Error('The server closed the connection')));
  }

  static open(port: number): Promise<HttpConnection> {
    return new Promise((resolve, reject) => {
      const socket = connect(port, '127.0.0.1', () => resolve(new HttpConnection(socket)));
      socket.once('error', reject);
    });
  }

  /** Answers the status once the whole answer is here. */
  send(request: Buffer): Promise<number> {
    return new Promise((resolve, reject) => {
      if (this.#socket.destroyed) return reject(new Error('The server closed the connection'));
      this.#waiting = { resolve, reject };
      this.#socket.write(request);
    });
  }

  /** The beginning of the last body, to say what went wrong. */
  get lastBody(): string {
    return this.#bodyStart.toString('utf8').slice(0, 500);
  }

  close(): void {
    this.#waiting = undefined;
    this.#socket.destroy();
  }

  #read(chunk: Buffer): void {
    let body = chunk;
    if (this.#left === undefined) {
      this.#head = this.#head.length === 0 ? chunk : Buffer.concat([this.#head, chunk]);
      const end = this.#head.indexOf('\r\n\r\n');
      if (end === -1) return;
      const head = this.#head.toString('latin1', 0, end);
      const length = /\r\ncontent-length: (\d+)/i.exec(head)?.[1];
      if (length === undefined) return this.#fail(new Error(`An answer without Content-Length:\n${head}`));
      this.#status = Number(head.slice(9, 12));
      this.#left = Number(length);
      body = this.#head.subarray(end + 4);
      this.#bodyStart = body;
      this.#head = Buffer.alloc(0);
    }
    this.#left -= body.length;
    if (this.#left > 0) return;
    this.#left = undefined;
    const waiting = this.#waiting;
    this.#waiting = undefined;
    waiting?.resolve(this.#status);
  }

  #fail(error: Error): void {
    this.#waiting?.reject(error);
    this.#waiting = undefined;
  }
}

/** A request as it goes over the wire. */
export function renderRequest(method: string, path: string, headers: Record<string, string>, body?: string): Buffer {
  const lines = Object.entries({
    host: '127.0.0.1',
    ...headers,
    ...(body === undefined
      ? {}
      : { 'content-type': 'application/json', 'content-length': String(Buffer.byteLength(body)) }),
  }).map(([name, value]) => `${name}: ${value}\r\n`);
  return Buffer.from(`${method} ${path} HTTP/1.1\r\n${lines.join('')}\r\n${body ?? ''}`);
}
