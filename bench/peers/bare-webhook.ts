// What a careful engineer would write in an hour: verify, then one transaction of three rows. No policy, journal, schema or conflict answers.
import { createHash, createHmac, randomUUID, timingSafeEqual } from 'node:crypto';
import { serve } from '@hono/node-server';
import { Hono } from 'hono';
import pg from 'pg';

const [port, databaseUrl, secret] = process.argv.slice(2);
const pool = new pg.Pool({ connectionString: databaseUrl!, max: 16 });
await pool.query(`
  CREATE TABLE deliveries (id text PRIMARY KEY, digest text NOT NULL, received_at timestamptz NOT NULL DEFAULT now());
  CREATE TABLE versions (id uuid PRIMARY KEY, model text NOT NULL, version text NOT NULL, submission jsonb NOT NULL, UNIQUE (model, version));
  CREATE TABLE outbox (id bigserial PRIMARY KEY, message jsonb NOT NULL, created_at timestamptz NOT NULL DEFAULT now());`);
const key = Buffer.from(secret!.replace('whsec_', ''), 'base64');

const app = new Hono();
app.post('/v1/hooks/generic', async (c) => {
  const body = Buffer.from(await c.req.arrayBuffer());
  const id = c.req.header('webhook-id') ?? '';
  const expected = createHmac('sha256', key)
    .update(`${id}.${c.req.header('webhook-timestamp')}.`)
    .update(body)
    .digest();
  const given = Buffer.from(c.req.header('webhook-signature')?.slice(3) ?? '', 'base64');
  if (given.length !== expected.length || !timingSafeEqual(given, expected)) return c.json({ error: 'signature' }, 401);
  const { data } = JSON.parse(body.toString()) as { data: { model: string; version: string } };
  const versionId = randomUUID();
  const client = await pool.connect();
  try {
    await client.query('BEGIN');
    await client.query({ name: 'delivery', text: 'INSERT INTO deliveries (id, digest) VALUES ($1, $2)', values: [id, createHash('sha256').update(body).digest('hex')] }); // prettier-ignore
    await client.query({ name: 'version', text: 'INSERT INTO versions (id, model, version, submission) VALUES ($1, $2, $3, $4)', values: [versionId, data.model, data.version, JSON.stringify(data)] }); // prettier-ignore
    await client.query({ name: 'outbox', text: 'INSERT INTO outbox (message) VALUES ($1)', values: [JSON.stringify({ start: versionId })] }); // prettier-ignore
    await client.query('COMMIT');
  } catch (error) {
    await client.query('ROLLBACK');
    throw error;
  } finally {
    client.release();
  }
  return c.json({ id, versionId }, 202);
});

serve(
  { fetch: app.fetch, hostname: '127.0.0.1', port: Number(port), serverOptions: { keepAliveTimeout: 60_000 } },
  () => process.send?.('ready'),
);
