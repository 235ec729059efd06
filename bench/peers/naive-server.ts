// Starts the workflow in the webhook and signals it in the decision: neither answers while Temporal is away.
import { createHmac, timingSafeEqual } from 'node:crypto';
import { serve } from '@hono/node-server';
import { Client, Connection } from '@temporalio/client';
import { Hono } from 'hono';
import type { NaiveTask } from './naive-workflow.ts';

const [port, address, secret] = process.argv.slice(2);
const client = new Client({ connection: await Connection.connect({ address: address! }) });
const key = Buffer.from(secret!.replace('whsec_', ''), 'base64');

const app = new Hono();
app.post('/hooks', async (c) => {
  const body = Buffer.from(await c.req.arrayBuffer());
  const signed = `${c.req.header('webhook-id')}.${c.req.header('webhook-timestamp')}.`;
  const expected = createHmac('sha256', key).update(signed).update(body).digest();
  const given = Buffer.from(c.req.header('webhook-signature')?.slice(3) ?? '', 'base64');
  if (given.length !== expected.length || !timingSafeEqual(given, expected)) return c.json({ error: 'signature' }, 401);
  const task = JSON.parse(body.toString()) as NaiveTask;
  await client.workflow.start('naiveTask', { workflowId: `naive/${task.id}`, taskQueue: 'naive', args: [task] });
  return c.json({ id: task.id }, 202);
});
app.post('/tasks/:id/decision', async (c) => {
  const { outcome } = await c.req.json<{ outcome: string }>();
  await client.workflow.getHandle(`naive/${c.req.param('id')}`).signal('decided', outcome);
  return c.json({ outcome }, 201);
});

serve(
  { fetch: app.fetch, hostname: '127.0.0.1', port: Number(port), serverOptions: { keepAliveTimeout: 60_000 } },
  () => process.send?.('ready'),
);
