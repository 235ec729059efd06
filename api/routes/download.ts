import { Readable } from 'node:stream';
import type { Context } from 'hono';
import { prepared } from './documented.ts';

/** Lines as a file that the browser keeps, sent as they are read. */
export function download(c: Context, lines: AsyncIterable<string>, file: { name: string; type: string }) {
  const body = Readable.toWeb(Readable.from(lines, { objectMode: false }), {
    strategy: { highWaterMark: 64 * 1024 },
  }) as ReadableStream<Uint8Array>;
  return prepared(
    c.body(body, 200, {
      'Content-Type': file.type,
      'Content-Disposition': `attachment; filename="${file.name}"`,
      'Cache-Control': 'no-store',
    }),
  );
}
