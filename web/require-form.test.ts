import { Hono } from 'hono';
import { describe, expect, it } from 'vitest';
import { Refused } from '../domain/errors.ts';
import type { WebEnv } from './context.ts';
import { requireForm } from './require-form.ts';

const app = new Hono<WebEnv>();
app.onError((error, context) => context.text(error instanceof Refused ? error.code : 'INTERNAL', 400));
app.use(requireForm);
app.post('/', async (context) => context.json(await context.req.parseBody()));

const form = 'application/x-www-form-urlencoded';
const post = async (body: NonNullable<RequestInit['body']>, headers: Record<string, string>) =>
  (await app.request('/', { method: 'POST', body, headers })).text();

describe('a page that takes a form', () => {
  it('reads it as a browser sends it', async () => {
    expect(await post('theme=dark', { 'content-type': `${form}; charset=UTF-8` })).toBe('{"theme":"dark"}');
  });

  it('refuses any other kind before reading it, also one that only says that it has parts', async () => {
    for (const type of ['multipart/form-data', 'text/plain', 'application/json'])
      expect(await post('theme=dark', { 'content-type': type })).toBe('UNSUPPORTED_MEDIA_TYPE');
    expect(await post('theme=dark', { 'content-type': form, 'content-encoding': 'gzip' })).toBe(
      'UNSUPPORTED_MEDIA_TYPE',
    );
  });

  it('does not read on for ever', async () => {
    expect(await post(`theme=${'x'.repeat(5 * 1024 * 1024)}`, { 'content-type': form })).toBe('TOO_LARGE');
    const endless = new ReadableStream({ pull: (controller) => controller.enqueue(new Uint8Array(65_536).fill(97)) });
    const request = new Request('http://localhost/', {
      method: 'POST',
      body: endless,
      duplex: 'half',
      headers: { 'content-type': form },
    } as RequestInit);
    expect(await (await app.request(request)).text()).toBe('TOO_LARGE');
  });
});
