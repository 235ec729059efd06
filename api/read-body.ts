import type { Context } from 'hono';
import type { z } from 'zod';
import { Refused } from '../domain/errors.ts';
import type { AppEnv } from './app-deps.ts';
import { invalid } from './errors.ts';
import { parseJson } from './parse-json.ts';

export const MAX_BODY_BYTES = 1024 * 1024;

/** The body's bytes. Throws TOO_LARGE before more than `maxBytes` are held, whether or not a length was declared. */
export async function readBody(c: Context<AppEnv>, maxBytes = MAX_BODY_BYTES): Promise<Buffer> {
  const encoding = c.req.header('content-encoding');
  if (encoding !== undefined && encoding !== 'identity')
    throw new Refused('UNSUPPORTED_MEDIA_TYPE', 'Send the body as it is, without Content-Encoding.');
  const declared = c.req.header('content-length');
  if (declared !== undefined && Number(declared) > maxBytes) throw tooLarge(maxBytes);
  // Node's parser ends a body at its declared length; without one, bytes are counted as they come.
  const isBounded =
    declared !== undefined && c.env?.incoming !== undefined && c.req.header('transfer-encoding') === undefined;
  return isBounded ? Buffer.from(await fully(c.req.arrayBuffer())) : readCounted(c.req.raw.body, maxBytes);
}

/** The body as what `schema` makes of it. Throws UNSUPPORTED_MEDIA_TYPE, TOO_LARGE, MALFORMED_JSON or INVALID. */
export async function readJson<T extends z.ZodType>(c: Context<AppEnv>, schema: T): Promise<z.output<T>> {
  requireJson(c);
  const parsed = schema.safeParse(parseJson(await readBody(c)));
  if (!parsed.success) throw invalid(parsed.error);
  return parsed.data;
}

export function requireJson(c: Context<AppEnv>): void {
  if (!/^application\/json\s*(;\s*charset="?utf-8"?\s*)?$/i.test(c.req.header('content-type') ?? ''))
    throw new Refused('UNSUPPORTED_MEDIA_TYPE', 'Send Content-Type: application/json.');
}

async function readCounted(body: ReadableStream<Uint8Array> | null, maxBytes: number): Promise<Buffer> {
  if (body === null) return Buffer.alloc(0);
  const chunks: Uint8Array[] = [];
  let length = 0;
  const reader = body.getReader();
  for (;;) {
    const { done, value } = await fully(reader.read());
    if (done) return Buffer.concat(chunks, length);
    length += value.byteLength;
    if (length > maxBytes) {
      void reader.cancel().catch(() => undefined);
      throw tooLarge(maxBytes);
    }
    chunks.push(value);
  }
}

async function fully<T>(reading: Promise<T>): Promise<T> {
  try {
    return await reading;
  } catch {
    throw new Refused('MALFORMED_JSON', 'The body ended before it was complete.');
  }
}

const tooLarge = (maxBytes: number) => new Refused('TOO_LARGE', `The body has more than ${maxBytes} bytes.`);
