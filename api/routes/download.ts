import { Readable } from 'node:stream';
import type { Context } from 'hono';
import { prepared } from './documented.ts';

/** Lines as a file that the browser keeps, sent as they are read. HEAD opens nothing: who asks for headers has read nothing. */
export async function download(
  c: Context,
  open: () => Promise<AsyncIterable<string>>,
  file: { name: string; type: string },
) {
  const body = c.req.method === 'HEAD' ? '' : streamOf(await open());
  return prepared(
    c.body(body, 200, {
      'Content-Type': file.type,
      'Content-Disposition': `attachment; filename="${file.name}"`,
      'Cache-Control': 'no-store',
    }),
  );
}

const streamOf = (lines: AsyncIterable<string>) =>
  Readable.toWeb(Readable.from(lines, { objectMode: false }), {
    strategy: { highWaterMark: 64 * 1024 },
  }) as ReadableStream<Uint8Array>;
