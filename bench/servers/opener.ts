// Opens an approval of ours by a signed webhook: the very transaction by which a lifecycle goes on to approval.
import { serve } from '@hono/node-server';
import { Hono } from 'hono';
import { beginProcess } from '../../activities/begin-process.ts';
import { connectDatabase } from '../../db/client.ts';
import { verifySignature } from '../../integrations/generic/verify-signature.ts';
import { createWaker } from '../../relay/wake-up.ts';

const [port, databaseUrl, secret] = process.argv.slice(2);
const database = connectDatabase({ url: databaseUrl! });
const deps = { database, now: () => new Date(), fileRoots: [], wakeRelay: createWaker(database) };

const app = new Hono();
app.post('/hooks', async (c) => {
  const rawBody = Buffer.from(await c.req.arrayBuffer());
  verifySignature({ headers: c.req.header(), rawBody }, [secret!], new Date());
  const { id } = JSON.parse(rawBody.toString()) as { id: string };
  await beginProcess(deps, { lifecycleId: `of-${id}`, modelVersionId: id, kind: 'approval', round: 1 });
  return c.json({ id }, 202);
});

serve(
  { fetch: app.fetch, hostname: '127.0.0.1', port: Number(port), serverOptions: { keepAliveTimeout: 60_000 } },
  () => process.send?.('ready'),
);
