// The double of Slack's Web API as HTTP: forms and JSON, the bot's token checked, every answer 200 as Slack's are.
import { timingSafeEqual } from 'node:crypto';
import { Hono } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import { methods, SlackError, type Args, type World } from './methods.ts';

const MAX_BYTES = 8 * 1024 * 1024;
/** Arguments that forms carry as JSON. */
const asJson = new Set(['blocks', 'metadata', 'view', 'files', 'attachments']);

export function createSlackApi(world: World, token: string) {
  const app = new Hono();
  const limit = bodyLimit({ maxSize: MAX_BYTES });

  app.post('/demo/slack/api/:method', limit, async (c) => {
    try {
      const args = await readArgs(c.req.raw);
      checkToken(c.req.header('authorization') ?? args.token, token);
      const method = methods[c.req.param('method')];
      if (!method) throw new SlackError('unknown_method');
      return c.json({ ok: true, ...method(world, args) });
    } catch (error) {
      if (!(error instanceof SlackError)) throw error;
      return c.json({ ok: false, error: error.code, response_metadata: { messages: error.messages } });
    }
  });

  // The address is the permission, as with Slack.
  app.post('/demo/slack/upload/:id', limit, async (c) => {
    const file = world.store.state.files[c.req.param('id')];
    const bytes = new Uint8Array(await c.req.arrayBuffer());
    if (!file || file.isThere || bytes.length !== file.length) return c.text('no', 400);
    world.store.keepFile(file.id, bytes);
    file.isThere = true;
    world.store.changed();
    return c.text(`OK - ${bytes.length}`);
  });
  return app;
}

function checkToken(given: unknown, token: string): void {
  if (typeof given !== 'string' || given === '') throw new SlackError('not_authed');
  const bytes = Buffer.from(given.replace(/^Bearer /, ''));
  const right = Buffer.from(token);
  if (bytes.length !== right.length || !timingSafeEqual(bytes, right)) throw new SlackError('invalid_auth');
}

async function readArgs(request: Request): Promise<Args> {
  const type = request.headers.get('content-type') ?? '';
  const body = await request.text();
  if (/^application\/json/i.test(type)) return parse(body, 'invalid_json') as Args;
  const form = new URLSearchParams(body);
  return Object.fromEntries(
    [...form].map(([name, value]) => [name, asJson.has(name) ? parse(value, 'invalid_arguments') : value]),
  );
}

function parse(json: string, code: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    throw new SlackError(code);
  }
}
